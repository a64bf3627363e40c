"""The hits of a search as cards, each written once for as long as nothing about it changes."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from jinja2 import Environment
from markupsafe import Markup

from normalize.call import Call, Status
from portal_api import presenting
from portal_api.speech import language

KEPT = 4096
"""Cards kept as HTML, about 1.5 kB each."""


@dataclass(frozen=True, slots=True)
class When:
    """Until when a call can be applied for, in words: what the eye looks for first.

    Attributes:
        day, left, hour: Of the next deadline; empty when there is none, or none that counts.
        note: When it closed or opens; empty otherwise.
    """

    status: Status
    is_close: bool = False
    day: str = ""
    left: str = ""
    hour: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One hit as the list shows it."""

    call: Call
    title: Markup
    snippet: Markup | None
    why: Sequence[str] = ()


def when_of(call: Call, now: datetime, zone: str) -> When:
    """Return a call's dates in words at a moment; ``zone`` (IANA) is the one its opening is said in."""
    status, following = call.status_at(now), call.next_deadline_at(now)
    opens = presenting.opening_words(call, zone, now) if status == "forthcoming" and call.opens_at else ""
    if status == "withdrawn" or following is None:
        closed = presenting.closing_words(call) if status == "closed" else ""
        return When(status, note=closed or opens)
    return When(
        status,
        presenting.is_close(following, now),
        presenting.day_words(following),
        presenting.days_left(following, now),
        presenting.hour_of(following),
        opens,
    )


@dataclass(slots=True)
class _Written:
    """A card and what it depends on; alike when that is alike."""

    card: Card
    when: When
    environment: Environment
    key: Hashable

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Written) and self.key == other.key


def write_card(environment: Environment, card: Card, now: datetime, zone: str) -> Markup:
    """Return a card as HTML. A version of a call's record is told by its revision and time of change."""
    when, call = when_of(call=card.call, now=now, zone=zone), card.call
    version = (id(environment), call.id, call.revision, call.changed_at)
    key = (language(), version, when, card.title, card.snippet, tuple(card.why))
    return _write(_Written(card, when, environment, key))


@lru_cache(KEPT)
def _write(asked: _Written) -> Markup:
    card = asked.card
    template = asked.environment.get_template("card.html")
    written = template.render(
        call=card.call, title=card.title, snippet=card.snippet, why=card.why, when=asked.when
    )
    return Markup(written)
