from typing import get_args

import pytest

from config.settings import CONFIG_DIR
from config.sources import Source, load_sources
from normalize.call import Applicant, Instrument, Status
from normalize.errors import RecordError
from normalize.lookups import look_up, look_up_status
from normalize.places import parse_places
from tests.normalize.building import source

SOURCES = load_sources(CONFIG_DIR / "sources.toml")
TABLES = {
    "applicants": {"PME": "sme", "Entreprises": ["sme", "large_enterprise"], "Divers": ""},
    "status": {"6": "open", "9": ""},
}


def test_words_become_ours_each_once_and_in_order() -> None:
    words = ["Entreprises", " PME ", "Divers", ""]

    assert look_up("applicants", words, source(lookups=TABLES)) == ("sme", "large_enterprise")


def test_an_unknown_word_is_refused_by_field_and_word() -> None:
    with pytest.raises(RecordError, match="unknown word") as error:
        look_up("applicants", ["Lutins"], source(lookups=TABLES))
    assert (error.value.field, error.value.value) == ("applicants", "Lutins")


def test_a_field_without_a_table_knows_no_word() -> None:
    with pytest.raises(RecordError):
        look_up("instrument", ["grant"], source())


def test_the_status_is_ours_where_there_is_a_table_and_theirs_elsewhere() -> None:
    assert look_up_status("6", source(lookups=TABLES)) == "open"
    assert look_up_status(" <b>Laufend</b> ", source()) == "Laufend"
    assert look_up_status("9", source(lookups=TABLES)) is None
    assert look_up_status(None, source(lookups=TABLES)) is None


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(RecordError):
        look_up_status("7", source(lookups=TABLES))


# Every entry there is


@pytest.mark.parametrize("entry", SOURCES.values(), ids=lambda entry: entry.id)
def test_every_table_leads_to_words_of_the_schema(entry: Source) -> None:
    known = {
        "applicants": get_args(Applicant),
        "instrument": get_args(Instrument),
        "status": get_args(Status),
    }
    for field, words in known.items():
        table = entry.lookups.get(field, {})
        ours = [one for value in table.values() for one in ([value] if isinstance(value, str) else value)]
        assert set(ours) <= {*words, ""}, field


@pytest.mark.parametrize("entry", SOURCES.values(), ids=lambda entry: entry.id)
def test_every_entrys_places_are_known(entry: Source) -> None:
    listed = entry.lookups.get("regions", {}).values()
    codes = [code for value in listed for code in ([value] if isinstance(value, str) else value)]

    assert parse_places([*entry.regions, *codes], entry.country)
