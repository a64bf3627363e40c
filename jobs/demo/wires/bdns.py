"""Spain's BDNS as it really behaves: a list without details, and a detail by the call's number."""

from datetime import date, datetime

from jobs.demo.wires.message import Answer, Asked, Record, Samples, json_answer, not_found, records_in

BASE = "/bdnstrans/api"
PAGE_MAX = 10_000


class BdnsWire:
    """Samples are ``{"item": ..., "detail": ...}``; one without detail is a call whose page is broken."""

    def __init__(self, samples: Samples) -> None:
        self._records = records_in(samples)

    def answer(self, asked: Asked) -> Answer:
        """Answer the list or the detail."""
        if asked.method != "GET" or not asked.path.startswith(f"{BASE}/convocatorias"):
            return not_found()
        if not asked.param("vpd"):
            return _error("ERR_PARAMETRO", "Falta el parámetro vpd", 400)
        if asked.path == f"{BASE}/convocatorias/busqueda":
            return self._list(asked)
        return self._detail(asked.param("numConv")) if asked.path == f"{BASE}/convocatorias" else not_found()

    def _list(self, asked: Asked) -> Answer:
        try:
            first, last = _day(asked.param("fechaDesde")), _day(asked.param("fechaHasta"))
        except ValueError:
            return _error("ERR_PARAMETRO", "Formato de fecha incorrecto: dd/MM/yyyy", 400)
        found = [item for record in self._records if _is_within(item := record["item"], first, last)]
        size = min(max(asked.number("pageSize", 50), 1), PAGE_MAX)
        page = asked.number("page", 0)
        content = found[page * size : (page + 1) * size]
        pages = -(-len(found) // size)
        return json_answer(
            {
                "content": content,
                "totalElements": len(found),
                "totalPages": pages,
                "size": size,
                "number": page,
                "numberOfElements": len(content),
                "first": page == 0,
                "last": page + 1 >= pages,
                "empty": not content,
            }
        )

    def _detail(self, number: str) -> Answer:
        for record in self._records:
            if str(record["item"].get("numeroConvocatoria")) == number:
                if record["detail"] is None:
                    return Answer(500, "text/html", b"<html><body><h1>Error</h1></body></html>")
                return json_answer(record["detail"])
        return _error("ERR_NO_ENCONTRADO", "La convocatoria no existe", 404)


def _day(text: str) -> date | None:
    return datetime.strptime(text, "%d/%m/%Y").date() if text else None  # noqa: DTZ007 - a day, not a moment


def _is_within(item: Record, first: date | None, last: date | None) -> bool:
    """Both ends count (measured)."""
    day = date.fromisoformat(str(item["fechaRecepcion"])[:10])
    return (first is None or first <= day) and (last is None or day <= last)


def _error(code: str, text: str, status: int) -> Answer:
    return json_answer({"codigo": code, "error": text}, status)
