"""What real recorded records become. Skipped where ../shared/fixtures is not beside the project."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from config.settings import Settings
from config.sources import load_sources
from normalize.call import Call
from normalize.errors import NotACall
from normalize.mapping import leftover_keys
from normalize.pipeline import normalize
from normalize.record import RawRecord
from normalize.tagging import Tagger
from normalize.text import plain_text, sanitise_html
from tests.normalize.building import NOW
from tests.sources import recast

pytestmark = pytest.mark.skipif(not recast.available(), reason="no recorded records beside the project")

RECORDS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "eu_ft": recast.sedia_results,
    "es_bdns": recast.bdns_records,
    "fr_aides_territoires": recast.aides_territoires_records,
    "pt_portugal2030": recast.portugal_records,
    "fr_idf_aides": recast.idf_records,
}


@pytest.fixture(scope="module")
def calls(tagger: Tagger) -> dict[str, list[Call]]:
    sources = load_sources(Settings().sources)
    made: dict[str, list[Call]] = {}
    for name, read in RECORDS.items():
        for record in read():
            raw = RawRecord(
                name, "?", "https://x.example", NOW, "application/json", json.dumps(record).encode()
            )
            try:
                made.setdefault(name, []).append(normalize(raw, sources[name], now=NOW, tagger=tagger))
            except NotACall:
                continue
    return made


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("eu_ft", 327),
        ("es_bdns", 129),
        ("fr_aides_territoires", 258),
        ("pt_portugal2030", 5),
        ("fr_idf_aides", 3),
    ],
)
def test_no_recorded_call_is_refused(calls: dict[str, list[Call]], name: str, count: int) -> None:
    assert len(calls[name]) == count


def test_evidence_stands_where_its_offsets_point(calls: dict[str, list[Call]]) -> None:
    quoted = 0
    for call in (call for made in calls.values() for call in made):
        texts = {
            "title": call.title,
            "summary": call.summary or "",
            "description": plain_text(call.description or ""),
            "keywords": "\n".join(call.keywords),
            "call_identifier": call.call_identifier or "",
            "programme": call.programme or "",
        }
        for evidence in (evidence for tag in call.tags for evidence in tag.evidence):
            words = texts[evidence.field][evidence.start : evidence.end]
            assert words.strip(), (call.id, evidence)
            assert words.casefold() == evidence.term.casefold(), (call.id, evidence, words)
            quoted += 1
    assert quoted > 1000


def test_stored_html_is_what_the_cleaner_would_leave(calls: dict[str, list[Call]]) -> None:
    for call in (call for made in calls.values() for call in made if call.description):
        assert call.description is not None
        assert plain_text(sanitise_html(call.description)) == plain_text(call.description)
        assert not any(
            mark in call.description for mark in ("<script", "<img", " style=", " class=", "<h1", "<h2")
        )


def test_topics_close_at_17_in_brussels_on_a_day(calls: dict[str, list[Call]]) -> None:
    topics = [call for call in calls["eu_ft"] if call.native_id.isdecimal() and call.deadlines]

    hours = {
        deadline.at.astimezone(NOW.tzinfo).hour
        for call in topics
        for deadline in call.deadlines
        if deadline.at and deadline.precision == "day"
    }

    assert len(topics) > 200
    assert hours == {15, 16}  # UTC, in summer and in winter


def test_amounts_and_rates_are_plausible(calls: dict[str, list[Call]]) -> None:
    for call in (call for made in calls.values() for call in made):
        for money in (call.budget_total, call.grant_min, call.grant_max):
            assert money is None or 1 <= money.amount < 10**11, call.id
        assert call.funding_rate_max is None or 0 < call.funding_rate_max <= 1


@pytest.mark.parametrize("name", ["es_bdns", "pt_portugal2030", "fr_idf_aides"])
def test_no_key_of_a_recorded_record_is_left_over(name: str) -> None:
    source = load_sources(Settings().sources)[name]

    assert set().union(*(leftover_keys(record, source) for record in RECORDS[name]())) == set()
