from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.sources import Source
from normalize.call import Deadline, Document, Evidence, Money, Tag
from normalize.errors import NotACall, RecordError
from normalize.pipeline import normalize
from normalize.tagging import TagResult
from normalize.text import plain_text
from tests.chance import examples
from tests.normalize.building import NOW, RECORD, Untagged, call, paths, raw, source

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
EVERYTHING = (
    "summary description keywords documents level funder programme countries regions everywhere applicants"
    " eligibility trl opens_at deadlines continuous deadline_note decided_at status budget_total"
    " grant_min grant_max funding_rate_max expected_grants currency instrument source_tags aliases language"
)


def refusal(entry: Source | None = None, **changes: object) -> RecordError:
    with pytest.raises(RecordError) as error:
        call(entry, **changes)
    return error.value


# The record


def test_the_id_is_the_sources_own_key_untouched() -> None:
    assert call(native_id=" A/1 é ").id == "xx_example: A/1 é "


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff\xfe", b'{"native_id": ', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(RecordError):
        normalize(raw(body), source(), now=NOW, tagger=Untagged())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": None}, "title"),
        ({"title": " <p> </p> "}, "title"),
        ({"url": None}, "url"),
        ({"url": "see the gazette"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"native_id": None}, "native_id"),
        ({"native_id": "a\x00b"}, "native_id"),
        ({"deadlines": "soon"}, "deadlines"),
        ({"opens_at": "2026-13-01"}, "opens_at"),
        ({"opens_at": "2026-12-01", "deadlines": "2026-11-01"}, "deadlines"),
        ({"budget_total": -5}, "budget_total"),
        ({"budget_total": 5, "currency": "euros"}, "budget_total"),
        ({"grant_max": 5, "currency": 0}, "grant_max"),
        ({"grant_min": 5, "grant_max": 4}, "grant_min"),
        ({"funding_rate_max": "120 %"}, "funding_rate_max"),
        ({"regions": ["Atlantis"]}, "regions"),
        ({"countries": ["Atlantis"]}, "countries"),
        ({"applicants": ["elves"]}, "applicants"),
        ({"instrument": ["wand"]}, "instrument"),
        ({"trl": "high"}, "trl_min"),
        ({"level": "galactic"}, "level"),
        ({"language": "english"}, "language"),
        ({"expected_grants": -1}, "expected_grants"),
    ],
)
def test_a_broken_field_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    assert refusal(source(fields=paths(*EVERYTHING.split())), **changes).field == field


@settings(max_examples=examples(300))
@given(st.dictionaries(st.sampled_from(EVERYTHING.split()), JSON, max_size=4))
def test_no_record_raises_anything_but_record_error(changes: dict[str, Any]) -> None:
    try:
        made = call(source(fields=paths(*EVERYTHING.split())), **changes)
    except (RecordError, NotACall):
        return
    assert made.model_dump_json().encode()


# Texts


def test_texts_are_cleaned() -> None:
    made = call(
        title="Clean\r\n<b>steel</b>", summary="<p>One.</p>", description="<h1>Scope</h1><script>x</script>"
    )

    assert (made.title, made.summary, made.description) == ("Clean steel", "One.", "<h3>Scope</h3>")


def test_without_a_summary_the_descriptions_first_sentences_stand_for_it() -> None:
    assert call(description="<p>We fund steel.</p>").summary == "We fund steel."


@pytest.mark.parametrize(
    ("policy", "summary", "description", "eligibility"),
    [
        ("full", "Short.", "<p>Long.</p>", "Firms."),
        ("excerpt", "Short.", None, "Firms."),
        ("facts", None, None, None),
    ],
)
def test_the_licence_decides_what_is_stored(
    policy: str, summary: str | None, description: str | None, eligibility: str | None
) -> None:
    entry = source(text_policy=policy, fields=paths("eligibility"))

    made = call(entry, summary="Short.", description="<p>Long.</p>", eligibility="<p>Firms.</p>")

    assert (made.summary, made.description, made.eligibility) == (summary, description, eligibility)


def test_an_excerpt_of_the_conditions_is_short() -> None:
    made = call(source(text_policy="excerpt", fields=paths("eligibility")), eligibility="All firms. " * 200)

    assert made.eligibility is not None
    assert len(made.eligibility) <= 500


def test_the_language_is_stated_or_found() -> None:
    french = {"title": "Aide à la transition écologique des petites et moyennes entreprises"}

    assert call(source(language="en"), **french).language == "en"
    assert call(source(language=None, fields=paths("language")), language="DE", **french).language == "de"
    assert call(source(language=None), **french).language == "fr"
    assert call(source(language=None), title="STEP").language is None


def test_documents_without_a_web_address_are_dropped() -> None:
    documents = [
        {"title": " The\n<b>fiche</b>", "url": "https://agency.example/f.pdf"},
        {"title": "", "url": "www.agency.example/g"},
        {"title": "Gazette", "url": "BOE nº 25"},
    ]

    assert call(source(fields=paths("documents")), documents=documents).documents == (
        Document(title="The fiche", url="https://agency.example/f.pdf"),
        Document(title="https://www.agency.example/g", url="https://www.agency.example/g"),
    )


def test_names_and_keywords_are_one_line_each_once() -> None:
    entry = source(fields=paths("funder", "keywords", "programme", "aliases"))

    made = call(
        entry,
        funder=" A\n B ",
        keywords=["steel", " steel", ""],
        programme="X  Y",
        aliases=["a", "a", " ", "b\x00"],
    )

    assert (made.funder, made.keywords, made.programme, made.aliases) == ("A B", ("steel",), "X Y", ("a",))


# Tags


def tagged(*fields: str) -> Untagged:
    evidence = tuple(Evidence(field=field, start=0, end=5, term="steel") for field in fields)
    return Untagged(TagResult((Tag(area="clean.steel", sector="clean", confidence=0.9, evidence=evidence),)))


def test_the_tagger_reads_the_texts_as_they_are_stored() -> None:
    tagger = Untagged()

    made = call(
        source(fields=paths("keywords", "programme", "call_identifier")),
        tagger,
        title="<b>Steel</b>",
        description="<h1>Scope</h1>\n<p>caf&eacute;</p>",
        keywords=[" clean\nsteel "],
        programme="X  Y",
        call_identifier=" STEEL-1 ",
    )

    (read,) = tagger.read
    assert read.title == made.title
    assert made.description is not None
    assert read.description == plain_text(made.description) == "Scope\ncafé"
    assert (read.keywords, read.programme, read.call_identifier) == (made.keywords, "X Y", "STEEL-1")


@pytest.mark.parametrize("policy", ["excerpt", "facts"])
def test_hidden_text_is_tagged_but_not_quoted(policy: str) -> None:
    tagger = tagged("title", "description", "summary")

    made = call(source(text_policy=policy), tagger, description="Green steel.")

    assert tagger.read[0].description == "Green steel."
    assert [evidence.field for evidence in made.tags[0].evidence] == ["title"]


def test_a_tag_stays_when_none_of_its_words_may_be_shown() -> None:
    made = call(source(text_policy="excerpt"), tagged("description"), description="Green steel.")

    assert made.sectors == ("clean",)
    assert made.tags[0].evidence == ()


def test_evidence_in_stored_texts_is_kept() -> None:
    made = call(source(), tagged("title", "summary", "description"), summary="steel", description="steel")

    assert len(made.tags[0].evidence) == 3


def test_the_seal_is_found_in_texts_and_source_tags() -> None:
    assert call(source(fields=paths("source_tags")), source_tags=["STEP-Defence"]).seal.state == "awards"
    assert call().seal.state == "none"


# When


def test_deadlines_are_sorted_and_listed_once() -> None:
    made = call(deadlines=["2026-12-31", "2026-11-30", "2026-12-31"])

    assert [deadline.at for deadline in made.deadlines] == [
        datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC),
        datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC),
    ]


@pytest.mark.parametrize("changes", [{"continuous": True}, {"deadlines": ["2050-12-31"]}])
def test_a_scheme_without_an_end_is_continuous(changes: dict[str, Any]) -> None:
    made = call(source(fields=paths("continuous")), **changes)

    assert made.deadlines == (Deadline(at=None, precision="day", zone="Europe/Brussels", kind="continuous"),)


def test_a_date_before_no_end_is_a_deadline_and_nothing_more() -> None:
    assert len(call(deadlines=["2026-12-31", "2050-12-31"]).deadlines) == 1


def test_without_dates_nothing_is_made_up() -> None:
    made = call()

    assert (made.opens_at, made.deadlines, made.source_status) == (None, (), None)
    assert made.status_at(NOW) == "unknown"


def test_opening_and_closing_on_one_day_is_no_contradiction() -> None:
    assert call(opens_at="2026-12-01", deadlines="2026-12-01").status_at(NOW) == "forthcoming"


# Where, who, how much


def test_the_sources_place_is_the_default() -> None:
    made = call(source(country="FR", regions=("FR1",)))

    assert (made.regions, made.countries, made.level) == (("FR", "FR1"), ("FR",), "national")


def test_a_call_open_to_all_is_in_no_country_by_default() -> None:
    assert call(source(country="ES", fields=paths("everywhere")), everywhere=True).countries == ()


def test_stated_places_go_before_the_default() -> None:
    entry = source(country="ES", fields=paths("regions", "countries", "level"))

    made = call(entry, regions=["ES61 - ANDALUCIA"], countries=["Portugal"], level="regional")

    assert (made.regions, made.countries, made.level) == (("ES", "ES6", "ES61"), ("PT", "ES"), "regional")


def test_amounts_rates_and_words() -> None:
    entry = source(
        decimal=",",
        fields=paths(*EVERYTHING.split()),
        lookups={"applicants": {"PME": "sme"}, "instrument": {"Subvention": "grant"}},
    )

    made = call(
        entry,
        budget_total="2,5 Mio. EUR",
        grant_max=500_000,
        currency="SEK",
        funding_rate_max="80 %",
        expected_grants=0,
        applicants=["PME"],
        instrument=["Subvention"],
        trl="4-6",
    )

    assert made.budget_total == Money(amount=Decimal("2500000.00"), currency="EUR")
    assert made.grant_max == Money(amount=Decimal("500000.00"), currency="SEK")
    assert (made.grant_min, made.funding_rate_max, made.expected_grants) == (None, Decimal("0.8"), None)
    assert (made.applicants, made.instrument) == (("sme",), ("grant",))
    assert (made.trl_min, made.trl_max) == (4, 6)


def test_the_same_record_gives_the_same_call_on_another_day() -> None:
    later = datetime(2031, 1, 1, tzinfo=UTC)

    assert call() == normalize(raw(RECORD), source(), now=later, tagger=Untagged())


@pytest.mark.parametrize("period", ["Q1 2027", "2027-W10", "I kw. 2027", "mai 2027"])
def test_a_period_is_a_note_and_never_a_day(period: str) -> None:
    read = call(source(language=None), deadlines=[period], opens_at=period)

    assert (read.deadlines, read.opens_at) == ((), None)
    assert read.deadline_note == f"{period}; {period}"
