"""Aides-territoires as it really behaves: a key buys a token, and the token every answer."""

from hashlib import sha256

from jobs.demo.wires.message import Answer, Asked, Samples, json_answer, not_found, records_in

BASE = "/api"
PAGE_MAX = 100


class AidesTerritoiresWire:
    """Any key is good; calls without the token it bought are HTTP 401."""

    def __init__(self, samples: Samples) -> None:
        self._records = records_in(samples)
        self._tokens: set[str] = set()

    def answer(self, asked: Asked) -> Answer:
        """Answer the exchange of the key, or the list."""
        if asked.path == f"{BASE}/connexion/":
            return self._login(asked)
        if asked.path != f"{BASE}/aids/" or asked.method != "GET":
            return not_found()
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return json_answer({"code": 401, "message": "JWT Token not found"}, 401)
        return self._list(asked)

    def _login(self, asked: Asked) -> Answer:
        key = asked.headers.get("x-auth-token", "")
        if asked.method != "POST" or not key:
            return json_answer({"code": 401, "message": "Invalid credentials."}, 401)
        token = f"sample.{sha256(key.encode()).hexdigest()}"
        self._tokens.add(token)
        return json_answer({"token": token})

    def _list(self, asked: Asked) -> Answer:
        size = min(max(asked.number("itemsPerPage", 50), 1), PAGE_MAX)
        page = max(asked.number("page", 1), 1)
        pages = -(-len(self._records) // size)

        def link(number: int) -> str | None:
            if not 1 <= number <= pages:
                return None
            return f"{asked.base}{asked.path}?page={number}&itemsPerPage={size}"

        return json_answer(
            {
                "count": len(self._records),
                "previous": link(page - 1),
                "next": link(page + 1),
                "results": self._records[(page - 1) * size : page * size],
            }
        )
