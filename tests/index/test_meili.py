"""The parts of the Meilisearch engine that need no server: what is sent, and what is made of answers.

Shapes of answers are those of Meilisearch's documentation. Whether a server does what it is told, the
contract suite shows when PORTAL_TEST_MEILI_URL names one.
"""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents import build_document, moment_of
from index.engine import IndexBusy
from index.meili import MeiliEngine
from index.meili_answers import facets_of, judge_stale, tell, total_of
from index.meili_documents import (
    FORMS,
    OVER,
    SETTINGS,
    differs,
    document_id,
    order_rank,
    read_value,
    to_meili,
    write_value,
)
from index.meili_pages import page_of
from index.meili_queries import Question, Stale, facet_queries, quoted, status_filter, written_text
from index.paging import Cursor, CursorError
from index.query import SearchQuery
from index.words import parse_text
from tests.calls import DAY, call, deadline, tag
from tests.conftest import NOW

MOMENT = moment_of(NOW)
ANYTHING = st.text(max_size=40) | st.text(alphabet="\\\"'nu{}%~ab ", max_size=20)


def asked(now: int = MOMENT, **query: Any) -> Question:  # noqa: ANN401 - any field
    return Question(SearchQuery(**query), tuple(parse_text(query.get("text", ""))), now)


def as_the_server_reads(expression: str) -> str:
    """Read a quoted value as Meilisearch's filter parser does: find its end, then undo backslashes."""
    match = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', expression, re.DOTALL)
    assert match, expression
    return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)


@given(ANYTHING)
def test_no_value_leaves_its_quotes(value: str) -> None:
    assert as_the_server_reads(quoted(value)) == value


@given(ANYTHING)
def test_values_are_written_so_that_the_server_compares_them_exactly(value: str) -> None:
    written = write_value(value)

    assert read_value(written) == value
    assert written == written.lower()
    assert written.isascii()


def test_a_value_too_long_for_the_server_is_still_one_value() -> None:
    one, other = write_value("É" * 70_000), write_value("É" * 69_999)

    assert len(one) <= 400
    assert one != other
    assert read_value(one).startswith("ÉÉÉ")


@given(st.text(min_size=1, max_size=600), st.text(min_size=1, max_size=600))
def test_ids_are_ids_of_the_server_and_never_shared(one: str, other: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,511}", document_id(one))
    assert (document_id(one) == document_id(other)) == (one == other)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("green hydrogen", "green hydrogen"),
        ("green hydrogen ", "green hydrogen "),
        ('"fuel cell" bus', '"fuel cell" bus'),
        ('bus "fuel cell"', 'bus "fuel cell" '),
        ("hydrogen -diesel", '-diesel -"diesels" hydrogen '),
        ("HORIZON-CL4-2027", '"horizon cl4" 2027'),
        ("HORIZON-CL4-2027 ", '"horizon cl4 2027" '),
        ("bio-based ", "biobased "),
        ("l'eau ", "eau "),
        ('"); DROP -- AND OR NOT', None),
        ("", ""),
    ],
)
def test_text_is_sent_in_words_only(typed: str, sent: str | None) -> None:
    written = written_text(parse_text(typed))

    if sent is not None:
        assert written.replace('-"diesel"', "-diesel") in (sent, sent.replace(' -"diesels"', ""))
    assert re.fullmatch(r'[^\W_"]*|(?:-?"?[^\W_]+"?[ ]?|[^\W_" ]+"?[ ]?)*', written)


@given(st.text(max_size=80) | st.text(alphabet='"-()*:~\\ ab', max_size=40))
def test_whatever_is_typed_quotes_are_paired(typed: str) -> None:
    written = written_text(parse_text(typed))

    assert written.count('"') % 2 == 0
    assert not set(written) & set("()*:~\\'")


def test_every_filter_stands_in_its_own_expression() -> None:
    question = asked(
        programme=('LIFE" OR kind = "cursor',), sector=("clean", "not_stated"), budget_min=Decimal("10.005")
    )

    filters = question.filters()

    assert filters == [
        'kind = "call"',
        'f_sector IN ["clean", "not_stated"]',
        'f_programme IN ["%4c%49%46%45%22%20%4f%52%20kind%20%3d%20%22cursor"]',
        "budget >= 1001",
    ]
    assert question.filters("sector") == [filters[0], *filters[2:]]


def test_the_next_deadline_is_bounded_as_of_now() -> None:
    stale = (Stale("bYQ", MOMENT + 5, 0, 1), Stale("bYg", None, 0, 2))
    question = Question(SearchQuery(deadline_from=date(2026, 11, 24)), (), MOMENT, stale)

    (bound,) = question.filters()[1:]

    assert f"NOT (next_until < {MOMENT} OR past_until >= {MOMENT})" in bound
    assert 'id IN ["bYQ"]' in bound
    assert bound.startswith("withdrawn = false AND ")


def test_status_is_asked_as_of_now() -> None:
    assert status_filter("open", 5) == (
        'withdrawn = false AND closes >= 5 AND base_status = "open" AND opens <= 5'
    )
    assert status_filter("closed", 5) == (
        'withdrawn = false AND (closes < 5 OR (base_status = "closed" AND opens <= 5))'
    )


def test_facets_are_counted_in_one_request_each_chosen_one_without_its_own_filter() -> None:
    question = asked(sector=("clean",), text="hydrogen ")

    queries = facet_queries(question, ("sector", "level", "status"))

    assert list(queries)[:2] == [(None, None), ("sector", None)]
    assert len(queries) == 2 + 5
    assert queries[None, None]["facets"] == ["f_level"]
    assert queries["sector", None]["facets"] == ["f_sector"]
    assert 'f_sector IN ["clean"]' not in queries["sector", None]["filter"]
    assert all(query["hitsPerPage"] == 0 and "limit" not in query for query in queries.values())


def test_other_languages_are_switched_off_by_the_fields_searched() -> None:
    assert "attributesToSearchOn" not in asked(text="hydrogen").query([])
    assert FORMS in asked(text="hydrogen", expand=False).query([])["attributesToSearchOn"]
    assert "equivalents" not in asked(text="hydrogen", expand=False).query([])["attributesToSearchOn"]
    assert FORMS not in asked(text='"hydrogen"').query([])["attributesToSearchOn"]


def test_answers_become_facets() -> None:
    question = asked(level=("eu",))
    counted = {
        (None, None): {
            "totalHits": 3,
            "facetDistribution": {"f_programme": {"%4c%49%46%45": 2, "not_stated": 1}},
        },
        ("level", None): {"totalHits": 5, "facetDistribution": {"f_level": {"national": 5}}},
        ("status", "open"): {"totalHits": 3},
        ("status", "closed"): {"totalHits": 0},
    }

    found = facets_of(question, ("programme", "level", "status"), counted)  # type: ignore[arg-type]

    assert total_of(counted) == 3  # type: ignore[arg-type]
    assert [(v.value, v.count, v.selected) for v in found["programme"]] == [
        ("LIFE", 2, False),
        ("not_stated", 1, False),
    ]
    assert [(v.value, v.count, v.selected) for v in found["level"]] == [
        ("national", 5, False),
        ("eu", 0, True),
    ]
    assert [(v.value, v.count) for v in found["status"]] == [("open", 3)]


def hit(number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    document = to_meili(build_document(call(number, **changes)), MOMENT)
    return {key: document[key] for key in ("call_id", "shown", "order_rank", "first_seen_s", "tie")}


def test_hits_are_explained_on_the_text_that_is_shown() -> None:
    told = tell(
        asked(text="waermepumpe hydrogne "), [hit(1, title="Wärmepumpen und Hydrogen", language="de")]
    )

    (found,) = told.hits
    marked = [found.highlights[0].text[span.start : span.end] for span in found.highlights[0].spans]
    assert marked == ["Hydrogen"] or marked == ["Wärmepumpen", "Hydrogen"]
    assert ("hydrogne", "Hydrogen", "typo") in [(why.asked, why.found, why.by) for why in found.reasons]
    assert told.corrections["hydrogne"] == ("hydrogen",)
    assert told.suggestion is not None
    assert "hydrogen" in told.suggestion


def test_what_is_sent_holds_the_other_forms_and_what_it_is_called_elsewhere() -> None:
    sent = to_meili(
        build_document(call(1, title="Wärme aus Batteries", language="de", tags=(tag("clean.hydrogen"),))),
        MOMENT,
    )

    assert sent["title"] == "warme aus batteries"
    assert {"waerme", "battery"} <= set(sent[FORMS])
    assert {"hydrogene", "baterias"} <= set(sent["equivalents"])
    assert sent["id"] == document_id("xx_test:1")


def test_a_passed_deadline_is_judged_anew() -> None:
    two = call(1, deadlines=(deadline(NOW + DAY), deadline(NOW + 9 * DAY)))
    stored = to_meili(build_document(two), MOMENT)

    later, over = moment_of(NOW + 2 * DAY), moment_of(NOW + 20 * DAY)

    assert judge_stale(stored, later).next_at == moment_of(NOW + 9 * DAY)
    assert judge_stale(stored, over).order_rank == OVER
    assert (
        order_rank(None, continuous=True, over=False) < order_rank(None, continuous=False, over=False) < OVER
    )


class Server:
    """Answers the queries of one page from a list, as a server sorts it, and keeps what it was asked."""

    def __init__(self, groups: list[list[dict[str, Any]]]) -> None:
        self.groups, self.asked = groups, list[Any]()

    def ask(self, queries: Any) -> list[Any]:  # noqa: ANN401 - JSON
        self.asked.append(queries)
        return [
            {"totalHits": len(group)}
            if "hitsPerPage" in query
            else {"hits": group[query["offset"] : query["offset"] + query["limit"]]}
            for query, group in zip(queries, self.groups, strict=True)
        ]


def test_pages_by_relevance_go_through_the_groups() -> None:
    groups = [[hit(1)], [hit(2), hit(3), hit(4)], [hit(5)]]
    found, cursor = list[str](), None

    for _ in range(3):
        query = SearchQuery(text="call ", limit=2, cursor=cursor)
        question = Question(query, tuple(parse_text("call ")), MOMENT)
        page = page_of(question, Cursor.read(cursor) if cursor else None, 5, Server(groups).ask)
        found += [one["call_id"] for one in page.found]
        cursor = page.next_cursor

    assert found == [f"xx_test:{number}" for number in range(1, 6)]
    assert cursor is None


def test_pages_in_an_order_of_numbers_begin_after_the_last_hit() -> None:
    server = Server([[hit(1), hit(2), hit(3)]])
    question = asked(sort="newest", limit=2)

    page = page_of(question, None, 3, server.ask)

    assert page.next_cursor is not None
    cursor = Cursor.read(page.next_cursor)
    after = question.after(cursor, 7)
    assert after == "(first_seen_s < 0 OR (first_seen_s = 0 AND tie > 7))"
    with pytest.raises(CursorError):
        page_of(asked(sort="deadline"), cursor, 3, server.ask)


def test_settings_are_compared_with_what_a_server_adds_of_its_own() -> None:
    typos = {**SETTINGS["typoTolerance"], "disableOnWords": []}
    theirs = {
        **SETTINGS,
        "typoTolerance": typos,
        "filterableAttributes": sorted(SETTINGS["filterableAttributes"]),
        "embedders": {},
    }

    assert differs(SETTINGS, theirs) == []
    assert differs(SETTINGS, {**theirs, "rankingRules": SETTINGS["rankingRules"][::-1]}) == ["rankingRules"]
    assert differs(SETTINGS, {**theirs, "synonyms": {"a": ["b"]}}) == ["synonyms"]
    assert differs(SETTINGS, {}) == [name for name in SETTINGS if name != "distinctAttribute"]


def test_one_writer_of_a_machine(tmp_path: Path) -> None:
    one = MeiliEngine("http://127.0.0.1:9", "", tmp_path / "lock")
    other = MeiliEngine("http://127.0.0.1:9", "", tmp_path / "lock")

    with one._only_writer(), pytest.raises(IndexBusy), other.writer():
        pass
