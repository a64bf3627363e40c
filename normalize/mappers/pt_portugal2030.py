"""Portugal 2030: one notice of ``wp-json/avisos/query``, with the state that was asked for.

Source: a recorded answer and request of September 2026.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from config.sources import Source
from normalize.errors import RecordError
from normalize.fields import DeadlineText, DocumentText, Fields, take

_DOWNLOAD = "https://portugal2030.pt/wp-json/avisos/download"


def map_record(payload: Mapping[str, Any], source: Source) -> Fields:
    """Map one notice. The civil servants' names in the documents are left out.

    ``dataFimAtual`` is the deadline after extensions; the budget is the sum over the structure's
    rows; a regional programme names its region (the entry's table).

    Raises:
        RecordError: A notice without code, dates or structure, or of an unknown regional programme.
    """
    notice, dates = take(payload, "aviso"), take(payload, "calendario")
    rows = take(payload, "estrutura")
    regions = tuple(dict.fromkeys(code for row in rows for code in _regions(row, source)))
    programme = " / ".join(dict.fromkeys(str(row.get("programaOperacionalDesignacao") or "") for row in rows))
    english = str(notice.get("designacaoEN") or "").strip()
    code = str(take(notice, "codigoAviso"))
    return Fields(
        native_id=code,
        aliases=tuple(filter(None, (str(notice.get("avisoGlobalId") or ""),))),
        url=source.homepage,
        call_identifier=code,
        title=str(notice.get("designacaoPT") or "").strip() or english,
        summary=_summary(rows, english),
        keywords=_keywords(rows),
        documents=_documents(payload.get("documentos") or []),
        level="regional" if regions else "national",
        funder="Portugal 2030",
        programme=programme or None,
        regions=regions,
        opens_at=dates.get("dataInicio"),
        deadlines=(DeadlineText(text=str(dates.get("dataFimAtual") or take(dates, "dataFim"))),),
        status=str(take(payload, "estadoAvisoId")),
        budget_total=sum((Decimal(str(row.get("dotacao") or 0)) for row in rows), Decimal(0)),
        instrument=("grant",),
    )


def _regions(row: Mapping[str, Any], source: Source) -> list[str]:
    """Return the NUTS codes of a regional programme; a thematic one has none."""
    table = source.lookups.get("regions", {})
    name, number = str(row.get("programaOperacionalDesignacao") or ""), str(row.get("programaOperacionalId"))
    if number in table:
        codes = table[number]
        return [codes] if isinstance(codes, str) else list(codes)
    if name.startswith("Programa Regional"):
        raise RecordError("unknown regional programme", field="regions", value=f"{number} {name}")
    return []


def _keywords(rows: list[Mapping[str, Any]]) -> tuple[str, ...]:
    names = (
        "tipologiaAcaoDesignacao",
        "tipologiaIntervencaoDesignacao",
        "tipologiaOperacaoDesignacao",
        "fundoDesignacao",
    )
    return tuple(dict.fromkeys(str(row[name]) for row in rows for name in names if row.get(name)))


def _summary(rows: list[Mapping[str, Any]], english: str) -> str | None:
    """Return what the notice says of itself: its English title and specific objectives."""
    goals = dict.fromkeys(
        str(row["objetivoEspecificoDesignacao"]) for row in rows if row.get("objetivoEspecificoDesignacao")
    )
    return ". ".join(filter(None, (english, *goals))) or None


def _documents(listed: list[Mapping[str, Any]]) -> tuple[DocumentText, ...]:
    return tuple(
        DocumentText(
            title=str(item.get("documentoDesignacao") or item.get("tipoDocumentoDesignacao") or "Aviso"),
            url=f"{_DOWNLOAD}?{urlencode({'path': item['path'], 'container': item.get('container') or ''})}",
        )
        for item in listed
        if item.get("path")
    )
