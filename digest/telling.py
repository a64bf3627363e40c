"""The body of a digest: parts, cards, reasons, notices, in HTML and text."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from digest.profile import Profile
from digest.rendering import Piece, Renderer, as_html, fill, wrapped
from digest.selection import CLOSING, PARTS, read_search
from digest.wording import BRUSSELS, Wording
from index.query import SearchQuery
from normalize.call import Call

GetCalls = Callable[[Sequence[str]], Sequence[Call]]
Found = Sequence[tuple[Call, Mapping[str, Any]]]
"""Calls with the items of the plan that tell of them."""


class DigestBody:
    """Tells what was planned, as of a moment.

    Args:
        renderer: Pieces of mails.
        get_calls: Reads calls by id; asked once for each.
        stale: Titles of sources whose list is not up to date now.
    """

    def __init__(self, renderer: Renderer, get_calls: GetCalls, stale: Sequence[str]) -> None:
        self._renderer = renderer
        self._get_calls = get_calls
        self._stale = stale
        self._calls: dict[str, Call | None] = {}
        self._whys: dict[tuple[str, str, str], Piece] = {}
        self._read: dict[str, SearchQuery] = {}

    def name(self, one: Mapping[str, str | None], words: Wording) -> str:
        """Return a saved search or profile in a few words."""
        if one.get("profile"):
            return words.profile_name(Profile.model_validate_json(one["profile"] or ""))
        return words.search_name(self._query(one.get("search") or "{}"))

    def _query(self, stored: str) -> SearchQuery:
        if stored not in self._read:
            self._read[stored] = read_search(stored)
        return self._read[stored]

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
        self._fetch([item["call"] for item in tells["items"]])
        parts: dict[str, list[tuple[Call, Mapping[str, Any]]]] = {part: [] for part in PARTS}
        for item in tells["items"]:
            call = self._calls[item["call"]]
            if call is not None and _still_to_tell(call, item["part"], now):
                parts[item["part"]].append((call, item))
        shown = sum(map(len, parts.values()))
        if not shown and tells["items"]:
            return None
        subject, lead = self._subject(moment, parts, tells, words)
        heading = self._renderer.element(words.language, "h1", "", as_html(subject))
        html = [heading, self._renderer.element(words.language, "p", "lead", as_html(lead))]
        text = [subject, "=" * min(len(subject), 76), "", *wrapped(lead)]
        for part in PARTS:
            if parts[part] or tells["more"].get(part):
                piece = self._part(part, parts[part], tells, now, words)
                html.append(piece.html)
                text.append(piece.text)
        for notice in self._notices(tells, words):
            html.append(notice.html)
            text += ["", notice.text]
        return Piece("\n".join(html), "\n".join(text)), subject, lead

    def _fetch(self, call_ids: Sequence[str]) -> None:
        missing = [call_id for call_id in call_ids if call_id not in self._calls]
        if missing:
            found = {call.id: call for call in self._get_calls(missing)}
            self._calls |= {call_id: found.get(call_id) for call_id in missing}

    def _subject(
        self,
        moment: datetime,
        parts: Mapping[str, Sequence[tuple[Call, Mapping[str, Any]]]],
        tells: Mapping[str, Any],
        words: Wording,
    ) -> tuple[str, str]:
        counts = {part: len(found) + tells["more"].get(part, 0) for part, found in parts.items()}
        _, n = words.gettext, words.ngettext
        said = []
        if counts["reminder"]:
            said.append(
                n("%(num)s deadline ahead", "%(num)s deadlines ahead", counts["reminder"])
                % _num(words, counts["reminder"])
            )
        if counts["new"]:
            said.append(
                n("%(num)s new call", "%(num)s new calls", counts["new"]) % _num(words, counts["new"])
            )
        if counts["changed"]:
            said.append(
                n("%(num)s changed", "%(num)s changed", counts["changed"]) % _num(words, counts["changed"])
            )
        if counts["closing"]:
            said.append(
                n("%(num)s closing soon", "%(num)s closing soon", counts["closing"])
                % _num(words, counts["closing"])
            )
        if counts["withdrawn"]:
            said.append(
                n("%(num)s withdrawn", "%(num)s withdrawn", counts["withdrawn"])
                % _num(words, counts["withdrawn"])
            )
        day = words.day(moment.astimezone(BRUSSELS).date())
        lead = _("As of %(day)s, for what you asked us to watch.") % {"day": day}
        if not said:
            nothing = _("Nothing new for you this month")
            if tells["ours"]:
                nothing = _("Older calls that fit your search")
            return nothing, lead
        subject = ", ".join(said)
        return subject, lead

    def _part(
        self,
        part: str,
        found: Sequence[tuple[Call, Mapping[str, Any]]],
        tells: Mapping[str, Any],
        now: datetime,
        words: Wording,
    ) -> Piece:
        _, language = words.gettext, words.language
        titles = {
            "reminder": _("You asked to be reminded"),
            "new": _("New for you"),
            "changed": _("Changed"),
            "closing": _("Closing soon"),
            "withdrawn": _("Withdrawn"),
        }
        html = [self._renderer.element(language, "h2", "", as_html(titles[part]))]
        text = ["", "", titles[part].upper(), "-" * min(len(titles[part]), 76)]
        for group, calls in _by_technology(found):
            label = words.area(group) if group else _("No technology stated")
            html.append(self._renderer.element(language, "h3", "", as_html(label)))
            text += ["", f"[{label}]"]
            for call, item in calls:
                piece = self._card(call, item, tells, now, words)
                html.append(piece.html)
                text += ["", piece.text]
        more = tells["more"].get(part, 0)
        if more:
            said = words.ngettext(
                "and %(num)s more: see them all", "and %(num)s more: see them all", more
            ) % _num(words, more)
            href = self._more_link(tells)
            inner = f'<a href="{as_html(href)}">{as_html(said)}</a>'
            html.append(self._renderer.element(language, "p", "more", inner))
            text += ["", f"{said}:", href]
        return Piece("\n".join(html), "\n".join(text))

    def _card(
        self, call: Call, item: Mapping[str, Any], tells: Mapping[str, Any], now: datetime, words: Wording
    ) -> Piece:
        part = item["part"]
        changes = tuple(
            words.change(one["kind"], one["old"], one["new"], call.source_id)
            for one in item.get("changes", ())
        )
        if part == "withdrawn":
            changes = (words.gettext("No longer listed by its source"),)
        if item.get("how") == "ours" and part == "changed":
            changes = (words.gettext("We had told you this wrongly, and are sorry:"), *changes)
        when, facts = words.when(call, now), words.facts(call)
        link = f"{self._renderer.root}/calls/{quote(call.id, safe=':')}"
        following = call.next_deadline_at(now)
        soon = following is not None and following.at is not None and following.at - now <= CLOSING
        official = _web_address(call.url)
        why = self._why(call, item, tells, words)
        html = self._renderer.fragment(
            "card.html",
            words.language,
            (call.id, call.revision, part, when, changes),
            call=call,
            link=link,
            changes=changes,
            gone=part == "withdrawn",
            when=when,
            soon=soon,
            facts=facts,
            official=official,
        )
        html = fill(html, {"why": why.html})
        lines = wrapped(call.title, "* ", "  ")
        lines += [line for change in changes for line in wrapped(f"!! {change}", "  ", "     ")]
        lines += wrapped(when, "  ", "  ") if part != "withdrawn" else []
        lines += wrapped(facts, "  ", "  ") if facts else []
        lines += wrapped(why.text, "  ", "  ") if why.text else []
        lines.append(f"  {link}")
        return Piece(html, "\n".join(lines))

    def _why(self, call: Call, item: Mapping[str, Any], tells: Mapping[str, Any], words: Wording) -> Piece:
        said = []
        for number in item["why"]:
            one = tells["searches"].get(str(number))
            if one is not None:
                said.append(self._why_one(call, one, words))
        how = {
            "fits_now": words.gettext("It fits only now, after a change."),
            "time": words.gettext("It fits only now, with time."),
            "ours": words.gettext("Not new: we read it better now."),
        }.get(item.get("how", "") if item["part"] == "new" else "", "")
        text = " ".join([*dict.fromkeys(said), *([how] if how else [])])
        key = (words.language, "why", text)
        if key not in self._whys:
            html = self._renderer.element(words.language, "p", "why", as_html(text)) if text else ""
            self._whys[key] = Piece(html, text)
        return self._whys[key]

    def _why_one(self, call: Call, one: Mapping[str, str | None], words: Wording) -> str:
        key = (words.language, f"{one.get('profile')}\0{one.get('search')}", call.id)
        if key not in self._whys:
            if one.get("profile"):
                why = words.why_profile(Profile.model_validate_json(one["profile"] or ""), call)
                said = (
                    words.gettext("Fits your profile: %(why)s.") % {"why": why}
                    if why
                    else words.gettext("Fits your profile.")
                )
            else:
                query = self._query(one.get("search") or "{}")
                why = words.why_search(query, call)
                said = (
                    words.gettext("Fits your search: %(why)s.") % {"why": why}
                    if why
                    else words.gettext("Fits your search.")
                )
            self._whys[key] = Piece("", said)
        return self._whys[key].text

    def _more_link(self, tells: Mapping[str, Any]) -> str:
        for one in tells["searches"].values():
            query = (
                Profile.model_validate_json(one["profile"]).as_search()
                if one.get("profile")
                else self._query(one.get("search") or "{}")
            )
            return f"{self._renderer.root}/?{write_search(query)}"
        return f"{self._renderer.root}/"

    def _notices(self, tells: Mapping[str, Any], words: Wording) -> list[Piece]:
        said = []
        if tells["ours"]:
            count = words.ngettext(
                "%(num)s older call fits your search because we read it better now; see the search.",
                "%(num)s older calls fit your search because we read them better now; see the search.",
                tells["ours"],
            )
            said.append(count % _num(words, tells["ours"]))
        if self._stale:
            names = words.all_of(self._stale)
            said.append(
                words.gettext("Not up to date now, so something may be missing: %(sources)s.")
                % {"sources": names}
            )
        return [
            Piece(
                self._renderer.element(words.language, "p", "notice", as_html(text)), "\n".join(wrapped(text))
            )
            for text in said
        ]


def write_search(query: SearchQuery) -> str:
    """Return a search as the query string of the search page."""
    asked = query.model_dump(mode="json", exclude_defaults=True, exclude={"offset", "limit"})
    if "text" in asked:
        asked = {"q": asked.pop("text"), **asked}
    return urlencode(asked, doseq=True)


def _num(words: Wording, number: int) -> dict[str, str]:
    return {"num": words.number(number)}


def _still_to_tell(call: Call, part: str, now: datetime) -> bool:
    """A mail that waited for days must not call open what closed meanwhile."""
    status = call.status_at(now)
    if part == "withdrawn":
        return status == "withdrawn"
    if part == "changed":
        return status != "withdrawn"
    return status in ("open", "forthcoming", "unknown")


def _by_technology(
    found: Sequence[tuple[Call, Mapping[str, Any]]],
) -> list[tuple[str, list[tuple[Call, Mapping[str, Any]]]]]:
    """Group by the technology a call is most surely about; those without one come last."""
    groups: dict[str, list[tuple[Call, Mapping[str, Any]]]] = {}
    for call, item in found:
        best = max(call.tags, key=lambda tag: tag.confidence, default=None)
        groups.setdefault(best.area if best else "", []).append((call, item))
    return sorted(groups.items(), key=lambda pair: pair[0] == "")


def _web_address(text: str) -> str | None:
    parts = urlsplit(text)
    return text if parts.scheme in ("http", "https") and parts.netloc else None
