"""Why a card was found, in words: each word once, a language only where it is certain."""

from index.query import Hit, Reason, ReasonField, Way
from portal_api.search_view import reasons_of


def reason(found: str, language: str | None, by: Way = "translation", field: ReasonField = "title") -> Reason:
    return Reason("hydrogen", found, field, by, language)


def said(*reasons: Reason) -> list[str]:
    return reasons_of(Hit(call_id="xx_test:1", score=1.0, highlights=(), reasons=reasons))


def test_a_word_in_capitals_and_small_is_said_once() -> None:
    assert said(reason("Brint", "da"), reason("brint", "da", field="keywords")) == [
        "“Brint” is “hydrogen” in Danish"
    ]


def test_no_language_is_named_where_it_would_be_a_guess() -> None:
    assert said(reason("hidrogen", None)) == ["“hidrogen” for “hydrogen”"]


def test_neither_the_words_asked_for_nor_a_tag_need_saying() -> None:
    assert said(reason("Hydrogen", None, "exact"), reason("clean.hydrogen", None, field="area")) == []
