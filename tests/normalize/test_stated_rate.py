"""The highest share of the costs that is paid, as running text says it: our own sentences."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.stated_rate import find_rate
from tests.normalize.building import call, paths, source


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("Una ayuda que no podrá superar el 60% de los gastos subvencionables.", "0.6"),
        ("La subvención cubrirá hasta el 37,5 por ciento del coste del proyecto.", "0.375"),
        ("Un contributo fino al 45 % delle spese ammissibili.", "0.45"),
        ("Une subvention pouvant aller jusqu’à 55 % des dépenses éligibles.", "0.55"),
        ("L'aide est fixée à 30 % maximum de la dépense.", "0.3"),
        ("Die Zuwendung beträgt bis zu 80 Prozent der zuwendungsfähigen Ausgaben.", "0.8"),
        ("The funding rate is up to 70% of the eligible costs.", "0.7"),
        # Other shares beside it.
        (
            "Les PME détenues à plus de 25 %.\nUne subvention allant jusqu'à 50 % du coût.\nAcompte de 30 %.",
            "0.5",
        ),
    ],
)
def test_a_plain_rate_is_read(text: str, rate: str) -> None:
    found = find_rate(text)

    assert found is not None
    assert found.most == Decimal(rate)


@pytest.mark.parametrize(
    "text",
    [
        "Une subvention jusqu'à 50 % des dépenses pour les PME, 30 % pour les autres.",
        "Études : aide jusqu'à 70 % du coût.\nTravaux : aide jusqu'à 40 % du coût.",
        "Una ayuda que, con otras subvenciones, no podrá superar el 90% de los gastos.",
        "Un anticipo de hasta el 50% de los gastos de la ayuda.",
        "Une aide d'au moins 20 % du coût au maximum.",
        "Le taux d'aide est de 50 % des dépenses.",
        "Une aide jusqu'à 50 % de la surface.",
        "L'aide couvre jusqu'à 100 % des dépenses.",
        "L'aide couvre jusqu'à 2 % des dépenses.",
        "Up to 80 % of the costs of travel.",
        "La retenue de garantie est de 5 % du montant des dépenses de l'aide, au maximum.",
        "Un prêt jusqu'à 50 % des dépenses, et une aide.",
        "",
    ],
)
def test_anything_less_plain_is_none(text: str) -> None:
    assert find_rate(text) is None


_PIECES = (
    "aide ", "jusqu'à ", "maximum ", "50 %", "70%", "7,5 %", " des dépenses", " du coût", ". ", "\n",
    "autres ", "hasta el ", "ayuda ", "60 por ciento", " de los gastos", "100 %", "999 %", "-5 %",
)  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=25).map("".join))
def test_what_is_read_is_a_rate_and_stands_in_the_words_that_are_kept(text: str) -> None:
    found = find_rate(text)

    if found is not None:
        assert Decimal("0.05") <= found.most < 1
        assert found.words in " ".join(text.split())


def test_a_call_keeps_the_words_and_its_own_field_wins() -> None:
    entry = source(fields=paths("description", "funding_rate_max"), language="fr")
    text = "Aide jusqu'à 40 % des dépenses éligibles."

    stated = call(entry, description=text)
    assert (stated.funding_rate_max, stated.funding_rate_evidence) == (Decimal("0.4"), text.rstrip("."))
    printed = call(entry, description=text, funding_rate_max="80 %")
    assert (printed.funding_rate_max, printed.funding_rate_evidence) == (Decimal("0.8"), None)
    facts = source(fields=paths("description"), language="fr", text_policy="facts")
    assert call(facts, description=text).funding_rate_evidence is None
