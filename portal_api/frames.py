"""What stands around the calls of a file: title, address, the moment, and what its writer may look up."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from normalize.call import Call
from portal_api.addresses import call_url
from store.reading import StoredEvent

EventsOf = Callable[[Sequence[str]], Mapping[str, Sequence[StoredEvent]]]
_BATCH = 50


@dataclass(frozen=True, slots=True)
class Frame:
    """What every writer is told.

    Attributes:
        now: The moment for status and next deadline, UTC.
        public_url: The portal's address, without a slash at its end.
        title: What the file holds, in words.
        page: The search's page here.
        address: Where the file can be had anew; empty for one that stands alone.
        zone_of: Source id -> the IANA zone in which it thinks.
        events_of: Call ids -> their change events, oldest first.
        columns: Columns of a table, in order; empty for the usual ones.
    """

    now: datetime
    public_url: str
    title: str
    page: str
    address: str
    zone_of: Callable[[str], str]
    events_of: EventsOf
    columns: Sequence[str] = ()

    def with_events(self, calls: Iterable[Call]) -> Iterator[tuple[Call, Sequence[StoredEvent]]]:
        """Yield each call with its events; they are read for many calls at once."""
        rest = iter(calls)
        while batch := list(islice(rest, _BATCH)):
            events = self.events_of([call.id for call in batch])
            for call in batch:
                yield call, events.get(call.id, ())

    def link(self, call: Call) -> str:
        """Return the address of a call's page here."""
        return call_url(call, self.public_url)
