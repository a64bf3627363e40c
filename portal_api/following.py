"""The index follows the store as long as the portal runs."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from index.sync import Synced, synchronise
from portal_api.state import Portal

log = logging.getLogger(__name__)
SYNC_EVERY_S = 2.0
"""How soon a change that another process publishes is found."""


@asynccontextmanager
async def index_in_step(portal: Portal) -> AsyncIterator[None]:
    """Keep the index in step in the background; on leaving, the round under way is waited for."""
    stop = asyncio.Event()
    task = asyncio.create_task(_follow(portal, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def _follow(portal: Portal, stop: asyncio.Event) -> None:
    while not stop.is_set():
        # The outcome is taken as a value: no fault of one round may end the following for good.
        (outcome,) = await asyncio.gather(asyncio.to_thread(_step, portal), return_exceptions=True)
        _tell(outcome)
        try:
            await asyncio.wait_for(stop.wait(), SYNC_EVERY_S)
        except TimeoutError:
            continue


def _step(portal: Portal) -> Synced:
    return synchronise(portal.db, portal.engine, now=portal.clock())


def _tell(outcome: Synced | BaseException) -> None:
    if isinstance(outcome, BaseException):
        log.error("the index cannot follow the store; it is tried again", exc_info=outcome)
    elif outcome.state == "down":
        log.warning("the search engine does not answer; what changed stays pending")
    elif outcome.count:
        log.info("the index follows the store", extra={"calls": outcome.count, "cursor": outcome.cursor})
