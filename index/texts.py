"""The texts of a call that a hit is explained with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """What of a call is looked at: as it is shown, not folded."""

    title: str
    summary: str = ""
    body: str = ""
    keywords: str = ""
    identifiers: str = ""
    areas: tuple[str, ...] = ()
    language: str | None = None
