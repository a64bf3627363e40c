"""Cards: how a mail shows one call. Each different card is made once, however many mails hold it."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from digest.profile import Profile
from digest.rendering import Piece, Renderer, as_html, fill, wrapped
from digest.selection import CLOSING, read_search
from digest.wording import Wording
from index.query import SearchQuery
from normalize.call import Call

GetCalls = Callable[[Sequence[str]], Sequence[Call]]
_KEPT_MAX = 100_000
"""Cards and reasons kept; a run of ten thousand mails needs a few thousand."""


class Card(NamedTuple):
    """A call as a mail shows it, open where the reason stands.

    Attributes:
        group: Technology it is listed under; empty when none is stated.
        html, text: (before, after) the reason.
    """

    group: str
    html: tuple[str, str]
    text: tuple[str, str]


class Asked(NamedTuple):
    """One saved search or profile, as stored: the JSON of one of them, the other None."""

    search: str | None
    profile: str | None


class Cards:
    """Makes cards and reasons.

    Args:
        renderer: Pieces of mails.
        get_calls: Reads calls by id; asked once for each.
    """

    def __init__(self, renderer: Renderer, get_calls: GetCalls) -> None:
        self._renderer = renderer
        self._get_calls = get_calls
        self._calls: dict[str, Call | None] = {}
        self._cards: dict[tuple[object, ...], Card | None] = {}
        self._whys: dict[tuple[object, ...], Piece] = {}
        self._queries: dict[str, SearchQuery] = {}
        self._profiles: dict[str, Profile] = {}

    def fetch(self, call_ids: Sequence[str]) -> None:
        """Read calls that were not read before."""
        missing = [call_id for call_id in call_ids if call_id not in self._calls]
        if missing:
            found = {call.id: call for call in self._get_calls(missing)}
            self._calls |= {call_id: found.get(call_id) for call_id in missing}

    def query(self, stored: str | None) -> SearchQuery:
        """Return a stored search."""
        stored = stored or "{}"
        if stored not in self._queries:
            self._queries[stored] = read_search(stored)
        return self._queries[stored]

    def _profile(self, stored: str) -> Profile:
        if stored not in self._profiles:
            self._profiles[stored] = Profile.model_validate_json(stored)
        return self._profiles[stored]

    def card(self, item: Mapping[str, Any], now: datetime, words: Wording) -> Card | None:
        """Return the card of an item of the plan; None when it is over by ``now``, to the minute."""
        changes = json.dumps(item["changes"]) if item.get("changes") else ""
        how = item.get("how")
        key = (item["call"], item["part"], how, changes, words.language, int(now.timestamp() // 60))
        if key not in self._cards:
            if len(self._cards) > _KEPT_MAX:
                self._cards.clear()
            call = self._calls[item["call"]]
            tell = call is not None and _still_to_tell(call, item["part"], now)
            self._cards[key] = self._made(call, item, now, words) if call is not None and tell else None
        return self._cards[key]

    def why(self, item: Mapping[str, Any], asked: Sequence[Asked], words: Wording) -> Piece:
        """Return why a call fits, as a paragraph and as lines."""
        key = (item["call"], item.get("how") if item["part"] == "new" else None, words.language, *asked)
        if key not in self._whys:
            if len(self._whys) > _KEPT_MAX:
                self._whys.clear()
            call = self._calls[item["call"]]
            assert call is not None, "a card that is shown has its call"
            text = self._reason(call, key[1], asked, words)
            html = self._renderer.element(words.language, "p", "why", as_html(text)) if text else ""
            self._whys[key] = Piece(html, "".join(f"{line}\n" for line in wrapped(text, "  ", "  ") if text))
        return self._whys[key]

    def _made(self, call: Call, item: Mapping[str, Any], now: datetime, words: Wording) -> Card:
        part = item["part"]
        changes = self._changes(call, item, words)
        when, facts = words.when(call, now), words.facts(call)
        link = f"{self._renderer.root}/calls/{quote(call.id, safe=':')}"
        following = call.next_deadline_at(now)
        html = self._renderer.fragment(
            "card.html",
            words.language,
            (call.id, call.revision, part, when, changes),
            call=call,
            link=link,
            mute=quote(call.id, safe=""),
            changes=changes,
            gone=part == "withdrawn",
            when=when,
            soon=following is not None and following.at is not None and following.at - now <= CLOSING,
            facts=facts,
            official=_web_address(call.url),
        )
        lines = [*wrapped(call.title, "* ", "  ")]
        lines += [line for change in changes for line in wrapped(f"!! {change}", "  ", "     ")]
        lines += wrapped(when, "  ", "  ") if part != "withdrawn" else []
        lines += wrapped(facts, "  ", "  ") if facts else []
        before, _, after = fill(html, {"why": "\0"}).partition("\0")
        best = max(call.tags, key=lambda tag: tag.confidence, default=None)
        text = "\n".join(lines) + "\n"
        return Card(best.area if best else "", (before, after), (text, f"  {link}"))

    def _changes(self, call: Call, item: Mapping[str, Any], words: Wording) -> tuple[str, ...]:
        if item["part"] == "withdrawn":
            return (words.gettext("No longer listed by its source"),)
        said = tuple(
            words.change(one["kind"], one["old"], one["new"], call.source_id)
            for one in item.get("changes", ())
        )
        if item.get("how") == "ours" and item["part"] == "changed":
            return (words.gettext("We had told you this wrongly, and are sorry:"), *said)
        return said

    def _reason(self, call: Call, how: object, asked: Sequence[Asked], words: Wording) -> str:
        said = [self._reason_of(call, one, words) for one in asked]
        if how == "fits_now":
            said.append(words.gettext("It fits only now, after a change."))
        elif how == "time":
            said.append(words.gettext("It fits only now, with time."))
        elif how == "ours":
            said.append(words.gettext("Not new: we read it better now."))
        return " ".join(dict.fromkeys(said))

    def _reason_of(self, call: Call, one: Asked, words: Wording) -> str:
        if one.profile:
            why = words.why_profile(self._profile(one.profile), call)
            with_reason, bare = (
                words.gettext("Fits your profile: %(why)s."),
                words.gettext("Fits your profile."),
            )
        else:
            why = words.why_search(self.query(one.search), call)
            with_reason, bare = (
                words.gettext("Fits your search: %(why)s."),
                words.gettext("Fits your search."),
            )
        return with_reason % {"why": why} if why else bare


def _still_to_tell(call: Call, part: str, now: datetime) -> bool:
    """A mail that waited for days must not call open what closed meanwhile."""
    status = call.status_at(now)
    if part == "withdrawn":
        return status == "withdrawn"
    if part == "changed":
        return status != "withdrawn"
    return status in ("open", "forthcoming", "unknown")


def _web_address(text: str) -> str | None:
    parts = urlsplit(text)
    return text if parts.scheme in ("http", "https") and parts.netloc else None
