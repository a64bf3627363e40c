"""The STEP (Sovereignty) Seal: does a call award it, or make its holders' way easier?

Good proposals of STEP calls under directly managed programmes get a Seal; other funds may take
holders more easily. How a STEP call is told apart was seen in recorded EU topics: a token ``STEP``
in identifiers and titles (HORIZON-EIC-2026-STEP), tags beginning ``STEP-``, and wording.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from normalize.call import Seal, SealState

_TOKEN = re.compile(r"(?<![^\W_])STEP(?![^\W_])")
"""STEP as a word of its own: not "STEPS", not "step", not "FOOTSTEP"."""
_SEAL = re.compile(
    r"(?:STEP|Sovereignty)[\s-]+Seals?\b|Seals? of Sovereignty"
    r"|Souveränitätssiegel|STEP[\s-]Siegel"
    r"|[Ll]abels? (?:STEP|de souveraineté)|[Ss]ceaux? (?:STEP|de souveraineté)"
    r"|[Ss]ellos? (?:STEP|de [Ss]oberanía)"
    r"|(?:[Ss]igill[oi]|[Mm]archi(?:o)?) (?:STEP|di sovranità)"
    r"|STEP-(?:keurmerk|zegel)|[Ss]oevereiniteits(?:zegel|keurmerk)"
    r"|(?:[Pp]iecz[ęe][ćc]\w*|[Zz]nak\w*|[Cc]ertyfikat\w*) (?:STEP|suwerenności)"
    r"|STEP-(?:märket|sigill\w*|stämpel\w*)|[Ss]uveränitets(?:märk|sigill|stämpel)\w*"
    r"|[Ss]elos? (?:STEP|de [Ss]oberania)"
)
_PLATFORM = re.compile(
    r"Strategic Technologies for Europe Platform|STEP (?:objectives|Regulation)"
    r"|Plattform für strategische Technologien für Europa"
    r"|[Tt]echnologies stratégiques pour l['’]Europe|Tecnologías Estratégicas para Europa"
    r"|tecnologie strategiche per l['’]Europa|strategische technologieën voor Europa"
    r"|[Tt]echnologii [Ss]trategicznych dla Europy|strategisk teknik för Europa"
    r"|Tecnologias Estratégicas para a Europa"
)
_HINTS = {
    _SEAL: (
        "STEP", "Sovereignty", "Souveränität", "souveraineté", "oberanía", "oberania", "sovranità",
        "oevereiniteits", "suwerenności", "uveränitets",
    ),
    _PLATFORM: (
        "STEP ", "Strategic Technologies for", "strategische Technologien", "stratégiques pour l",
        "Estratégicas para", "tecnologie strategiche", "strategische technologieën", "Strategicznych",
        "strategicznych", "strategisk teknik",
    ),
}  # fmt: skip
"""Every match of a pattern holds one of its words; looking for those first is fifty times quicker."""
_DIRECT = re.compile(
    r"(?:HORIZON|DIGITAL|EDF|EU4H|INNOVFUND)-|Horizon Europe|Digital Europe|European Defence Fund|EU4Health"
    r"|Innovation Fund"
)
"""Programmes managed by the Commission that were seen to publish STEP calls."""
_NEGATED = re.compile(
    r"\b(?:not|no|without|nicht|kein\w*|ne|pas|aucun|non|niet|geen|nie|bez|inte|ingen|não|sem|sin)\b",
    re.IGNORECASE,
)
_HOLDING = re.compile(
    r"\b(?:hold(?:s|er|ers|ing)?|having"
    r"|(?:has|have|had) (?:already )?(?:been )?(?:awarded|granted|received|obtained)"
    r"|already|previously|possession|priority (?:to|for)|with (?:a|the)|bearing"
    r"|Inhaber\w*|verfügen|bereits|ausgezeichnet\w*|titulaires?|détenteurs?|lauréats?|déjà|ayant|bénéficiant"
    r"|titulares|poseedor\w*|con el|ya|hayan|obtenido|titolar[ei]|possesso|ottenuto|già|hebben|houders?|reeds"
    r"|posiada\w*|uzyska\w*|innehavare|redan|detentor\w*|já|obtido)\b",
    re.IGNORECASE,
)
_GIVING = re.compile(
    r"\b(?:award\w*|grant(?:ed|s)?|receiv\w*|given|obtain\w*|issu\w*|eligible for|verliehen|erhalten|erhält"
    r"|vergeben|attribu\w*|décern\w*|recevr\w*|conced\w*|otorg\w*|recib\w*|assegn\w*|ricev\w*|conferit\w*|rilasc\w*"
    r"|toegekend|krijgen|ontvangen|przyzna\w*|otrzyma\w*|tilldel\w*|får|atribu\w*|receb\w*)\b",
    re.IGNORECASE,
)
_REACH = 160
"""Characters around the seal's name in which a sentence's verb is looked for."""
_SHOWN_MAX = 3

Reading = Literal["awards", "accepts", "mentions"]


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
        programme: Such as ``Horizon Europe``.
        source_tags: The source's own tags.

    Returns:
        ``awards`` before ``accepts`` before ``none``. Each evidence is the field, a colon and its
        words. A call that only names the Seal, or says it gives none, is ``none`` with evidence.
    """
    direct = any(_DIRECT.match(name) for name in (call_identifier or "", programme or ""))
    found: dict[Reading, list[str]] = {"awards": [], "accepts": [], "mentions": []}
    found["awards"] += [f"tag: {tag}" for tag in source_tags if tag.startswith("STEP-")]
    if direct:
        found["awards"] += _tokens(call_identifier or "", title)
        found["awards"] += [f"text: {_words(text, match)}" for match in _first(_PLATFORM, text)]
    for field, value in (("title", title), ("text", text)):
        for reading, words in _readings(value):
            found[reading].append(f"{field}: {words}")
    state: SealState = "awards" if found["awards"] else "accepts" if found["accepts"] else "none"
    evidence = [*found["awards"], *found["accepts"], *found["mentions"]]
    return Seal(state=state, evidence=tuple(dict.fromkeys(evidence))[: _SHOWN_MAX * 2])


def _tokens(call_identifier: str, title: str) -> Iterator[str]:
    if _TOKEN.search(call_identifier):
        yield f"call_identifier: {call_identifier}"
    if _TOKEN.search(title) and not title.isupper():  # in capitals a step is no platform
        yield f"title: {' '.join(title.split())[:_REACH]}"


def _readings(text: str) -> Iterator[tuple[Reading, str]]:
    """Yield how each of the first sentences that name the Seal speaks of it."""
    for match in _first(_SEAL, text):
        words = _words(text, match)
        if _NEGATED.search(words):
            yield "mentions", words
        elif _HOLDING.search(words):
            yield "accepts", words
        else:
            yield ("awards" if _GIVING.search(words) else "mentions"), words


def _first(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    if not any(hint in text for hint in _HINTS[pattern]):
        return
    for match, _ in zip(pattern.finditer(text), range(_SHOWN_MAX), strict=False):
        yield match


def _words(text: str, match: re.Match[str]) -> str:
    """Return the sentence around a match, white space squeezed."""
    before = re.split(r"[.;\n]", text[max(0, match.start() - _REACH) : match.start()])[-1]
    after = re.split(r"[.;\n]", text[match.end() : match.end() + _REACH])[0]
    return " ".join(f"{before}{match.group()}{after}".split())
