"""The most one project gets, as running text says it: our own sentences in the shape of recorded ones."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.call import Money
from normalize.stated_grant import find_grant
from tests.normalize.building import call, paths, source


def most(text: str, language: str = "es") -> int | None:
    found = find_grant(text, decimal=".", currency="EUR", language=language)
    return int(found.most.amount) if found else None


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("es", "Cuarto. Cuantía. La cuantía máxima por beneficiario será de 45.000 euros.", 45_000),
        ("es", "La ayuda a cada entidad no podrá superar treinta mil euros (30.000,00 €).", 30_000),
        (
            "es",
            "La cuantía individualizada de cada ayuda no podrá exceder de 1,5 millones de euros",
            1_500_000,
        ),
        ("it", "Un contributo nella misura massima di 80.000 euro per singola impresa.", 80_000),
        ("it", "Il contributo massimo concedibile è di € 25.000,00.", 25_000),
        ("it", "Il contributo massimo è di 3 milioni di euro per progetto", 3_000_000),
        ("it", "Un contributo fino al 60% delle spese ammissibili, per un massimo di 70.000 euro.", 70_000),
        ("fr", "Une subvention de 50 % des dépenses éligibles, dans la limite de 20 000 €.", 20_000),
        ("es", "Una ayuda del 40 % de los gastos, con un máximo de 6.000 euros.", 6_000),
        ("fr", "Taux : 20 %. Aide plafonnée à 150 000 €.", 150_000),
        ("fr", "Plafond de subvention : 12 000 €", 12_000),
        ("fr", "L’aide régionale n’excédera pas 9.000 €. Les dépenses sont listées ci-dessous.", 9_000),
        ("de", "Die Zuwendung beträgt höchstens 200.000 Euro je Vorhaben.", 200_000),
        ("en", "Grants of up to £50,000 per project are available.", None),
        ("en", "Funding of up to EUR 60,000 per applicant is available.", 60_000),
        ("en", "Per proposal: the requested funding cannot exceed EUR 4 000 000.", 4_000_000),
        ("en", "Proposals requesting a contribution from the EU of up to EUR 1.5 million fit.", 1_500_000),
    ],
)
def test_a_plain_ceiling_of_one_project_is_read(language: str, text: str, amount: int | None) -> None:
    assert most(text, language) == amount


@pytest.mark.parametrize(
    ("language", "text"),
    [
        # All the money of the call.
        ("es", "El importe máximo de esta convocatoria será de 45.000 euros."),
        ("es", "La financiación de estas ayudas dispone de una cuantía máxima de 45.000 €."),
        ("it", "La dotazione complessiva massima è di 2.000.000 euro."),
        # Other sums than the grant.
        ("fr", "Dépense plafonnée à 300 000 € par projet."),
        ("fr", "Une avance plafonnée à 300 000 € par projet."),
        ("es", "Los gastos de viaje tendrán un máximo de 300 euros por beneficiario."),
        ("it", "Imprese con fatturato fino a 5 milioni di euro per impresa."),
        ("fr", "Subvention plafonnée à 4 000 € par an et par structure."),
        ("it", "Contributo massimo di 300.000 euro in tre anni per impresa."),
        ("en", "The maximum amount of a grant to each third party is EUR 60 000 per project."),
        ("fr", "Dépenses éligibles\nPlafond par projet : 50 000 €"),
        ("es", "Gastos\nMáximo por proyecto: 20.000 euros."),
        ("it", "Un contributo del 60% delle spese, di cui al massimo 5.000 euro di consulenze."),
        ("fr", "Une subvention de 50 % des dépenses, elles-mêmes plafonnées à 20 000 € de dépenses."),
        # For each of something else.
        ("fr", "Aide plafonnée à 2 000 € par véhicule."),
        ("es", "La ayuda máxima a cada entidad será de 5.000 € por contrato."),
        ("fr", "Aide plafonnée à 900 €/ha."),
        # Several: by size, by line, by year.
        ("it", "Il contributo massimo è di 50.000 euro per le micro e 90.000 euro per le medie imprese."),
        ("es", "Máximo por proyecto: 20.000 euros.\nMáximo por proyecto en la línea 2: 30.000 euros."),
        ("fr", "Études : aide plafonnée à 50 000 €.\nInvestissements : plafonnés à 200 000 €."),
        # No ceiling, no currency, none of ours; an hour's or a ton's.
        ("es", "A cada proyecto se le asignará la cantidad de 20.000 €."),
        ("es", "La cuantía máxima por beneficiario será de 45.000."),
        ("fr", "Aide plafonnée à 40 €."),
        ("en", "A maximum of EUR 1.500 per applicant."),
        ("en", ""),
    ],
)
def test_anything_less_plain_is_none(language: str, text: str) -> None:
    assert most(text, language) is None


def test_the_mark_of_the_text_s_language_counts_not_the_one_of_the_source_s_fields() -> None:
    text = "Aide plafonnée à 12.500 €"

    read = find_grant(text, decimal=".", currency="EUR", language="fr")
    assert read is not None
    assert read.most == Money(amount=Decimal("12500.00"), currency="EUR")
    assert find_grant(text, decimal=".", currency="EUR", language=None) is None
    assert find_grant(text, decimal=",", currency="EUR", language=None) == read


def test_an_amount_of_another_currency_is_not_taken_for_one_of_ours() -> None:
    text = "Grants of up to £50,000 per project"

    assert find_grant(text, decimal=".", currency="EUR", language="en") is None
    assert find_grant(text, decimal=".", currency="GBP", language="en") is not None


_PIECES = (
    "máximo por proyecto ", "hasta ", "aide plafonnée à ", "contributo massimo ", "per impresa ", "20.000 ",
    "1,5 ", "€", " euros", ". ", "\n", "total ", "gastos ", "3 milioni ", "à 10 000 € ", "(", "/ha",
    "999999999999999 €",
)  # fmt: skip


_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=25).map("".join)


@given(_TEXTS, st.sampled_from(("es", "fr", "it", None)))
def test_what_is_read_stands_in_the_words_that_are_kept(text: str, language: str | None) -> None:
    found = find_grant(text, decimal=",", currency="EUR", language=language)

    if found is not None:
        assert found.most.amount >= 100
        assert found.words in " ".join(text.split())
        again = find_grant(found.words, decimal=",", currency="EUR", language=language)
        assert again is None or again.most == found.most


def test_the_words_are_one_sentence_where_a_portal_glues_them() -> None:
    text = "Any country may apply.Proposals requesting a contribution from the EU of up to EUR 2 million"

    found = find_grant(text, decimal=".", currency="EUR", language="en")

    assert found is not None
    assert found.words == "Proposals requesting a contribution from the EU of up to EUR 2 million"


def test_a_call_keeps_the_words_and_a_field_wins() -> None:
    entry = source(fields=paths("description", "grant_max", "grant_min", "budget_total"), language="fr")
    text = "Les projets sont bienvenus. Aide plafonnée à 15 000 €. Et voilà."

    stated = call(entry, description=text)
    assert (stated.grant_max, stated.grant_evidence) == (
        Money(amount=Decimal("15000.00"), currency="EUR"),
        "Aide plafonnée à 15 000 €",
    )
    for fields in ({"grant_max": 9_000}, {"grant_min": 2_000}):
        assert call(entry, description=text, **fields).grant_evidence is None
    # More than the whole call has is no ceiling of one project.
    assert call(entry, description=text, budget_total=14_999).grant_max is None
    assert call(entry, description=text, budget_total=15_000).grant_max is not None


def test_words_that_must_not_be_shown_are_not_kept() -> None:
    entry = source(fields=paths("description"), language="fr", text_policy="facts")

    stated = call(entry, description="Aide plafonnée à 15 000 €.")

    assert stated.grant_max is not None
    assert stated.grant_evidence is None
