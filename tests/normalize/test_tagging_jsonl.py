from typing import Any

import pytest

from config.taxonomy import load_taxonomy
from normalize.errors import RecordError
from normalize.tagging import Tagger, tag_json_line

TAGGER = Tagger(load_taxonomy())
RECORD: dict[str, Any] = {
    "id": "X-1",
    "lang": "de",
    "title": "Wasserstoff für die Bundeswehr",
    "text": "Gefördert werden Brennstoffzellen.",
}


def test_one_object_in_one_out() -> None:
    answer = tag_json_line(RECORD, TAGGER)
    assert answer == {
        "id": "X-1",
        "sectors": ["clean"],
        "areas": ["clean.hydrogen"],
        "defence": True,
        "space": False,
        "evidence": {
            "clean.hydrogen": [
                {"field": "title", "start": 0, "end": 11, "term": "Wasserstoff"},
                {"field": "text", "start": 17, "end": 33, "term": "Brennstoffzellen"},
            ],
            "defence.defence": [{"field": "title", "start": 20, "end": 30, "term": "Bundeswehr"}],
        },
    }


def test_defence_is_no_sector_here() -> None:
    answer = tag_json_line({**RECORD, "title": "Munition und Rüstungsindustrie", "text": ""}, TAGGER)
    assert (answer["defence"], answer["sectors"], answer["areas"]) == (True, [], [])


def test_the_id_of_an_eu_topic_is_evidence() -> None:
    record = {"id": "HORIZON-JU-CLEANH2-2026-01-01", "lang": "en", "title": "Stacks", "text": ""}
    answer = tag_json_line(record, TAGGER)
    assert answer["evidence"]["clean.hydrogen"] == [
        {"field": "id", "start": 0, "end": 18, "term": "HORIZON-JU-CLEANH2"}
    ]


def test_the_programme_may_be_given() -> None:
    answer = tag_json_line({**RECORD, "title": "x", "programme": "European Defence Fund (EDF)"}, TAGGER)
    assert answer["defence"]


@pytest.mark.parametrize("extra", [{"lang": None}, {"programme": None}, {"origin": "somewhere", "sure": 1}])
def test_null_and_unknown_fields_are_left_alone(extra: dict[str, object]) -> None:
    assert tag_json_line({**RECORD, **extra}, TAGGER)["sectors"] == ["clean"]


@pytest.mark.parametrize("field", ["id", "title", "text"])
@pytest.mark.parametrize("value", [None, 7, ["x"], {}])
def test_a_missing_or_odd_field_is_named(field: str, value: object) -> None:
    with pytest.raises(RecordError) as caught:
        tag_json_line({**RECORD, field: value}, TAGGER)
    assert caught.value.field == field


@pytest.mark.parametrize("field", ["lang", "programme"])
def test_an_odd_optional_field_is_named(field: str) -> None:
    with pytest.raises(RecordError) as caught:
        tag_json_line({**RECORD, field: 7}, TAGGER)
    assert caught.value.field == field


@pytest.mark.parametrize("record", [None, [], "text", 3])
def test_what_is_no_object_is_refused(record: object) -> None:
    with pytest.raises(RecordError, match="not an object"):
        tag_json_line(record, TAGGER)
