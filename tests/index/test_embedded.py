"""The embedded engine on disk: other processes, swaps, versions, leavings of a crash."""

import multiprocessing
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
import tantivy

from config.taxonomy import load_taxonomy
from index import tantivy_folder, tantivy_reader, tantivy_schema, tantivy_text
from index.documents import facet_values
from index.embedded import EmbeddedEngine
from index.engine import IndexBusy, SearchUnavailable
from index.query import FacetName, SearchQuery
from normalize.call import Applicant
from tests.calls import DAY, call, deadline, tag
from tests.conftest import NOW
from tests.index.conftest import Fill, Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place("embedded", tmp_path)


SPAWN = multiprocessing.get_context("spawn")


def total(engine: EmbeddedEngine) -> int:
    return engine.search(SearchQuery(), now=NOW).total


def folders(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir() if entry.is_dir())


def test_asking_makes_no_files(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index")

    assert (total(engine), engine.cursor(), engine.call_ids()) == (0, 0, set())
    assert not (tmp_path / "index").exists()


def _write(path: Path, count: int) -> None:
    with EmbeddedEngine(path).writer() as writer:
        writer.upsert([call(number) for number in range(count)], now=NOW)
        writer.commit(cursor=count)


def _rebuild(path: Path, count: int) -> None:
    EmbeddedEngine(path).rebuild([call(number) for number in range(count)], cursor=count, now=NOW)


@pytest.mark.parametrize("change", [_write, _rebuild])
def test_a_reader_sees_at_once_what_another_process_did(tmp_path: Path, change: Any) -> None:  # noqa: ANN401
    engine = EmbeddedEngine(tmp_path / "index")
    with engine.writer() as writer:
        writer.upsert([call(1)], now=NOW)
        writer.commit(cursor=1)
    before = total(engine)

    other = SPAWN.Process(target=change, args=(tmp_path / "index", 5))
    other.start()
    other.join()

    assert (before, total(engine), engine.cursor()) == (1, 5, 5)


def test_a_rebuild_waits_for_no_writer_and_disturbs_none(fill: Fill, tmp_path: Path) -> None:
    fill([call(1)])
    other = EmbeddedEngine(tmp_path / "index")

    with other.writer() as writer:
        with pytest.raises(IndexBusy):
            EmbeddedEngine(tmp_path / "index").rebuild([call(2)], cursor=2, now=NOW)
        writer.upsert([call(3)], now=NOW)
        writer.commit(cursor=3)

    assert other.call_ids() == {"xx_test:1", "xx_test:3"}


def test_a_writer_is_of_no_use_after_its_block(fill: Fill, tmp_path: Path) -> None:
    fill([call(1)])
    with EmbeddedEngine(tmp_path / "index").writer() as writer:
        pass

    with pytest.raises(SearchUnavailable, match="closed"):
        writer.commit(cursor=9)


def test_a_rebuild_removes_the_old_folder_and_what_a_crash_left(fill: Fill, tmp_path: Path) -> None:
    fill([call(1)])
    (tmp_path / "index" / "v0-17").mkdir()
    (tmp_path / "index" / f"v{tantivy_schema.SCHEMA_VERSION}-5").mkdir()
    engine = EmbeddedEngine(tmp_path / "index")

    engine.rebuild([call(2)], cursor=2, now=NOW)

    assert folders(tmp_path / "index") == [(tmp_path / "index" / "current").read_text("utf-8")]
    assert engine.call_ids() == {"xx_test:2"}


def test_an_index_of_another_schema_counts_as_empty(
    fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    EmbeddedEngine(tmp_path / "index").rebuild([call(1)], cursor=7, now=NOW)
    monkeypatch.setattr(tantivy_folder, "_PREFIX", "v99-")

    newer = EmbeddedEngine(tmp_path / "index")

    assert (total(newer), newer.cursor()) == (0, 0)
    newer.rebuild([call(1), call(2)], cursor=8, now=NOW)
    assert (total(newer), newer.cursor()) == (2, 8)
    assert [name[:4] for name in folders(tmp_path / "index")] == ["v99-"]


def test_a_broken_index_is_told_and_can_be_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tantivy_folder, "_WAIT_S", 0.0)
    _write(tmp_path / "index", 3)
    folder = next(path for path in (tmp_path / "index").iterdir() if path.is_dir())
    (folder / "meta.json").write_text("{", "utf-8")
    engine = EmbeddedEngine(tmp_path / "index")

    with pytest.raises(SearchUnavailable, match="cannot be opened"):
        total(engine)
    engine.rebuild([call(1)], cursor=1, now=NOW)
    assert total(engine) == 1


def test_a_missing_live_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tantivy_folder, "_WAIT_S", 0.0)
    _rebuild(tmp_path / "index", 3)
    (tmp_path / "index" / "current").write_text(f"v{tantivy_schema.SCHEMA_VERSION}-404", "utf-8")
    engine = EmbeddedEngine(tmp_path / "index")

    with pytest.raises(SearchUnavailable):
        total(engine)
    with pytest.raises(SearchUnavailable), engine.writer():
        pass


def test_a_phrase_with_too_many_endings_still_answers(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = fill([call(number, title=f"Lot x{number:04}") for number in range(120)])
    monkeypatch.setattr(tantivy_text, "ENDINGS_MAX", 100)

    assert engine.search(SearchQuery(text="lot-x0"), now=NOW).total == 50
    assert engine.search(SearchQuery(text="lot-x005"), now=NOW).total == 10


@pytest.mark.parametrize("is_removed", [False, True])
def test_a_writer_turns_to_the_index_that_was_swapped_in_before_it_got_the_lock(
    fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_removed: bool
) -> None:
    fill([call(1)])
    path = tmp_path / "index"
    take = tantivy_folder.IndexFolder._take_writer
    swapped_in = f"v{tantivy_schema.SCHEMA_VERSION}-5"

    def swap_first(self: tantivy_folder.IndexFolder, name: str) -> tantivy.IndexWriter:
        if not (path / swapped_in).exists():
            shutil.copytree(path / name, path / swapped_in)
            (path / "current").write_text(swapped_in, "utf-8")
            if is_removed:
                shutil.rmtree(path / name)
        return take(self, name)

    monkeypatch.setattr(tantivy_folder.IndexFolder, "_take_writer", swap_first)
    _write(path, 3)

    assert EmbeddedEngine(path).call_ids() == {"xx_test:0", "xx_test:1", "xx_test:2"}


def test_equal_hits_are_ordered_as_of_now_before_anything_is_written_again(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    with engine.writer() as writer:
        ends = {"later": (1, 9), "sooner": (5,)}
        writer.upsert(
            [
                call(name, title="A widget", deadlines=tuple(deadline(NOW + day * DAY) for day in days))
                for name, days in ends.items()
            ],
            now=NOW,
        )
        writer.commit(cursor=1)

    order = [hit.call_id for hit in engine.search(SearchQuery(text="widget"), now=NOW + 2 * DAY).hits]

    assert order == ["xx_test:sooner", "xx_test:later"]


def test_two_typing_errors_find_nothing_and_are_still_asked_about(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    engine.rebuild([call(1, title="Electrolysers near ports")], cursor=1, now=NOW)

    result = engine.search(SearchQuery(text="elektrolyzers "), now=NOW)

    assert (result.total, result.suggestion) == (0, "electrolysers")


def test_every_value_is_counted_once_whatever_columns_it_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls of many values, more different sets of them than tantivy tells, and a call that repeats one."""
    areas = [key for key, _ in load_taxonomy().areas()]
    calls = [
        call(
            number,
            tags=tuple(tag(area) for area in areas[number : number + number % 7]),
            applicants=get_args(Applicant)[: number % 8],
            countries=tuple(code for bit, code in enumerate(("BE", "FR", "DE")) if number >> bit & 1) * 2,
        )
        for number in range(30)
    ]
    facets: tuple[FacetName, ...] = ("sector", "area", "applicant", "country")
    engine = EmbeddedEngine(tmp_path / "index")
    engine.rebuild(calls, cursor=1, now=NOW)

    counted = engine.search(SearchQuery(), now=NOW, facets=facets).facets
    expected = {
        facet: Counter(value for one in calls for value in dict.fromkeys(facet_values(one)[facet]))
        for facet in facets
    }

    assert {facet: {one.value: one.count for one in counted[facet]} for facet in facets} == expected
    monkeypatch.setattr(tantivy_reader, "FACET_VALUES_MAX", 4)  # values of countries; of sets there are eight
    again = EmbeddedEngine(tmp_path / "index").search(SearchQuery(), now=NOW, facets=("country",)).facets
    assert {one.value: one.count for one in again["country"]} == expected["country"]


def test_what_fails_beside_the_page_fails_the_question(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = fill([call(1, title="Hydrogen")])

    def fail(*_asked: object) -> None:
        raise SearchUnavailable("the columns cannot be read")

    monkeypatch.setattr("index.embedded.count_facets", fail)

    for text in ("hydrogen", ""):
        with pytest.raises(SearchUnavailable, match="columns"):
            engine.search(SearchQuery(text=text), now=NOW, facets=("status",))
    assert engine.search(SearchQuery(text="hydrogen"), now=NOW).total == 1
