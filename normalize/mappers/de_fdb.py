"""Germany's Förderdatenbank: one funding programme of its export, and the documents beside it.

Source: recorded documents of the export and public clients of it. Its programmes are mostly rolling: a date
counts only where the text about deadlines makes it one, and an issue date is no opening date.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from config.sources import Source
from normalize.errors import NotACall, RecordError
from normalize.fields import DeadlineText, DocumentText, Fields, take
from normalize.prose_dates import find_deadlines
from normalize.text import clean_line, plain_text

SITE = "https://www.foerderdatenbank.de/"
_PROGRAMME = "ServiceOffer-FundingProgram"
_CLOSED = re.compile(
    r"antragstellung (?:derzeit |aktuell |zurzeit )?nicht (?:mehr )?m[oö]glich"
    r"|programm (?:ist )?(?:beendet|ausgelaufen)",
    re.IGNORECASE,
)
_LEVELS = {"Bund": "national", "Land": "regional", "EU": "eu"}
_EVERYWHERE = frozenset({"bundesweit", "_bundesweit"})
_NO_PLACE = frozenset({"sonstige"})
_LAENDER = {
    "baden_wuerttemberg": "DE1", "bayern": "DE2", "berlin": "DE3", "brandenburg": "DE4", "bremen": "DE5",
    "hamburg": "DE6", "hessen": "DE7", "mecklenburg_vorpommern": "DE8", "niedersachsen": "DE9",
    "de_ni": "DE9", "nordrhein_westfalen": "DEA", "rheinland_pfalz": "DEB", "saarland": "DEC",
    "sachsen": "DED", "sachsen_anhalt": "DEE", "de_st": "DEE", "schleswig_holstein": "DEF",
    "schlesig_holstein": "DEF", "thueringen": "DEG",
}  # fmt: skip
"""The source's names of the Länder, two abbreviated and one misspelt, -> NUTS 2024."""


def map_record(payload: Mapping[str, Any], source: Source) -> Fields:
    """Map one programme; the key is its path, since a name alone is not unique among the Länder.

    Raises:
        NotACall: Another kind of document, or one the source does not show.
        RecordError: A document that could not be read, or without its title.
    """
    path = str(take(payload, "path"))
    if payload.get("unreadable"):
        raise RecordError(str(payload["unreadable"]), field="document", value=path)
    document, linked = take(payload, "document"), payload.get("linked") or {}
    properties = _properties(document)
    if _value(properties, "subType") != _PROGRAMME:
        raise NotACall("no funding programme")
    if _value(properties, "shouldNotBeIndexed") == "1":
        raise NotACall("not shown by the source")
    terms, header = _text(properties, "procInfluence"), _text(properties, "header")
    found = find_deadlines(plain_text(terms), source.date_formats, source.language)
    classes = _classes(properties)
    wide = _EVERYWHERE.intersection(classes.get("Foerdergebiet", ()))
    named = [] if wide else [name for name in classes.get("Foerdergebiet", ()) if name not in _NO_PLACE]
    places = [_LAENDER.get(name.lower().replace("-", "_"), name) for name in (*_land(path), *named)]
    return Fields(
        native_id=path,
        url=SITE + path.removeprefix("BMWI/").removesuffix(".xml") + ".html",
        title=clean_line(plain_text(_text(properties, "title"))),
        summary=_text(properties, "teaserText") or None,
        description=_description(properties),
        documents=tuple(_links(linked)),
        level=next((level for part, level in _LEVELS.items() if f"/Foerderprogramm/{part}/" in path), None),
        funder=next(_organisations(linked), None),
        regions=tuple(dict.fromkeys(places)),
        applicants=(*classes.get("Foerderberechtigte", ()), *classes.get("Unternehmensgroesse", ())),
        eligibility=_text(properties, "regulatoryFWork") or None,
        opens_at=found.opens,
        deadlines=tuple(DeadlineText(text=one.text, kind=one.kind) for one in found.deadlines),
        continuous=found.continuous and not found.deadlines,
        deadline_note=found.note,
        status="closed" if _CLOSED.search(plain_text(header)) else None,
        instrument=classes.get("Foerderart", ()),
    )


def _properties(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return a document's properties by name, without their prefix."""
    return {
        str(node.get("@name", "")).removeprefix("gsb:"): node
        for node in document.get("children", ())
        if node["tag"] == "property"
    }


def _child(node: Mapping[str, Any] | None, tag: str) -> Mapping[str, Any] | None:
    return next((child for child in (node or {}).get("children", ()) if child["tag"] == tag), None)


def _value(properties: Mapping[str, Mapping[str, Any]], name: str) -> str | None:
    value = _child(properties.get(name), "value")
    return value.get("text") if value else None


def _text(properties: Mapping[str, Mapping[str, Any]], name: str) -> str:
    """Return a rich text's HTML: it stands in a CDATA section that was escaped once more."""
    node = _child(properties.get(name), "text")
    html = str((node or {}).get("text", "")).removeprefix("<![CDATA[").removesuffix("]]>")
    return html if plain_text(html) else ""


def _description(properties: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the full text: some programmes leave the summary empty and write all into the legal basis."""
    texts = [_text(properties, "summary") or _text(properties, "bodyText"), _text(properties, "procMethod")]
    return "\n".join(filter(None, texts)) or None


def _classes(properties: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Return classifier -> the names it gives the programme (the last parts of their paths)."""
    lists = _child(properties.get("cl2Processes"), "classifiedLinkLists")
    found: dict[str, tuple[str, ...]] = {}
    for one in (lists or {}).get("children", ()):
        classifier = next(_names(_child(one, "classifierLinks")), "")
        found[classifier] = (*found.get(classifier, ()), *_names(_child(one, "links")))
    return found


def _names(node: Mapping[str, Any] | None) -> Iterator[str]:
    for link in (node or {}).get("children", ()):
        yield str(link.get("@href", "")).rpartition("/")[2]


def _land(path: str) -> Iterator[str]:
    _, _, after = path.partition("/Foerderprogramm/Land/")
    if after:
        yield after.partition("/")[0]


def _links(linked: Mapping[str, Any]) -> Iterator[DocumentText]:
    """Yield the addresses the programme points to, with their titles."""
    for document in linked.values():
        properties = _properties(document)
        if url := _value(properties, "url"):
            yield DocumentText(title=clean_line(plain_text(_text(properties, "title"))), url=url)


def _organisations(linked: Mapping[str, Any]) -> Iterator[str]:
    for path, document in linked.items():
        if "/Foerdergeber/" in path and (name := plain_text(_text(_properties(document), "title"))):
            yield clean_line(name)
