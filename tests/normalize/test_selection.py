"""What is a call: include and exclude rules, by words and by pattern."""

from typing import Any

import pytest
from pydantic import ValidationError

from config.sources import Rule
from normalize.errors import NotACall, RecordError
from normalize.mapping import leftover_keys, map_payload
from normalize.selection import check_is_call
from tests.normalize.building import source as a_source

TENDER = Rule(path="kind", words=("Tender", "Job offer"), reason="tender or job")
RANKING = Rule(path="title", pattern=r"^ranking\b", reason="ranking")
GRANT = Rule(path="tags[].name", words=("grant",), reason="no grant")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"kind": "Job  offer"}, "tender or job"),
        ({"title": "RANKING of the call"}, "ranking"),
        ({"title": "Second ranking, call open", "kind": "tender"}, None),
        ({"kind": ["Aid", "Tender"]}, "tender or job"),
        ({"kind": {"name": "Tender"}}, None),
        ({}, None),
    ],
)
def test_an_exclude_rule_leaves_out_what_it_holds_on(record: dict[str, Any], reason: str | None) -> None:
    source = a_source(exclude=(TENDER, RANKING))

    if reason is None:
        check_is_call(record, source)
        return
    with pytest.raises(NotACall) as found:
        check_is_call(record, source)
    assert found.value.reason == reason


def test_an_include_rule_leaves_out_what_it_does_not_hold_on() -> None:
    source = a_source(include=(GRANT,))

    check_is_call({"tags": [{"name": "loan"}, {"name": "grant"}]}, source)
    for record in ({}, {"tags": None}, {"tags": [{"name": "loan"}]}):
        with pytest.raises(NotACall, match="no grant"):
            check_is_call(record, source)


def test_true_and_numbers_are_words_too() -> None:
    rules = (Rule(path="public", words=("false",), reason="by invitation"),)

    with pytest.raises(NotACall):
        check_is_call({"public": False}, a_source(exclude=rules))
    with pytest.raises(NotACall):
        check_is_call({"public": 0}, a_source(exclude=(Rule(path="public", words=("0",), reason="x"),)))


def test_a_shape_a_path_cannot_read_is_an_error_of_the_record() -> None:
    rule = Rule(path="join(',', kinds)", words=("x",), reason="x")

    with pytest.raises(RecordError, match="cannot read"):
        check_is_call({"kinds": [1]}, a_source(exclude=(rule,)))


def test_the_rules_come_before_the_mapping_and_their_keys_are_known() -> None:
    source = a_source(fields={"native_id": "id"}, exclude=(TENDER,))

    with pytest.raises(NotACall):
        map_payload({"kind": "Tender"}, source)
    assert leftover_keys({"id": 1, "kind": "Aid", "new": 1}, source) == {"new"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "x"},
        {"path": "x", "words": ["a"], "pattern": "b"},
        {"path": "x[", "words": ["a"]},
        {"path": "x", "pattern": "("},
        {"path": "x", "words": ["a"], "reason": ""},
    ],
)
def test_a_rule_that_cannot_work_is_refused_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Rule(**{"reason": "no call"} | wrong)
