"""A source's record as it came over the wire."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record of a source, untouched.

    Attributes:
        source_id: The entry of ``sources.toml`` it came through.
        native_id: The source's own key, raw: not trimmed, not folded.
        url: Where it was fetched.
        fetched_at: When, UTC.
        media_type: ``application/json``, ``application/xml`` or ``text/html``.
        payload: The record's own bytes. Where a record needs two answers (a list item and its
            detail) the spider stores one JSON object with a key for each.
    """

    source_id: str
    native_id: str
    url: str
    fetched_at: datetime
    media_type: str
    payload: bytes

    @property
    def content_hash(self) -> str:
        """SHA-256 of the payload in hexadecimal: the same bytes are archived once."""
        return sha256(self.payload).hexdigest()
