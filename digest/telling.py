"""The body of a digest: parts, cards, notices, in HTML and text."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from digest.cards import Asked, Card, Cards, GetCalls
from digest.profile import Profile
from digest.rendering import Piece, Renderer, as_html, wrapped
from digest.selection import PARTS
from digest.wording import BRUSSELS, Wording
from index.query import SearchQuery

Found = Sequence[tuple[Card, Piece]]
"""Cards, each with its reason."""


class DigestBody:
    """Tells what was planned, as of a moment.

    Args:
        renderer: Pieces of mails.
        get_calls: Reads calls by id; asked once for each.
        stale: Titles of sources whose list is not up to date now.
    """

    def __init__(self, renderer: Renderer, get_calls: GetCalls, stale: Sequence[str]) -> None:
        self._renderer = renderer
        self._cards = Cards(renderer, get_calls)
        self._stale = stale

    def name(self, one: Mapping[str, str | None], words: Wording) -> str:
        """Return a saved search or profile in a few words."""
        if one.get("profile"):
            return words.profile_name(Profile.model_validate_json(one["profile"] or ""))
        return words.search_name(self._cards.query(one.get("search")))

    def tell(
        self, moment: datetime, tells: Mapping[str, Any], now: datetime, words: Wording
    ) -> tuple[Piece, str, str] | None:
        """Return body, subject and first line; None when all it would tell is over.

        Args:
            moment: Of the run: as of when it was selected.
            tells: What was planned.
            now: When it leaves: dates and days left are as of now.
            words: Of the reader's language.
        """
        parts = self._parts(tells, now, words)
        if tells["items"] and not any(parts.values()):
            return None
        subject = self._subject(parts, tells, words)
        day = words.day(moment.astimezone(BRUSSELS).date())
        lead = words.gettext("As of %(day)s, for what you asked us to watch.") % {"day": day}
        element, language = self._renderer.element, words.language
        html = [element(language, "h1", "", as_html(subject)), element(language, "p", "lead", as_html(lead))]
        text = [subject, "=" * min(len(subject), 76), "", *wrapped(lead)]
        for part in PARTS:
            if parts[part] or tells["more"].get(part):
                piece = self._part(part, parts[part], tells, words)
                html.append(piece.html)
                text.append(piece.text)
        for notice in self._notices(tells, words):
            html.append(element(language, "p", "notice", as_html(notice)))
            text += ["", *wrapped(notice)]
        return Piece("\n".join(html), "\n".join(text)), subject, lead

    def _parts(
        self, tells: Mapping[str, Any], now: datetime, words: Wording
    ) -> dict[str, list[tuple[Card, Piece]]]:
        self._cards.fetch([item["call"] for item in tells["items"]])
        asked = {
            int(number): Asked(one.get("search"), one.get("profile"))
            for number, one in tells["searches"].items()
        }
        parts: dict[str, list[tuple[Card, Piece]]] = {part: [] for part in PARTS}
        for item in tells["items"]:
            card = self._cards.card(item, now, words)
            if card is not None:
                fits = [asked[number] for number in item["why"] if number in asked]
                parts[item["part"]].append((card, self._cards.why(item, fits, words)))
        return parts

    def _subject(self, parts: Mapping[str, Found], tells: Mapping[str, Any], words: Wording) -> str:
        count = words.counted
        counts = {part: len(found) + tells["more"].get(part, 0) for part, found in parts.items()}
        said = [
            counts["new"] and count("%(num)s new call", "%(num)s new calls", counts["new"]),
            counts["reminder"]
            and count("%(num)s deadline ahead", "%(num)s deadlines ahead", counts["reminder"]),
            counts["changed"] and count("%(num)s changed", "%(num)s changed", counts["changed"]),
            counts["closing"] and count("%(num)s closing soon", "%(num)s closing soon", counts["closing"]),
            counts["withdrawn"] and count("%(num)s withdrawn", "%(num)s withdrawn", counts["withdrawn"]),
        ]
        if any(said):
            return ", ".join(part for part in said if part)
        if tells["ours"]:
            return words.gettext("Older calls that fit your search")
        return words.gettext("Nothing new for you this month")

    def _part(self, part: str, found: Found, tells: Mapping[str, Any], words: Wording) -> Piece:
        element, language = self._renderer.element, words.language
        title = _title(part, words)
        html = [element(language, "h2", "", as_html(title))]
        text = ["", "", title.upper(), "-" * min(len(title), 76)]
        for group, cards in _by_technology(found):
            label = words.area(group) if group else words.gettext("No technology stated")
            html.append(element(language, "h3", "", as_html(label)))
            text += ["", f"[{label}]"]
            for card, why in cards:
                html.append(why.html.join(card.html))
                text += ["", why.text.join(card.text)]
        more = tells["more"].get(part, 0)
        if more:
            said = words.counted("and %(num)s more: see them all", "and %(num)s more: see them all", more)
            href = self._more_link(tells)
            inner = f'<a href="{as_html(href)}">{as_html(said)}</a>'
            html.append(element(language, "p", "more", inner))
            text += ["", f"{said}:", href]
        return Piece("\n".join(html), "\n".join(text))

    def _more_link(self, tells: Mapping[str, Any]) -> str:
        """Return the search page of the first search or profile; it lists all that fits."""
        for one in tells["searches"].values():
            query = self._cards.query(one.get("search"))
            if one.get("profile"):
                query = Profile.model_validate_json(one["profile"]).as_search()
            return f"{self._renderer.root}/?{write_search(query)}"
        return f"{self._renderer.root}/"

    def _notices(self, tells: Mapping[str, Any], words: Wording) -> list[str]:
        said = []
        if tells["ours"]:
            said.append(
                words.counted(
                    "%(num)s older call fits your search because we read it better now; see the search.",
                    "%(num)s older calls fit your search because we read them better now; see the search.",
                    tells["ours"],
                )
            )
        if self._stale:
            names = words.all_of(self._stale)
            missing = words.gettext("Not up to date now, so something may be missing: %(sources)s.")
            said.append(missing % {"sources": names})
        return said


def _title(part: str, words: Wording) -> str:
    _ = words.gettext
    titles = {
        "reminder": _("You asked to be reminded"),
        "new": _("New for you"),
        "changed": _("Changed"),
        "closing": _("Closing soon"),
        "withdrawn": _("Withdrawn"),
    }
    return titles[part]


def _by_technology(found: Found) -> list[tuple[str, list[tuple[Card, Piece]]]]:
    """Group by the technology a call is most surely about; those without one come last."""
    groups: dict[str, list[tuple[Card, Piece]]] = {}
    for card, why in found:
        groups.setdefault(card.group, []).append((card, why))
    return sorted(groups.items(), key=lambda pair: pair[0] == "")


def write_search(query: SearchQuery) -> str:
    """Return a search as the query string of the search page."""
    asked = query.model_dump(mode="json", exclude_defaults=True, exclude={"offset", "limit"})
    if "text" in asked:
        asked = {"q": asked.pop("text"), **asked}
    return urlencode(asked, doseq=True)
