"""What waits at the desk beside corrections: mistakes people reported, records taken for one call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from portal_api.desk.sessions import DeskPortal, GuardDep, StaffDep
from portal_api.state import Portal
from store import groups, mistakes, reading
from store.groups import Group
from store.mistakes import MistakeReport

router = APIRouter(prefix="/desk", include_in_schema=False)
GROUPS_SHOWN = 100
Words = Annotated[str, Form(max_length=2_000)]


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """A group with the titles of its calls, the leading one first."""

    group: Group
    titles: Sequence[tuple[str, str, str]]
    """Call id, title and why it is in the group."""


def waiting_reports(portal: Portal) -> list[tuple[MistakeReport, str]]:
    """Return the reports nobody has settled, each with the title of its call."""
    reports = mistakes.waiting_mistakes(portal.db)
    calls = reading.get_calls(portal.db, sorted({report.call_id for report in reports}))
    titles = {call.id: call.title for call in calls}
    return [(report, titles.get(report.call_id, report.call_id)) for report in reports]


def listed_groups(portal: Portal) -> list[ListedGroup]:
    """Return the first groups by id, each with what it joins."""
    found = groups.all_groups(portal.db)[:GROUPS_SHOWN]
    wanted = [member.call_id for group in found for member in group.members]
    titles = {call.id: call.title for call in reading.get_calls(portal.db, wanted)}
    return [
        ListedGroup(
            group,
            [(one.call_id, titles.get(one.call_id, one.call_id), one.reason) for one in group.members],
        )
        for group in found
    ]


@router.post("/reports")
def settle_report(
    request: Request,
    portal: DeskPortal,
    guard: GuardDep,
    staff: StaffDep,
    number: Annotated[int, Form(ge=1, le=2**31 - 1)],
    token: Words = "",
) -> Response:
    """Mark a report as settled."""
    guard.check_form(request, staff, token)
    if not mistakes.settle_mistake(portal.db, number, portal.clock()):
        raise HTTPException(404, "That report is settled already.")
    return RedirectResponse("/desk#reports", 303)


@router.post("/groups")
def part_group(
    request: Request,
    portal: DeskPortal,
    guard: GuardDep,
    staff: StaffDep,
    group_id: Words,
    reason: Words,
    token: Words = "",
) -> Response:
    """Say that the records of a group are different calls; they stay apart from then on."""
    guard.check_form(request, staff, token)
    if not reason.strip():
        raise HTTPException(422, "A reason is needed: it is kept with the decision.")
    parted = groups.undo_group(portal.db, group_id, by=staff.email, reason=reason.strip(), now=portal.clock())
    if parted is None:
        raise HTTPException(404, "There is no such group any more.")
    return RedirectResponse(f"/desk/call?id={quote(parted.members[0].call_id, safe='')}", 303)
