"""Spain's BDNS: list item and detail, side by side as the crawler stored them.

Source: BDNS API, ``/convocatorias/busqueda`` and ``/convocatorias?numConv=``; recorded answers.
"""

import re
from collections.abc import Mapping
from typing import Any

from config.sources import Source
from normalize.call import DeadlineKind
from normalize.dates import parse_printed
from normalize.errors import NotACall, RecordError
from normalize.fields import DeadlineText, DocumentText, Fields, take
from normalize.prose_dates import find_deadlines

_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{4}|\d{1,2} de [a-zñ]+ de \d{4}", re.IGNORECASE)
_FORMATS = ("%d/%m/%Y",)
_WINDOWS = re.compile(
    r"\b(?:[2-9]|1[0-2]|dos|tres|cuatro|cinco|seis|varios|diferentes|distintos|sucesivos)\s"
    r"(?:plazos|per[ií]odos|procedimientos|cortes|llamamientos)\b",
    re.IGNORECASE,
)
_EVERYWHERE = "XXXX"
_ELSEWHERE = "XXX"
_API = "https://www.infosubvenciones.es/bdnstrans"


def map_record(payload: Mapping[str, Any], source: Source) -> Fields:
    """Map one BDNS call to field texts, still as printed.

    Direct awards ("Concesión directa") are decided already and cannot be applied for: they raise
    `NotACall`. ``abierto`` is left out on purpose: it was false on 134 of 134 calls whose window
    was open (August 2026). Where a date is missing its free text is kept as the note.

    Raises:
        NotACall: The record is an award, not a call.
        RecordError: A field that every call has is missing.
    """
    detail = take(payload, "detail")
    item = payload.get("item") or {}
    if not str(take(detail, "tipoConvocatoria")).startswith("Concurrencia competitiva"):
        raise NotACall("direct award")
    code = str(take(detail, "codigoBDNS"))
    regions = [str(region["descripcion"]) for region in detail.get("regiones") or []]
    opens_at, deadline = _dates(detail)
    return Fields(
        native_id=code,
        url=f"{_API}/GE/es/convocatoria/{code}",
        call_identifier=code,
        title=detail.get("descripcion"),
        description="\n".join(filter(None, (notice.get("texto") for notice in detail.get("anuncios") or [])))
        or None,
        keywords=_keywords(detail),
        documents=_documents(detail),
        level=_level(item, detail),
        funder=_funder(detail),
        programme=next((fund["descripcion"] for fund in detail.get("fondos") or []), None),
        regions=tuple(region for region in regions if not region.startswith(_ELSEWHERE)),
        everywhere=any(region.startswith(_EVERYWHERE) for region in regions),
        applicants=tuple(kind["descripcion"] for kind in detail.get("tiposBeneficiarios") or []),
        opens_at=opens_at,
        deadlines=(DeadlineText(text=deadline, kind=_kind(detail)),) if deadline else (),
        deadline_note=_note(detail, opens_at, deadline),
        budget_total=detail.get("presupuestoTotal"),
        instrument=tuple(kind["descripcion"].strip() for kind in detail.get("instrumentos") or []),
    )


def _dates(detail: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return opening date and deadline: the fields, else a free text that is a date and nothing else."""
    opens_at = _day(detail.get("fechaInicioSolicitud")) or _whole_date(detail.get("textInicio"))
    deadline = _day(detail.get("fechaFinSolicitud")) or _whole_date(detail.get("textFin"))
    return opens_at, _hour_of_day(deadline, str(detail.get("textFin") or "")) or deadline


def _kind(detail: Mapping[str, Any]) -> DeadlineKind:
    """Return a cut-off where the text says that the call has several windows: the date ends the last."""
    return "cut_off" if _WINDOWS.search(str(detail.get("textFin") or "")) else "single"


def _hour_of_day(deadline: str | None, text: str) -> str | None:
    """Return the deadline with the hour its text names for that very day; None when it names none."""
    found = find_deadlines(text, _FORMATS, "es", of_the_end=True).deadlines
    same = len(found) == 1 and deadline is not None and found[0].text.startswith(f"{deadline} ")
    return found[0].text if same else None


def _day(value: object) -> str | None:
    """Return the day of either form, "2021-01-03" or "2024-11-08T12:32:00+01:00" (a Spanish day)."""
    return str(value)[:10] if value else None


def _whole_date(value: object) -> str | None:
    text = str(value or "").strip().rstrip(".")
    return text if _DATE.fullmatch(text) else None


def _note(detail: Mapping[str, Any], opens_at: str | None, deadline: str | None) -> str | None:
    parts = []
    if not opens_at and detail.get("textInicio"):
        parts.append(f"Inicio: {str(detail['textInicio']).strip()}")
    if detail.get("textFin") and (not _whole_date(detail["textFin"]) or _contradicts(detail)):
        parts.append(
            f"Fin: {str(detail['textFin']).strip()}" if not deadline else str(detail["textFin"]).strip()
        )
    return ". ".join(part.rstrip(".") for part in parts) or None


def _contradicts(detail: Mapping[str, Any]) -> bool:
    """Tell whether the field and the free text each hold a date, and not the same one."""
    field, text = _day(detail.get("fechaFinSolicitud")), _whole_date(detail.get("textFin"))
    return (
        bool(field and text) and parse_printed(str(field)).day != parse_printed(str(text), _FORMATS, "es").day
    )


def _level(item: Mapping[str, Any], detail: Mapping[str, Any]) -> str:
    """Return national for the state; communities, municipalities and other bodies are regional."""
    body = detail.get("organo") or {}
    first = str(item.get("nivel1") or body.get("nivel1") or "")
    if not first:
        raise RecordError("missing", field="level", value=body)
    return "national" if first == "ESTADO" else "regional"


def _funder(detail: Mapping[str, Any]) -> str | None:
    body = detail.get("organo") or {}
    names = [str(body.get(key)).strip() for key in ("nivel2", "nivel3") if body.get(key)]
    return " / ".join(dict.fromkeys(names)) or None


def _keywords(detail: Mapping[str, Any]) -> tuple[str, ...]:
    sectors = [str(sector["descripcion"]) for sector in detail.get("sectores") or []]
    return tuple(filter(None, (detail.get("descripcionFinalidad"), *sectors)))


def _documents(detail: Mapping[str, Any]) -> tuple[DocumentText, ...]:
    linked = [
        (detail.get("descripcionBasesReguladoras") or "Bases reguladoras", detail.get("urlBasesReguladoras")),
        ("Sede electrónica", detail.get("sedeElectronica")),
    ]
    files = [
        (
            file.get("descripcion") or file.get("nombreFic"),
            f"{_API}/api/convocatorias/documentos?idDocumento={file['id']}",
        )
        for file in detail.get("documentos") or []
        if file.get("id")
    ]
    return tuple(DocumentText(title=str(title), url=str(url)) for title, url in (*linked, *files) if url)
