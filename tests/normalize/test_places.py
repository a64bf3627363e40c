from contextlib import suppress

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from config.countries import eu_members
from config.nuts import fold
from normalize.errors import RecordError
from normalize.places import Places, is_known_place, parse_countries, parse_places

_OFFICIAL = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"


@pytest.mark.parametrize(
    ("text", "country", "regions", "countries"),
    [
        ("ES61", None, ("ES", "ES6", "ES61"), ("ES",)),
        ("ES61 - ANDALUCIA", "ES", ("ES", "ES6", "ES61"), ("ES",)),
        ("ES300 - Madrid", "ES", ("ES", "ES3", "ES30", "ES300"), ("ES",)),
        ("ES - ESPAÑA", "ES", (), ("ES",)),
        ("CZ - CESKÁ REPUBLIKA", "ES", (), ("CZ",)),
        ("DE - Bayern", None, ("DE", "DE2"), ("DE",)),
        ("EL30", None, ("EL", "EL3", "EL30"), ("GR",)),
        ("UK", None, (), ("GB",)),
        ("ILE-DE-FRANCE", "FR", ("FR", "FR1"), ("FR",)),
        ("Île-de-France (Région)", "FR", ("FR", "FR1"), ("FR",)),
        ("Rhône (Département)", "FR", ("FR", "FRK", "FRK2", "FRK26"), ("FR",)),
        ("Provence-Alpes-Côte d'Azur", "FR", ("FR", "FRL"), ("FR",)),
        ("Trentino-Alto Adige/Südtirol", "IT", ("IT", "ITH", "ITH1", "ITH2"), ("IT",)),
        ("Valle d'Aosta/Vallée d'Aoste", "IT", ("IT", "ITC", "ITC2"), ("IT",)),
        ("Vallée d'Aoste/Valle d'Aosta", "IT", ("IT", "ITC", "ITC2"), ("IT",)),
        ("Attiki", "GR", ("EL", "EL3"), ("GR",)),
        ("Centro", "PT", ("PT", "PT1", "PT19"), ("PT",)),
        ("France", "FR", (), ("FR",)),
        ("Deutschland", None, (), ("DE",)),
    ],
)
def test_places(text: str, country: str | None, regions: tuple[str, ...], countries: tuple[str, ...]) -> None:
    assert parse_places([text], country) == Places(regions, countries)


def test_places_are_listed_once_with_their_parents() -> None:
    places = parse_places(["ES61", "ES62", "ES61", "FRK2"], "ES")

    assert places == Places(("ES", "ES6", "ES61", "ES62", "FR", "FRK", "FRK2"), ("ES", "FR"))


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("", "FR"),
        ("Atlantis", "FR"),
        ("XX12", "FR"),
        ("ES99", "ES"),
        ("Bayern", None),
        ("Bayern", "FR"),
        ("Bayern/Atlantis", "DE"),
        ("Bayern/Hessen", "DE"),
        ("DE - France", "DE"),
        ("Wiener Umland", "AT"),
    ],
)
def test_a_place_nobody_knows_or_two_share_is_refused(text: str, country: str | None) -> None:
    with pytest.raises(RecordError, match="unknown region"):
        parse_places([text], country)
    assert not is_known_place(text, country)


def test_unknown_places_are_left_out_when_told() -> None:
    assert parse_places(["Atlantis", "ES61"], "ES", skip_unknown=True).countries == ("ES",)


@given(st.text(max_size=60), st.sampled_from([None, "FR", "GR", "GB", "XX"]))
def test_no_text_raises_anything_but_record_error(text: str, country: str | None) -> None:
    with suppress(RecordError):
        parse_places([text], country)
    with suppress(RecordError):
        parse_countries([text])


def test_countries_by_code_and_by_name_in_any_language() -> None:
    printed = ["de", "EL", "UK", "Tschechien", "Česko", "Ελλάδα", "Turkey", "The Netherlands", "Kosovo"]

    assert parse_countries(printed) == ("DE", "GR", "GB", "CZ", "TR", "NL", "XK")


@pytest.mark.parametrize("text", ["", "ZZ", "Atlantis", "Kongo"])
def test_an_unknown_country_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match="unknown country"):
        parse_countries([text])


@pytest.mark.parametrize("language", _OFFICIAL.split())
def test_every_member_state_is_known_by_its_name_in_every_official_language(language: str) -> None:
    names = Locale(language).territories

    for code in eu_members():
        assert parse_countries([names[code]]) == (code,)
        assert parse_countries([fold(names[code]).upper()]) == (code,)
