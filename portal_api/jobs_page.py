"""The page of the jobs: when each last ran, what it did, when it comes next; and the last digests."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal_api.state import PortalDep
from store.deliveries import run_counts
from store.jobs import job_plans, newest_runs
from store.link_checks import dead_links

BRUSSELS = ZoneInfo("Europe/Brussels")
router = APIRouter(include_in_schema=False)
SILENT_AFTER = timedelta(minutes=30)
"""A scheduler says every ten minutes what it intends; silent for longer, it does not run."""
DEAD_SHOWN = 50


@router.get("/jobs")
def jobs_page(request: Request, portal: PortalDep) -> Response:
    """Show what runs by itself."""
    now = portal.clock()
    plans, newest = job_plans(portal.db), newest_runs(portal.db)
    said_at = max((plan.said_at for plan in plans), default=None)
    context = {
        "rows": [(plan, newest.get(plan.job)) for plan in plans],
        "silent": said_at is None or now - said_at > SILENT_AFTER,
        "said_at": said_at,
        "digests": [counts for counts in run_counts(portal.db, 20) if counts.run.kind != "letter"],
        "canary": bool(portal.settings.canary and portal.settings.maildir),
        "dead": dead_links(portal.db)[:DEAD_SHOWN],
        "seconds": _seconds,
        "hour": lambda at: f"{at.astimezone(BRUSSELS):%H:%M}",
    }
    page: Response = request.app.state.templates.TemplateResponse(
        request, "jobs.html", context, headers={"Cache-Control": "no-cache"}
    )
    return page


def _seconds(started: datetime, finished: datetime | None) -> str:
    """Return how long something took, in words."""
    if finished is None:
        return "running"
    took = int((finished - started).total_seconds())
    return f"{took} s" if took < 120 else f"{took // 60} min"
