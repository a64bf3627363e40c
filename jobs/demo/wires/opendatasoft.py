"""An OpenDataSoft Explore v2.1 portal as it really behaves."""

import re

from jobs.demo.wires.message import Answer, Asked, Samples, json_answer, not_found, records_in

_PATH = re.compile(r"^/api/explore/v2\.1/catalog/datasets/[^/]+/(records|exports/json)$")
LIMIT_MAX = 100
WINDOW = 10_000


class OpenDataSoftWire:
    """Pages of 100 in a window of 10,000; an export is the bare list."""

    def __init__(self, samples: Samples) -> None:
        self._records = records_in(samples)

    def answer(self, asked: Asked) -> Answer:
        """Answer a page or the export."""
        found = _PATH.match(asked.path)
        if found is None or asked.method != "GET":
            return not_found()
        if found[1] == "exports/json":
            return json_answer(self._records)
        limit, offset = asked.number("limit", 10), asked.number("offset", 0)
        if limit > LIMIT_MAX:
            return _refused("limit", limit, LIMIT_MAX)
        if limit + offset > WINDOW:
            return _refused("sum of offset + limit", limit + offset, WINDOW)
        order = asked.param("order_by")
        ordered = sorted(self._records, key=lambda record: str(record.get(order) or "")) if order else None
        page = (ordered or self._records)[offset : offset + limit]
        return json_answer({"total_count": len(self._records), "results": page})


def _refused(what: str, value: int, allowed: int) -> Answer:
    words = f"Invalid value for {what} API parameter: {value} was found but <= {allowed} is expected."
    return json_answer({"error_code": "InvalidRESTParameterError", "message": words}, 400)
