import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.taxonomy import load_taxonomy
from jobs.evaluation.tagging import DEFAULT, cross_validated, judged, macro_f1, micro_f1, read_rows, tally
from normalize.tagging import Tagger, TagText
from tests.chance import examples

TAGGER = Tagger(load_taxonomy())
SEEDS = ("hydrogen", "Wärmepumpe", "waermepumpe", "AI", "künstliche Intelligenz", "półprzewodników", "(IA)")
NOISE = (
    "\u0301",
    "\u00ad",
    "\u200b",
    "\ufb01",
    "İ",
    "ẞ",
    "\U0001f600",
    "\x00",
    "—",
    "²",
    ".",
    "\n",
    " ",
    "a",
    "said",
)
TEXTS = st.lists(st.sampled_from(SEEDS + NOISE) | st.text(max_size=8), max_size=30).map("".join)


def areas(title: str, text: str = "", language: str | None = "en", identifier: str | None = None) -> set[str]:
    tagged = TAGGER.tag(TagText(title=title, description=text, language=language, call_identifier=identifier))
    return {tag.area for tag in tagged.tags}


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3), st.sampled_from(["en", "de", "pl", None, "xx"]))
@settings(max_examples=examples(150))
def test_evidence_is_always_the_slice_it_names(
    title: str, description: str, keywords: list[str], language: str | None
) -> None:
    text = TagText(title, title, description, tuple(keywords), "HORIZON-JU-CLEANH2-2026", "EDF", language)
    result = TAGGER.tag(text)
    shown = [e for tag in result.tags for e in tag.evidence]
    shown += [e for evidence in result.flag_evidence.values() for e in evidence]
    assert shown
    for evidence in shown:
        assert text.value(evidence.field)[evidence.start : evidence.end] == evidence.term


@given(st.text(), st.text(), st.text(max_size=3))
@settings(max_examples=examples(150))
def test_no_text_raises_and_confidence_stays_a_share(title: str, text: str, language: str) -> None:
    result = TAGGER.tag(TagText(title=title, description=text, language=language))
    assert all(0 <= tag.confidence <= 1 for tag in result.tags)


@pytest.mark.parametrize(
    "text",
    [
        "hydrogen " * 200_000,
        "generative AI tools " * 100_000,
        "potato chips chips " * 60_000,
        "Wasserstoff" * 100_000,
        "a\u0301\u00ad" * 300_000,
        "e" * 2_000_000,
    ],
    ids=["terms", "boilerplate", "negatives", "one long compound", "marks", "one long word"],
)
def test_huge_texts_are_read(text: str) -> None:
    assert TAGGER.tag(TagText(title="Call", description=text, language="de")).defence is False


def test_a_term_in_the_title_is_enough() -> None:
    assert areas("Support for electrolysers and fuel cells") == {"clean.hydrogen"}


def test_a_term_far_down_in_the_text_is_not() -> None:
    assert areas("Annual report", "x " * 1000 + "Hydrogen is mentioned once.") == set()


def test_repetition_in_the_text_is_enough() -> None:
    text = "Hydrogen valleys are funded. Electrolysis too. The hydrogen is stored; hydrogen storage counts."
    assert areas("Open call 2", text) == {"clean.hydrogen"}


def test_keywords_count() -> None:
    text = TagText(title="Call", keywords=("quantum computing", "qubit", "quantum sensing"), language="en")
    tag = TAGGER.tag(text).tags[0]
    assert (tag.area, tag.evidence[0].field, tag.evidence[0].start) == ("digital.quantum", "keywords", 0)


def test_evidence_shows_the_title_first() -> None:
    text = TagText(title="Zukunft Wasserstoff", description="Brennstoffzelle und Wasserstoff", language="de")
    evidence = TAGGER.tag(text).tags[0].evidence
    assert [(e.field, e.start, e.end, e.term) for e in evidence[:1]] == [("title", 8, 19, "Wasserstoff")]


def test_more_evidence_is_more_confidence() -> None:
    little = TAGGER.tag(TagText(title="Hydrogen", language="en")).tags[0]
    much = TAGGER.tag(
        TagText(title="Hydrogen", description="Electrolysers, fuel cells and hydrogen.", language="en")
    ).tags[0]
    assert little.confidence < much.confidence < 1


def test_a_sentence_of_boilerplate_weighs_nothing() -> None:
    text = (
        "Proposals should follow open science practices in artificial intelligence and machine learning. "
        "Applicants using generative AI tools, deep learning or large language models must say so."
    )
    assert areas("Rural communities", text) == set()


def test_the_sentence_after_boilerplate_is_read() -> None:
    text = "Consider the gender dimension. Hydrogen, electrolysers and fuel cells are developed."
    assert "clean.hydrogen" in areas("Call 1", text)


def test_defence_is_a_flag_and_a_tag() -> None:
    result = TAGGER.tag(TagText(title="Ammunition and missiles for the armed forces", language="en"))
    assert result.defence
    assert [(tag.area, tag.sector) for tag in result.tags] == [("defence.defence", "defence")]
    assert [e.term for e in result.flag_evidence["defence"]] == ["Ammunition", "missiles", "armed forces"]


def test_the_defence_fund_is_defence_by_its_identifier() -> None:
    result = TAGGER.tag(
        TagText(title="Self-protection", call_identifier="EDF-2026-DA-AIR-SPS", language="en")
    )
    assert result.defence
    assert [(e.field, e.term) for e in result.flag_evidence["defence"]] == [("call_identifier", "EDF")]


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Agrupaciones de Defensa Sanitaria Ganaderas", "es"),
        ("Défense des droits des femmes", "fr"),
        ("Defence of human rights defenders", "en"),
        ("Difesa del suolo", "it"),
        ("Coastal defence against floods", "en"),
        ("Offre EDF pour les entreprises", "fr"),
    ],
)
def test_other_defences_are_not_military(title: str, language: str) -> None:
    assert not TAGGER.tag(TagText(title=title, language=language)).defence


def test_space_technology_raises_the_space_flag() -> None:
    result = TAGGER.tag(TagText(title="Space technologies for reusable launchers", language="en"))
    assert result.space
    assert "space" in result.flag_evidence


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Reviving public spaces", "en"),
        ("Espaces verts urbains", "fr"),
        ("Common European data spaces", "en"),
    ],
)
def test_other_spaces_are_not_space(title: str, language: str) -> None:
    assert not TAGGER.tag(TagText(title=title, language=language)).space


def test_a_hint_alone_for_a_whole_sector_makes_no_tag() -> None:
    assert areas("Call for pilots", identifier="DIGITAL-2026-SKILLS-01") == set()


def test_a_hint_helps_weak_words_and_shows_itself() -> None:
    text = TagText(title="Call for fusion", call_identifier="HORIZON-EURATOM-2026-01-01", language="en")
    evidence = TAGGER.tag(text).tags[0].evidence
    assert [(e.field, e.term) for e in evidence][-1] == ("call_identifier", "HORIZON-EURATOM-")


def test_a_programme_that_funds_no_technology_speaks_against_passing_mention() -> None:
    title = "Democracy and artificial intelligence"
    assert areas(title) == {"digital.ai_data"}
    assert areas(title, identifier="HORIZON-CL2-2026-01-DEMOCRACY-01") == set()


def test_two_technologies_in_a_title_are_both_tagged() -> None:
    assert areas("Quantum sensors for hydrogen production") >= {"digital.quantum", "clean.hydrogen"}


@pytest.mark.skipif(not DEFAULT.is_file(), reason=f"the labelled calls are not at {DEFAULT}")
def test_on_labelled_calls_it_leaves_the_floor_behind() -> None:
    rows = read_rows(DEFAULT, TAGGER)
    folds = cross_validated(rows, TAGGER)
    sure = [(row, said) for row, said in folds if row.sure]
    flags = tally(folds, lambda labels: ["defence"] if labels.defence else [])
    assert macro_f1([(row, judged(TAGGER, row)) for row in rows]) > 0.87
    assert macro_f1(folds) > 0.92
    assert macro_f1(sure) > 0.95
    assert micro_f1(folds) > 0.80
    assert flags["defence"].f1 > 0.90


def test_labelled_rows_are_read_from_any_file(tmp_path: Path) -> None:
    row = {"id": "X", "lang": None, "title": "Quantum", "text": "", "sectors": ["digital"], "sure": True}
    row |= {"areas": ["digital.quantum"], "defence": False, "space": False}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row) + "\n", "utf-8")
    (read,) = read_rows(path, TAGGER)
    assert macro_f1([(read, judged(TAGGER, read))]) == 1.0
