"""The sample server: every configured source on loopback, each behaving as its real one does.

``http://127.0.0.1:<port>/<source id>/<path as on the real host>``. The spiders that harvest it are
the ones that harvest the internet; only the address differs (`config.sources.Source.served_from`).
"""

import json
import threading
from collections.abc import Callable, Mapping
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from config.sources import Source
from jobs.demo.wires import WIRES
from jobs.demo.wires.message import Answer, Asked, Samples, Wire, not_found

ROBOTS = Answer(200, "text/plain", b"User-agent: *\nDisallow:\n")


class LoopbackServer:
    """An HTTP server on 127.0.0.1 that answers by a function; a context manager.

    Args:
        answer: Called for each request, from several threads.
        port: 0 takes any free one.

    Attributes:
        asked: Every request so far, in the order they came.
    """

    def __init__(self, answer: Callable[[Asked], Answer], port: int = 0) -> None:
        self._answer = answer
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.asked: list[Asked] = []

    @property
    def origin(self) -> str:
        """Return ``http://127.0.0.1:<port>``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Start serving."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reply(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Note the request and answer it; a repeated GET with its ETag is answered 304."""
        parts = urlsplit(target)
        source_id, _, path = parts.path.removeprefix("/").partition("/")
        asked = Asked(method, f"{self.origin}/{source_id}", f"/{path}", parts.query, headers, body)
        self.asked.append(asked)
        answer = self._answer(asked)
        if method != "GET" or answer.status != 200 or answer.media_type == "text/plain":
            return answer
        etag = f'"{sha256(answer.body).hexdigest()[:20]}"'
        if headers.get("if-none-match") == etag:
            return Answer(304, answer.media_type, b"", {"ETag": etag})
        return Answer(200, answer.media_type, answer.body, {"ETag": etag, **answer.headers})


class SampleServer(LoopbackServer):
    """Serves the samples of every source that has some.

    Args:
        sources: The entries; a source without samples answers 404.
        samples_dir: ``<source id>/records.json``, or ``<source id>/feeds/<name>.xml``.
        port: 0 takes any free one.
        records: Source id -> other records (or feeds by name) to serve instead.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        samples_dir: Path,
        port: int = 0,
        *,
        records: Mapping[str, Samples] | None = None,
    ) -> None:
        super().__init__(self._route, port)
        given = records or {}
        self._wires: dict[str, Wire] = {}
        for source_id in sources:
            samples = given.get(source_id) or load_samples(samples_dir / source_id)
            if samples:
                self._wires[source_id] = WIRES[source_id](samples)

    def _route(self, asked: Asked) -> Answer:
        source_id = asked.base.rpartition("/")[2]
        if source_id == "robots.txt":
            return ROBOTS
        return self._wires[source_id].answer(asked) if source_id in self._wires else not_found()


def load_samples(folder: Path) -> Samples:
    """Return a source's samples: its records, or its feeds by name; empty without any."""
    if (folder / "records.json").is_file():
        records: list[dict[str, object]] = json.loads((folder / "records.json").read_text("utf-8"))
        return records
    return {file.stem: file.read_bytes() for file in sorted((folder / "feeds").glob("*.xml"))}


def _handler(server: LoopbackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            self._do("GET")

        def do_POST(self) -> None:
            self._do("POST")

        def _do(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = server.reply(method, self.path, headers, body)
            self.send_response(answer.status)
            made = {"Content-Type": answer.media_type, "Content-Length": str(len(answer.body))}
            for name, value in {**made, **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)
            # A length that is not the body's (a server that breaks off) must end the connection.
            self.close_connection = int(answer.headers.get("Content-Length", len(answer.body))) != len(
                answer.body
            )

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            """Stay silent: the harvest's own log tells."""

    return Handler
