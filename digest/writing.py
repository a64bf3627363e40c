"""Writes the mail of a delivery: from what was planned to bytes, as of the moment it leaves."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from digest.cards import GetCalls
from digest.links import Links
from digest.message import Mail, compose
from digest.posting import Envelope
from digest.rendering import Piece, Renderer, as_html, fill, wrapped
from digest.telling import DigestBody
from digest.wording import Wording
from index.query import SearchQuery
from store.digest_rows import Delivery
from store.subscribers import Subscriber

LIST_NAME = "digest"
NOT_YOU = (
    "You get this one mail because this address was entered on our page. If that was not you, do nothing: "
    "without your confirmation nothing more is sent, and the address is forgotten after a week."
)
BINDING = (
    "Dates and amounts are read from each publisher’s own record. Before you apply, check the official page: "
    "only it is binding."
)


@dataclass(frozen=True, slots=True)
class From:
    """Who mail comes from.

    Attributes:
        sender: ``Name <address>``.
        bounce_address: Envelope sender before a person's number is put in.
    """

    sender: str
    bounce_address: str

    @property
    def address(self) -> str:
        """Return the bare address."""
        return self.sender.rpartition("<")[2].rstrip(">").strip()

    @property
    def domain(self) -> str:
        """Return the domain of every Message-ID."""
        return self.address.rpartition("@")[2]


class DigestWriter:
    """Writes digests, reminders and letters.

    Args:
        renderer: Pieces of mails.
        links: Signed links.
        sender: Who mail comes from.
        get_calls: Reads calls by id; asked once for each.
        stale: Titles of sources whose list is not up to date now.
        sign: Signs a whole mail (`digest.dkim_signing.open_signer`); leaves it as it is by default.
    """

    def __init__(
        self,
        renderer: Renderer,
        links: Links,
        sender: From,
        get_calls: GetCalls,
        stale: Sequence[str] = (),
        sign: Callable[[bytes], bytes] = bytes,
    ) -> None:
        self._renderer = renderer
        self._links = links
        self._from = sender
        self._sign = sign
        self._body = DigestBody(renderer, get_calls, stale)

    def __call__(self, delivery: Delivery, now: datetime) -> Envelope | None:
        """Return the mail as of ``now``; None when everything it would tell is over."""
        assert delivery.planned is not None, "a waiting mail has a plan"
        to = delivery.subscriber
        if to.email is None:
            return None
        mail = self._mail(delivery, delivery.planned.tells, now)
        if mail is None:
            return None
        return_to = self._links.bounce_address(self._from.bounce_address or self._from.address, to.id)
        return Envelope(return_to, to.email, self._sign(compose(mail)))

    def _mail(self, delivery: Delivery, tells: Mapping[str, Any], now: datetime) -> Mail | None:
        to = delivery.subscriber
        words = self._renderer.words(to.language)
        if "letter" in tells:
            body, subject = self._letter(to, tells, words)
            preheader = subject
        else:
            found = self._body.tell(delivery.run.moment, tells, now, words)
            if found is None:
                return None
            body, subject, preheader = found
        letter = "letter" in tells
        manage, leave = self._links.url("manage", to), self._links.url("unsubscribe", to)
        html = fill(
            self._renderer.frame(words.language, letter=letter),
            {
                "subject": as_html(subject),
                "preheader": as_html(preheader),
                "body": body.html,
                "manage": as_html(manage),
                "unsubscribe": as_html(leave),
            },
        )
        html = fill(html, {"mute": as_html(manage)})
        text = body.text + "\n\n-- \n" + self._text_foot(words, manage, leave, letter=letter)
        return Mail(
            sender=self._from.sender,
            recipient=to.email or "",
            subject=subject,
            text=text,
            html=html,
            message_id=self.message_id(delivery),
            at=now,
            language=words.language,
            headers=self._headers(delivery, leave, letter=letter),
        )

    def message_id(self, delivery: Delivery) -> str:
        """Return the Message-ID of a run's mail to a person: the same at every try."""
        run, to = delivery.run, delivery.subscriber
        name = run.period if run.kind != "letter" else "letter"
        mac = self._links.mac("mail", run.kind, run.period, run.id, to.id)
        return f"<{run.kind}.{name}.{mac}@{self._from.domain}>"

    def _headers(self, delivery: Delivery, leave: str, *, letter: bool) -> list[tuple[str, str]]:
        headers = [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")]
        if letter:
            return headers
        return [
            *headers,
            ("List-Id", f"Sovereignty Portal digest <{LIST_NAME}.{self._from.domain}>"),
            ("List-Unsubscribe", f"<{leave}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("Feedback-ID", f"{delivery.run.period}:{delivery.run.kind}:digest:{self._from.domain}"),
        ]

    def _text_foot(self, words: Wording, manage: str, leave: str, *, letter: bool) -> str:
        _ = words.gettext
        if letter:
            return "\n".join(wrapped(_(NOT_YOU))) + "\n"
        lines = [*wrapped(_(BINDING))]
        lines += ["", _("Change or pause your subscription, see or erase your data") + ":", manage]
        lines += ["", _("Unsubscribe") + ":", leave]
        return "\n".join(lines) + "\n"

    # --- letters

    def _letter(self, to: Subscriber, tells: Mapping[str, Any], words: Wording) -> tuple[Piece, str]:
        _ = words.gettext
        href = self._links.url("confirm", to)
        subject = _("Please confirm your subscription")
        paragraphs = [
            _("Somebody, we hope you, asked for mail about funding calls to this address:"),
        ]
        wanted = [self._body.name(one, words) for one in tells["searches"].values()]
        button = _("Yes, send me these mails")
        html = self._renderer.fragment(
            "letter.html",
            words.language,
            (to.id, href),
            title=subject,
            paragraphs=paragraphs,
            wanted=wanted,
            button=button,
            href=href,
        )
        lines = [subject, "", *wrapped(paragraphs[0]), "", *(f"  * {name}" for name in wanted), ""]
        lines += [button + ":", href]
        return Piece(html, "\n".join(lines)), subject


def letter_tells(searches: Mapping[int, tuple[str | None, str | None]]) -> dict[str, Any]:
    """Return what the question of the double opt-in tells: subscription -> (search, profile)."""
    wanted = {
        str(number): {"search": search, "profile": profile} for number, (search, profile) in searches.items()
    }
    return {"letter": "confirm", "searches": wanted}


def canonical(query: SearchQuery) -> str:
    """Return a search as it is stored: JSON of what was asked, defaults left out."""
    asked = query.model_dump(mode="json", exclude_defaults=True, exclude={"offset", "limit", "sort"})
    return json.dumps(asked, ensure_ascii=False, sort_keys=True)
