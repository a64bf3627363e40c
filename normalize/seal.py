"""The STEP (Sovereignty) Seal: does a call award it, or make its holders' way easier?

Regulation (EU) 2024/795, Article 4, gives a Seal to good proposals of calls under directly managed
programmes that serve STEP. How a STEP call is told apart was seen in recorded EU topics: a token
``STEP`` in identifiers (HORIZON-EIC-2026-STEP), tags beginning ``STEP-``, and wording.
"""

import re
from collections.abc import Iterable

from normalize.call import Seal

_TOKEN = re.compile(r"(?<![A-Za-z0-9])STEP(?![A-Za-z0-9])")
_SEAL = (
    r"(?:STEP|Sovereignty)[\s-]+Seal|Seal of Sovereignty|Souveränitätssiegel|STEP[\s-]Siegel"
    r"|label (?:STEP|de souveraineté)|[Ss]ello (?:STEP|de soberanía)|[Ss]igillo (?:STEP|di sovranità)|[Mm]archio STEP"
    r"|STEP-(?:keurmerk|zegel)|[Ss]oevereiniteitszegel|[Pp]ieczęć (?:STEP|suwerenności)|STEP-märket"
    r"|[Ss]elo (?:STEP|de [Ss]oberania)"
)
_AWARDS = re.compile(
    rf"(?:award|receiv|grant|obtain|verliehen|erhalten|attribu|obtien|conced|otteng|assegn|toegekend|otrzyma|tilldelas)"
    rf"[^.\n]{{0,120}}?(?:{_SEAL})|(?:{_SEAL})[^.\n]{{0,80}}?(?:award|will be given|is given|verliehen|attribu|conced|assegn)",
)
_ACCEPTS = re.compile(
    rf"(?:holders? of|holding|hold|with|titulaires? d|Inhaber|poseedor|titolar|in possesso|detentor|with the|beneficiar)"
    rf"[^.\n]{{0,60}}?(?:{_SEAL})|(?:{_SEAL})[\s-]+(?:holders?|Inhaber)",
)
_PROGRAMME = re.compile(r"^(?:HORIZON|DIGITAL|EDF|EU4H|INNOVFUND)-")


def find_seal(
    *,
    title: str,
    text: str,
    call_identifier: str | None,
    programme: str | None,
    source_tags: Iterable[str],
) -> Seal:
    """Return what a call has to do with the Seal, with the places that say so.

    Args:
        title: Plain.
        text: Plain summary, description and eligibility.
        call_identifier: Such as ``HORIZON-EIC-2026-STEP``.
        programme: Such as ``Horizon Europe``; unused where the identifier speaks.
        source_tags: The source's own tags.
    """
    awards = [f"tag: {tag}" for tag in source_tags if tag.startswith("STEP-")]
    if call_identifier and _PROGRAMME.match(call_identifier) and _TOKEN.search(call_identifier):
        awards.append(f"call_identifier: {call_identifier}")
    if match := _AWARDS.search(text):
        awards.append(f"text: {_words(match)}")
    accepts = [f"text: {_words(match)}" for match in _ACCEPTS.finditer(f"{title}\n{text}")][:3]
    if awards:
        return Seal(state="awards", evidence=tuple(awards))
    if accepts:
        return Seal(state="accepts", evidence=tuple(accepts))
    return Seal()


def _words(match: re.Match[str]) -> str:
    return " ".join(match.group().split())[:160]
