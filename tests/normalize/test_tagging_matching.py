import pytest

from config.taxonomy import load_taxonomy
from normalize.tagging.folding import fold, spellings
from normalize.tagging.matching import Matcher
from normalize.tagging.patterns import is_abbreviation

MATCHER = Matcher(load_taxonomy())


def found(text: str, language: str | None, area: str) -> list[str]:
    return [text[m.start : m.end] for m in MATCHER.find(text, language) if m.pattern.area == area]


@pytest.mark.parametrize(
    ("text", "language", "area"),
    [
        ("Wärmepumpen", "de", "clean.heat_pumps_geothermal"),
        ("Waermepumpen", "de", "clean.heat_pumps_geothermal"),
        ("WARMEPUMPE", "de", "clean.heat_pumps_geothermal"),
        ("energie renouvelable", "fr", "clean.other_renewables"),
        ("ÉNERGIE RENOUVELABLE", "fr", "clean.other_renewables"),
        ("e\u0301nergie renouvelable", "fr", "clean.other_renewables"),
        ("Wasser\u00adstoff", "de", "clean.hydrogen"),
        ("semi\u2011conducteur", "fr", "digital.semiconductors_photonics"),
        ("semi conducteur", "fr", "digital.semiconductors_photonics"),
        ("captage et stockage du CO₂", "fr", "clean.ccus"),
        ("économie d’énergie", "fr", "clean.energy_efficiency"),
        ("водород", "bg", "clean.hydrogen"),
        ("τεχνητή νοημοσύνη", "el", "digital.ai_data"),
    ],
)
def test_spelling_is_folded(text: str, language: str, area: str) -> None:
    assert found(text, language, area) == [text]


@pytest.mark.parametrize(
    ("text", "language", "area"),
    [
        ("półprzewodników", "pl", "digital.semiconductors_photonics"),
        ("sztucznej inteligencji", "pl", "digital.ai_data"),
        ("kwantowych", "pl", "digital.quantum"),
        ("circuitos integrados", "es", "digital.semiconductors_photonics"),
        ("énergies renouvelables", "fr", "clean.other_renewables"),
        ("computación cuántica", "es", "digital.quantum"),
        ("künstlicher Intelligenz", "de", "digital.ai_data"),
        ("umělé inteligence", "cs", "digital.ai_data"),
        ("neural networks", "en", "digital.ai_data"),
        ("large language models", "en", "digital.ai_data"),
        ("LLMs", "en", "digital.ai_data"),
        ("Energie- und Ressourceneffizienz", "de", "clean.energy_efficiency"),
    ],
)
def test_words_are_inflected(text: str, language: str, area: str) -> None:
    matches = found(text, language, area)
    assert [match.removesuffix("s") for match in matches] == [text.removesuffix("s")]


@pytest.mark.parametrize(
    ("text", "language", "area"),
    [
        ("Wasserstoffspeicher", "de", "clean.hydrogen"),
        ("Großwärmepumpen", "de", "clean.heat_pumps_geothermal"),
        ("batterijcelproductie", "nl", "clean.batteries_storage"),
        ("vätgaslager", "sv", "clean.hydrogen"),
    ],
)
def test_compounds_are_found_whole(text: str, language: str, area: str) -> None:
    assert found(f"für {text} und", language, area) == [text]


def test_compounds_belong_to_languages_that_write_them() -> None:
    assert found("Wasserstofflager", "fr", "clean.hydrogen") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("He said the aid is fair in Dubai", "en"),
        ("il vantaggio va ai comuni", "it"),
        ("j'ai reçu une aide", "fr"),
        ("IA Resilience call", "en"),
        ("KI", "en"),
        ("Ai Comuni", "it"),
        ("CONTRIBUTI AI COMUNI MONTANI", "it"),
    ],
)
def test_abbreviations_are_whole_words_by_case_in_their_language(text: str, language: str) -> None:
    assert found(text, language, "digital.ai_data") == []


@pytest.mark.parametrize(
    ("text", "language", "term"),
    [
        ("PROGRAMA DE IA EN ESPAÑA", "es", "IA"),
        ("L'IA générative", "fr", "IA générative"),
        ("KI-Forschung", "de", "KI-Forschung"),
        ("AI", "nl", "AI"),
    ],
)
def test_abbreviations_of_the_language_count(text: str, language: str, term: str) -> None:
    assert found(text, language, "digital.ai_data") == [term]


def test_english_abbreviations_count_everywhere() -> None:
    assert found("Förderung von HPC und LLM", "de", "digital.hpc_cloud_edge") == ["HPC"]


@pytest.mark.parametrize(
    ("text", "language", "area"),
    [
        ("potato chips", "en", "digital.semiconductors_photonics"),
        ("cutting-edge", "en", "digital.hpc_cloud_edge"),
        ("nuclear medicine", "en", "clean.nuclear"),
        ("hydrogen peroxide", "en", "clean.hydrogen"),
        ("trabajadores autónomos", "es", "digital.robotics_autonomous"),
        ("algal blooms", "en", "bio.environmental_marine_biotech"),
        ("ayudas al vacuno de leche", "es", "bio.medicines"),
    ],
)
def test_negative_phrases_take_their_terms_away(text: str, language: str, area: str) -> None:
    assert found(text, language, area) == []


def test_a_negative_phrase_leaves_other_places_alone() -> None:
    assert found("potato chips and chips for cars", "en", "digital.semiconductors_photonics") == ["chips"]


def test_the_longest_term_of_an_area_counts_once() -> None:
    assert found("renewable hydrogen production", "en", "clean.hydrogen") in (
        ["renewable hydrogen"],
        ["renewable hydrogen", "hydrogen production"],
    )
    assert found("renewable hydrogen", "en", "clean.hydrogen") == ["renewable hydrogen"]


def test_terms_of_a_third_language_must_stand_letter_by_letter() -> None:
    assert found("das Wort fotovoltaico", "de", "clean.solar") == ["fotovoltaico"]
    assert found("das Wort fotovoltaicos", "it", "clean.hydrogen") == []


def test_an_unknown_language_may_be_any() -> None:
    assert found("sztucznej inteligencji", None, "digital.ai_data") == ["sztucznej inteligencji"]
    assert found("sztucznej inteligencji", "xx", "digital.ai_data") == ["sztucznej inteligencji"]


def test_matches_come_in_reading_order() -> None:
    matches = MATCHER.find("quantum, hydrogen, robots and hydrogen", "en")
    assert [match.start for match in matches] == sorted(match.start for match in matches)


def test_folding_keeps_offsets_where_nothing_is_dropped() -> None:
    folded, origin = fold("Öl–Straße")
    assert folded == "ol strase"
    assert list(origin) == list(range(10))


def test_folding_knows_where_characters_came_from_when_some_are_dropped() -> None:
    folded, origin = fold("e\u0301a\u00adb")
    assert folded == "eab"
    assert list(origin) == [0, 2, 4, 5]


def test_a_term_is_spelled_with_and_without_umlauts_written_out() -> None:
    assert spellings("Wärme-Straße") == {"warme strase", "waerme strasse"}


@pytest.mark.parametrize(
    ("term", "abbreviation"),
    [
        ("AI", True),
        ("H2", True),
        ("SiC", True),
        ("5G", True),
        ("grid", False),
        ("Wafer", False),
        ("AI act", False),
    ],
)
def test_abbreviations_are_told_apart(term: str, abbreviation: bool) -> None:
    assert is_abbreviation(term) is abbreviation
