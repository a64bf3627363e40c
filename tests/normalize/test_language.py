import pytest

from normalize.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Förderung der Wasserstoffwirtschaft in kleinen und mittleren Unternehmen", "de"),
        ("Ayudas para la digitalización de las pequeñas y medianas empresas", "es"),
        ("Aide à la transition écologique des petites et moyennes entreprises", "fr"),
        ("Ajuts per a la digitalització de les petites empreses catalanes", "ca"),
        ("Ενίσχυση μικρομεσαίων επιχειρήσεων στην πράσινη μετάβαση", "el"),
        ("Подкрепа за малки и средни предприятия в България", "bg"),
        ("Għajnuna għall-intrapriżi żgħar u ta' daqs medju", "mt"),
        ("Wsparcie dla małych i średnich przedsiębiorstw w Polsce", "pl"),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["", "STEP", "12345 67890 12345 67890", "HORIZON-CL4-2026-01-02-03"])
def test_what_is_short_or_undecided_is_none(text: str) -> None:
    assert detect_language(text) is None
