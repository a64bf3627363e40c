"""Portugal 2030 as it really behaves: five a page, and past the end a 404 that is HTTP 200."""

from jobs.demo.wires.message import Answer, Asked, Samples, json_answer, not_found, records_in

PATH = "/wp-json/avisos/query"
PAGE = 5


class PortugalWire:
    """Samples carry the state they were asked by (``estadoAvisoId``), which the real answer does not."""

    def __init__(self, samples: Samples) -> None:
        self._records = records_in(samples)

    def answer(self, asked: Asked) -> Answer:
        """Answer a query."""
        if asked.path != PATH:
            return not_found()
        if asked.method != "POST":
            return json_answer(
                {"code": "rest_no_route", "message": "No route was found", "data": {"status": 404}}, 404
            )
        state = asked.form("estadoAvisoId")
        found = [record for record in self._records if str(record["estadoAvisoId"]) == state]
        text = asked.form("page", "0")
        page = int(text) if text.isdecimal() else 0
        notices = [
            {name: value for name, value in record.items() if name != "estadoAvisoId"}
            for record in found[page * PAGE : (page + 1) * PAGE]
        ]
        if not notices:
            return json_answer({"code": 404, "info": "No data found"})
        return json_answer({"avisos": notices, "status": 201})
