from collections.abc import Mapping
from typing import Any

import pytest

from config.sources import Source
from normalize import mapping
from normalize.errors import NotACall, RecordError
from normalize.fields import DeadlineText, DocumentText, Fields, take
from normalize.mapping import Mapper, compile_path, leftover_keys, map_payload
from tests.normalize.building import paths, source


def test_fields_are_taken_by_their_paths() -> None:
    entry = source(fields={"native_id": "id", "title": "names.en || names.fr", "keywords": "themes[].label"})

    fields = map_payload({"id": "7", "names": {"fr": "Acier"}, "themes": [{"label": "steel"}]}, entry)

    assert fields == Fields(native_id="7", title="Acier", keywords=("steel",))


def test_numbers_become_text_where_text_belongs_and_stay_amounts_elsewhere() -> None:
    entry = source(fields=paths("trl", "budget_total", "keywords"))

    fields = map_payload({"native_id": 7, "trl": 4, "budget_total": 4.5, "keywords": [2026, "steel"]}, entry)

    assert (fields.native_id, fields.trl, fields.budget_total) == ("7", "4", 4.5)
    assert fields.keywords == ("2026", "steel")


def test_one_value_becomes_a_list_and_empty_ones_are_dropped() -> None:
    entry = source(fields=paths("keywords", "documents"))

    fields = map_payload(
        {
            "native_id": "7",
            "title": "",
            "keywords": "steel",
            "deadlines": ["2026-12-31", None, {"text": "2027-01-31", "kind": "stage_2"}],
            "documents": ["https://agency.example/fiche.pdf"],
        },
        entry,
    )

    assert fields.title is None
    assert fields.keywords == ("steel",)
    assert fields.deadlines == (
        DeadlineText(text="2026-12-31"),
        DeadlineText(text="2027-01-31", kind="stage_2"),
    )
    assert fields.documents == (DocumentText(title="", url="https://agency.example/fiche.pdf"),)


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "native_id"),
        ({"native_id": ""}, "native_id"),
        ({"native_id": "7", "title": ["a", "list"]}, "title"),
        ({"native_id": "7", "title": True}, "title"),
        ({"native_id": "7", "deadlines": [{"when": "2026"}]}, "deadlines.0.text"),
    ],
)
def test_a_shape_a_field_cannot_hold_is_refused_by_name(payload: dict[str, Any], field: str) -> None:
    with pytest.raises(RecordError) as error:
        map_payload(payload, source())
    assert error.value.field == field


def test_a_path_that_cannot_be_walked_is_refused() -> None:
    with pytest.raises(RecordError) as error:
        map_payload(
            {"native_id": "7", "a": 5}, source(fields={"native_id": "native_id", "title": "join(',', a)"})
        )
    assert error.value.field == "title"


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(RecordError, match="no JMESPath"):
        compile_path("a[")


def test_keys_nobody_takes_are_left_over() -> None:
    entry = source(fields={"native_id": "id", "title": "join('\n', [a.b, \"c d\"])"}, ignore=("contact",))
    payload = {"id": 1, "a": {}, "c d": "x", "contact": "somebody", "new_key": 1}

    assert leftover_keys(payload, entry) == {"new_key"}


# Mappers


def mapper(monkeypatch: pytest.MonkeyPatch, read: Mapper) -> Source:
    monkeypatch.setattr(mapping, "_mapper", lambda name: read)
    return source(fields={}, mapper="xx_example")


def test_a_mapper_is_found_by_its_name() -> None:
    entry = source(fields={}, mapper="de_foerderinfo")

    assert map_payload({"link": "https://agency.example/1", "title": "A | 31.12.2026"}, entry).title == "A"


@pytest.mark.parametrize(
    "read",
    [
        lambda payload, entry: payload["missing"],
        lambda payload, entry: payload["a"]["b"],
        lambda payload, entry: payload["list"][3],
        lambda payload, entry: payload["a"].strip(),
        lambda payload, entry: Fields(native_id="7", title=payload["a"]),
    ],
)
def test_a_record_of_another_shape_is_refused_and_ends_no_run(
    monkeypatch: pytest.MonkeyPatch, read: Mapper
) -> None:
    with pytest.raises(RecordError):
        map_payload({"a": 5, "list": []}, mapper(monkeypatch, read))


def test_keys_a_mapper_never_asks_for_are_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(payload: Mapping[str, Any], entry: Source) -> Fields:
        return Fields(native_id=take(payload, "id"), title=payload["title"])

    entry = mapper(monkeypatch, read)

    assert leftover_keys({"id": "7", "title": "x", "new_key": 1}, entry) == {"new_key"}


@pytest.mark.parametrize("error", [RecordError("odd"), NotACall("news")])
def test_of_a_record_that_is_no_call_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def read(payload: Mapping[str, Any], entry: Source) -> Fields:
        raise error

    assert leftover_keys({"id": "7"}, mapper(monkeypatch, read)) == set()
