"""Signed links: each good for one purpose and one person, until revoked."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from store.subscribers import Subscriber

Purpose = Literal["confirm", "manage", "unsubscribe"]
CONFIRM_WITHIN_S = 7 * 24 * 3600
"""How long the link of the double opt-in is good for."""
_MAC_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Claim:
    """What a link says: who, and which generation of their links it is of."""

    subscriber_id: int
    version: int


class Links:
    """Makes and reads links; signatures are compared in constant time (itsdangerous does).

    Args:
        key: The installation's signing key.
        public_url: Address under which people reach the portal.
    """

    def __init__(self, key: str, public_url: str) -> None:
        self._key = key.encode()
        self._root = public_url.rstrip("/")
        self._lasting = {
            purpose: URLSafeSerializer(key, salt=f"portal digest {purpose}")
            for purpose in ("manage", "unsubscribe")
        }
        self._passing = URLSafeTimedSerializer(key, salt="portal digest confirm")

    @property
    def root(self) -> str:
        """Return the portal's address without a slash at its end."""
        return self._root

    def token(self, purpose: Purpose, subscriber: Subscriber) -> str:
        """Return a token for one purpose; of no use for any other."""
        claim = [subscriber.id, subscriber.token_version]
        made = self._passing.dumps(claim) if purpose == "confirm" else self._lasting[purpose].dumps(claim)
        return str(made)

    def url(self, purpose: Purpose, subscriber: Subscriber) -> str:
        """Return the address of the page for a purpose."""
        return f"{self._root}/subscriptions/{purpose}/{self.token(purpose, subscriber)}"

    def read(self, purpose: Purpose, token: str) -> Claim | None:
        """Return what a token says; None when it is not ours, of another purpose, or too old.

        Whether it was revoked is for the caller to compare: `Claim.version` with the subscriber's.
        """
        try:
            claim: Any
            if purpose == "confirm":
                claim = self._passing.loads(token, max_age=CONFIRM_WITHIN_S)
            else:
                claim = self._lasting[purpose].loads(token)
        except BadData:
            return None
        if not isinstance(claim, list) or len(claim) != 2 or not all(type(part) is int for part in claim):
            return None
        return Claim(*claim)

    def mac(self, *words: object) -> str:
        """Return a short keyed hash of words, lower-case: for addresses and Message-IDs."""
        text = "\x1f".join(map(str, words)).encode()
        return hmac.new(self._key, text, sha256).hexdigest()[:_MAC_LETTERS]

    def same(self, purpose: str, value: object, mac: str) -> bool:
        """Tell whether a keyed hash is that of a value, in constant time."""
        return hmac.compare_digest(mac.lower().encode("utf-8", "replace"), self.mac(purpose, value).encode())

    def bounce_address(self, address: str, subscriber_id: int) -> str:
        """Return the envelope sender of one person's mails: ``bounce+42.<hash>@portal.example``."""
        local, _, domain = address.rpartition("@")
        return f"{local}+{subscriber_id}.{self.mac('bounce', subscriber_id)}@{domain}"

    def bounced(self, recipient: str) -> int | None:
        """Return whose mail came back, from the address it came back to; None when it is not ours."""
        _, _, said = recipient.rpartition("@")[0].rpartition("+")
        number, _, mac = said.partition(".")
        if not number.isascii() or not number.isdigit() or len(number) > 18:
            return None
        return int(number) if self.same("bounce", int(number), mac) else None
