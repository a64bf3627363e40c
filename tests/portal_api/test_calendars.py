"""Calendars read back by `ical`, which did not write them."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream

from portal_api.calendars import write_calendar
from tests.calls import call, deadline
from tests.conftest import NOW
from tests.portal_api.conftest import FORTHCOMING, HOSTILE, HYDROGEN, ODD_ID, SHELF, WITHDRAWN
from tests.portal_api.frames import URL, frame, written


def read(data: bytes) -> Calendar:
    return IcsCalendarStream.calendar_from_ics(data.decode())


def events(data: bytes) -> list[Any]:
    return list(read(data).events)


def test_a_calendar_holds_an_event_a_milestone_in_utc() -> None:
    opening, first, second = events(written("ics", HYDROGEN))

    assert opening.dtstart == date(2026, 9, 2)
    assert opening.summary == f"Opens: {HYDROGEN.title}"
    assert first.dtstart == datetime(2026, 11, 1, 16, tzinfo=UTC)
    assert second.summary == f"Cut-off (second): {HYDROGEN.title}"
    assert str(second.url) == f"{URL}/calls/eu_ft:1"
    assert "Friday 4 December 2026, 17:00 Brussels time" in second.description
    assert b"DTSTART:20261204T160000Z" in written("ics", HYDROGEN)


def test_a_deadline_without_an_hour_is_a_whole_day() -> None:
    (event,) = events(written("ics", HOSTILE))

    assert (event.dtstart, event.dtend) == (date(2026, 12, 10), date(2026, 12, 11))


def test_both_stages_are_there() -> None:
    kinds = [event.summary.partition(":")[0] for event in events(written("ics", FORTHCOMING))]

    assert kinds == ["Opens", "First stage", "Second stage"]


def test_the_sequence_rises_with_the_calls_revision() -> None:
    again = HOSTILE.model_copy(update={"revision": 2})

    (before,), (after,) = events(written("ics", HOSTILE)), events(written("ics", again))

    assert (before.uid, before.sequence, after.sequence) == (after.uid, 0, 1)


def test_each_event_has_its_own_name() -> None:
    uids = [event.uid for event in events(written("ics", *SHELF))]

    dated = sum(stated.at is not None for one in SHELF for stated in one.deadlines)
    assert len(uids) == len(set(uids)) == dated + sum(one.opens_at is not None for one in SHELF)


def test_a_withdrawn_call_is_cancelled() -> None:
    assert events(written("ics", WITHDRAWN))[0].status == "CANCELLED"


def test_it_says_its_name_and_when_to_ask_again() -> None:
    out = io.BytesIO()
    write_calendar([HYDROGEN], out, frame(address=f"{URL}/calendar.ics?q=hydrogen"))
    lines = out.getvalue().replace(b"\r\n ", b"").split(b"\r\n")

    assert b"NAME:Funding calls: hydrogen" in lines
    assert b"X-WR-CALNAME:Funding calls: hydrogen" in lines
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in lines
    assert b"X-PUBLISHED-TTL:PT6H" in lines
    assert b"SOURCE;VALUE=URI:https://portal.example/calendar.ics?q=hydrogen" in lines
    assert b"URL;VALUE=URI:https://portal.example/?q=hydrogen" in lines
    assert read(out.getvalue()).prodid == "-//Sovereignty Portal//Funding calls//EN"


def test_no_text_breaks_out_of_its_event() -> None:
    trap = call(1, title="a\nEND:VEVENT\x00\x0b\nBEGIN:VALARM; , \\ x" + "é" * 80)

    (event,) = events(written("ics", trap))

    assert event.summary == "Deadline: a\nEND:VEVENT\nBEGIN:VALARM; , \\ x" + "é" * 80
    assert max(len(line) for line in written("ics", trap).split(b"\r\n")) <= 75


def test_an_open_ended_call_makes_no_event() -> None:
    assert events(written("ics", ODD_ID)) == []


def test_what_is_written_twice_is_the_same_to_the_byte() -> None:
    out = io.BytesIO()
    write_calendar(SHELF, out, replace(frame(), now=NOW + timedelta(days=400)))

    assert out.getvalue() == written("ics", *SHELF)


def test_a_moment_is_in_utc_whatever_the_sources_zone() -> None:
    helsinki = call(
        1, deadlines=(deadline(datetime(2027, 6, 1, 13, 15, tzinfo=UTC), zone="Europe/Helsinki"),)
    )

    (event,) = events(written("ics", helsinki))

    assert event.dtstart == datetime(2027, 6, 1, 13, 15, tzinfo=UTC)
    assert "16:15 Helsinki time" in event.description
