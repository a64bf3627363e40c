from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from normalize.calendar_words import LANGUAGES
from normalize.dates import parse_day, parse_deadline, parse_moment, parse_printed
from normalize.errors import RecordError
from normalize.fields import DeadlineText
from normalize.printed_date import PrintedDate
from tests.normalize.building import source

PARTS = "17:00 24:00 9999 2026 31 12 02 30 may mar lis Monday (CET) UTC - . , T Z +0200 4 pm"
DAYS = st.dates(date(1990, 1, 1), date(2049, 12, 31))


def at(text: str, **entry: object) -> datetime | None:
    deadline = parse_deadline(DeadlineText(text=text), source(**entry))
    assert deadline is not None
    return deadline.at


# What a text says


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "eu"])
@given(day=DAYS)
def test_long_and_full_forms_of_every_language_are_read_back(language: str, day: date) -> None:
    for form in ("long", "full"):
        assert parse_printed(format_date(day, form, locale=language), (), language).day == day


@given(day=DAYS)
def test_iso_days_are_read_back(day: date) -> None:
    assert parse_printed(day.isoformat()) == PrintedDate(day)


@given(
    day=DAYS,
    hour=st.times(min_value=time(0, 1)),
    minutes=st.integers(-14 * 60, 14 * 60),
)
def test_iso_moments_with_any_offset_are_exact(day: date, hour: time, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    exact = datetime.combine(day, hour.replace(second=0, microsecond=0), zone)
    assert at(exact.isoformat()) == exact


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%d.%m.%Y", "%Y%m%d", "%d-%m-%Y"])
@given(day=DAYS)
def test_declared_formats_are_read_back(form: str, day: date) -> None:
    assert parse_printed(day.strftime(form), (form,)).day == day


@given(text=st.text(max_size=120))
def test_no_text_raises_anything_but_record_error(text: str) -> None:
    with suppress(RecordError):
        parse_deadline(DeadlineText(text=text), source(date_formats=("%d/%m/%Y", "%d.%m.%y %H:%M")))
    with suppress(RecordError):
        parse_moment(text, source())


@given(
    st.lists(
        st.sampled_from(PARTS.split()),
        max_size=9,
    ),
    st.sampled_from(["", " "]),
)
def test_no_mixture_of_date_parts_raises_anything_but_record_error(parts: list[str], between: str) -> None:
    text = between.join(parts)
    for parse in (
        lambda: parse_moment(text, source()),
        lambda: parse_deadline(DeadlineText(text=text), source()),
    ):
        with suppress(RecordError):
            parse()


@pytest.mark.parametrize(
    ("text", "day", "hour", "zone"),
    [
        ("17:00:00 Brussels time 10 September 2026", date(2026, 9, 10), time(17), "Europe/Brussels"),
        ("5 February 2025, 17:00 (CET)", date(2025, 2, 5), time(17), "Europe/Brussels"),
        ("15 September 2026 at 5 pm", date(2026, 9, 15), time(17), None),
        ("15 September 2026, 12 am", date(2026, 9, 15), None, None),
        ("14. oktober 2026 kl. 16.15", date(2026, 10, 14), time(16, 15), None),
        ("15. syyskuuta 2026 klo 16.15", date(2026, 9, 15), time(16, 15), None),
        ("le 1er octobre 2026 à 17h00", date(2026, 10, 1), time(17), None),
        ("31. Dezember 2026, 24:00 Uhr", date(2026, 12, 31), time(23, 59, 59), None),
        ("31. Dezember 2026, 12 Uhr", date(2026, 12, 31), time(12), None),
        ("2026 m. rugsėjo 15 d.", date(2026, 9, 15), None, None),
        ("2026. gada 15. septembris", date(2026, 9, 15), None, None),
        ("1º de octubre de 2026", date(2026, 10, 1), None, None),
        ("15 wrzesnia 2026 r.", date(2026, 9, 15), None, None),
        ("SEPTEMBER 15th, 2026", date(2026, 9, 15), None, None),
        ("ΣΕΠΤΕΜΒΡΙΟΥ 5 2026", date(2026, 9, 5), None, None),
        ("martes 15 mar 2022", date(2022, 3, 15), None, None),
        ("2024-09-27+02:00 Europe/Brussels", date(2024, 9, 27), None, "Europe/Brussels"),
        ("2026(e)ko irailaren 15(a)", date(2026, 9, 15), None, None),
    ],
)
def test_printed_forms(text: str, day: date, hour: time | None, zone: str | None) -> None:
    printed = parse_printed(text)

    assert (printed.day, printed.hour, printed.zone) == (day, hour, zone)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "May",
        "12",
        "03/04/2026",
        "1.10.2026",
        "September 2026",
        "1-15 September 2026",
        "15 September 2026 or 16 September 2026",
        "before 15 September 2026",
        "15 September 2026 and later",
        "31 February 2026",
        "2026-02-30",
        "15 September 1889",
        "15 September 2126",
        "2026-09-15T25:00:00Z",
        "2026-09-15T17:00:00+15:00",
        "15 September 2026, 13 pm",
        "15 September 2026, 17:00 or 18:00",
        "15 September 2026, 17:00 CET, 16:00 UTC",
        "2026-09-10T17:00 Mars/Olympus",
        "15 September 2026" + " " * 200,
    ],
)
def test_what_is_not_one_date_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        parse_printed(text)


def test_a_weekday_that_contradicts_the_date_is_refused() -> None:
    assert parse_printed("Tuesday, 15 September 2026").day == date(2026, 9, 15)
    with pytest.raises(RecordError, match="weekday"):
        parse_printed("Monday, 15 September 2026")


def test_a_month_that_means_two_needs_the_language() -> None:
    assert parse_printed("15 listopada 2026", language="pl").day == date(2026, 11, 15)
    assert parse_printed("15. listopada 2026.", language="hr").day == date(2026, 10, 15)
    with pytest.raises(RecordError):
        parse_printed("15 listopada 2026")


def test_two_declared_formats_that_disagree_are_refused() -> None:
    formats = ("%d/%m/%Y", "%m/%d/%Y")
    assert parse_printed("31/12/2026", formats).day == date(2026, 12, 31)
    assert parse_printed("05/05/2026", formats).day == date(2026, 5, 5)
    with pytest.raises(RecordError, match="differently"):
        parse_printed("03/04/2026", formats)


def test_an_offset_that_contradicts_the_zone_is_refused() -> None:
    with pytest.raises(RecordError, match="contradicts"):
        parse_printed("2024-09-27T17:00:00+02:00 Europe/Helsinki")


def test_a_declared_offset_is_kept() -> None:
    assert at("31/12/2026 17:00 -0500", date_formats=("%d/%m/%Y %H:%M %z",)) == datetime(
        2026, 12, 31, 22, tzinfo=UTC
    )


# Deadlines


@pytest.mark.parametrize("text", ["2025-10-02T00:00:00.000+0000", "2025-10-02T00:00:00Z", "2025-10-02"])
def test_the_eu_portals_midnight_is_a_day_that_closes_at_the_usual_hour(text: str) -> None:
    deadline = parse_deadline(DeadlineText(text=text), source(deadline_hour="17:00"))

    assert deadline is not None
    assert deadline.precision == "day"
    assert deadline.at == datetime(2025, 10, 2, 15, tzinfo=UTC)
    assert deadline.zone == "Europe/Brussels"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Lisbon", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Europe/Madrid", datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)),
        ("Europe/Helsinki", datetime(2026, 12, 31, 21, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_day_without_a_usual_hour_ends_with_the_local_day(zone: str, expected: datetime) -> None:
    assert at("2026-12-31", timezone=zone) == expected


def test_a_printed_hour_is_local_and_to_the_minute() -> None:
    deadline = parse_deadline(DeadlineText(text="2026-07-01T17:00:00"), source(deadline_hour="12:00"))

    assert deadline is not None
    assert (deadline.at, deadline.precision) == (datetime(2026, 7, 1, 15, tzinfo=UTC), "minute")


def test_seconds_are_dropped_because_prospect_makes_them_up() -> None:
    assert (
        at("2026-07-01T12:00:37.123+0000")
        == at("2026-07-01T12:00:05+0000")
        == datetime(2026, 7, 1, 12, tzinfo=UTC)
    )


def test_kind_and_label_are_kept() -> None:
    printed = DeadlineText(text="2026-07-01", kind="cut_off", label="  first\ncut-off ")
    deadline = parse_deadline(printed, source())

    assert deadline is not None
    assert (deadline.kind, deadline.label) == ("cut_off", "first cut-off")


@pytest.mark.parametrize(
    "text", ["2050-12-31", "2099-12-31T23:59:00Z", "9999-12-31", "9999-12-31T23:59:59-14:00"]
)
def test_a_day_that_means_no_end_is_none(text: str) -> None:
    assert parse_deadline(DeadlineText(text=text), source()) is None
    assert parse_moment(text, source()) is None


@pytest.mark.parametrize("text", ["2026-03-29T02:30:00", "2026-10-25T02:30:00"])
def test_an_hour_the_clock_change_skips_or_repeats_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match="change of clocks"):
        at(text)


def test_an_offset_decides_the_repeated_hour() -> None:
    assert at("2026-10-25T02:30:00+01:00") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_day_whose_midnight_is_skipped_begins_after_the_gap() -> None:
    opens = parse_moment("2026-03-29", source(timezone="Atlantic/Azores"))

    assert opens == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert opens.astimezone(ZoneInfo("Atlantic/Azores")).date() == date(2026, 3, 29)


def test_a_usual_hour_that_is_repeated_is_the_later_one() -> None:
    assert at("2026-10-25", deadline_hour="02:30") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


# Moments and days


def test_an_opening_day_begins_at_local_midnight() -> None:
    assert parse_moment("01/09/2026", source(date_formats=("%d/%m/%Y",))) == datetime(
        2026, 8, 31, 22, tzinfo=UTC
    )


def test_an_opening_keeps_the_zone_it_names() -> None:
    assert parse_moment("10 September 2026, 17:00 EET", source()) == datetime(2026, 9, 10, 14, tzinfo=UTC)
    assert parse_moment("10 September 2026, 17:00 UTC", source()) == datetime(2026, 9, 10, 17, tzinfo=UTC)


def test_a_day_is_the_local_one() -> None:
    assert parse_day("2026-08-31T22:00:00Z", (), "Europe/Brussels") == date(2026, 9, 1)
    assert parse_day("31/08/2026", ("%d/%m/%Y",), "Europe/Brussels") == date(2026, 8, 31)


def test_a_digit_lost_from_a_machine_s_date_is_no_other_day() -> None:
    with pytest.raises(RecordError):
        parse_printed("2027-01-1T12:00:37.000", ("%Y-%m-%dT%H:%M:%S.%f",))
