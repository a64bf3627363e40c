"""Every source of sources.toml through its samples, to golden JSON read by eye. No test code a source."""

import json
from typing import Any

import pytest

from normalize.errors import NotACall, RecordError
from normalize.mapping import leftover_keys
from normalize.pipeline import normalize
from normalize.record import RawRecord
from normalize.tagging import Tagger
from tests.conftest import NOW
from tests.sources.samples import FOLDER, SOURCES, raw_records, sample_payloads


def outcome(raw: RawRecord, tagger: Tagger) -> dict[str, Any]:
    try:
        call = normalize(raw, SOURCES[raw.source_id], now=NOW, tagger=tagger)
    except NotACall as finding:
        return {"record": raw.native_id, "not_a_call": finding.reason}
    except RecordError as error:
        return {"record": raw.native_id, "rejected": error.reason, "field": error.field, "value": error.value}
    # Words and offsets of the tags are the tagger's own tests; here only what was decided.
    document = call.model_dump(mode="json", exclude_defaults=True, exclude={"tags", "taxonomy_version"})
    areas = sorted(tag.area for tag in call.tags)
    return {"record": raw.native_id, "status": call.status_at(NOW), "areas": areas, "call": document}


@pytest.mark.parametrize("source_id", SOURCES)
def test_samples_give_golden_calls(source_id: str, tagger: Tagger, update_golden: bool) -> None:
    made = [outcome(raw, tagger) for raw in raw_records(SOURCES[source_id])]
    golden = FOLDER / source_id / "golden.json"
    if update_golden:
        golden.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")

    assert made == json.loads(golden.read_text("utf-8"))


@pytest.mark.parametrize("source_id", SOURCES)
def test_every_source_has_enough_samples_with_odd_ones_among_them(source_id: str) -> None:
    golden = json.loads((FOLDER / source_id / "golden.json").read_text("utf-8"))

    assert len(golden) >= 6
    assert any("call" not in entry for entry in golden)


def test_sources_and_samples_are_the_same_set() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and not path.name.startswith("_")}

    assert folders == set(SOURCES)


@pytest.mark.parametrize("source_id", [name for name, source in SOURCES.items() if source.fields])
def test_no_field_of_a_declarative_source_is_left_out_by_accident(source_id: str) -> None:
    source = SOURCES[source_id]

    assert {key for payload in sample_payloads(source) for key in leftover_keys(payload, source)} == set()
