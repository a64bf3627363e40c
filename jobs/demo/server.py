"""The sample server: every configured source on loopback, each behaving as its real one does.

``http://127.0.0.1:<port>/<source id>/<path as on the real host>``. The spiders that harvest it are
the ones that harvest the internet; only the address differs (`config.sources.Source.served_from`).
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from config.sources import Source
from jobs.demo.wires import Answer, Samples, answer, not_found

ROBOTS = Answer(b"User-agent: *\nDisallow:\n", media_type="text/plain")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    Attributes:
        origin: Address of the source on this server, ``http://127.0.0.1:1234/<source id>``.
        path: Path below it, as on the real host.
        params: The query's parameters; the last of a name counts.
        headers: By lower-case name.
    """

    method: str
    origin: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class LoopbackServer:
    """An HTTP server on 127.0.0.1 that answers by a function; a context manager.

    Args:
        reply: Called for each request, from several threads. A ``Content-Length`` among the answer's
            headers wins over the true one: a server that breaks off.
        port: 0 takes any free one.

    Attributes:
        requests: Every request so far, in the order they came.
    """

    def __init__(self, reply: Callable[[Asked], Answer], port: int = 0) -> None:
        self._reply = reply
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.requests: list[Asked] = []

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
        """Note the request and answer it; a GET that names the answer's ETag is answered 304."""
        parts = urlsplit(target)
        source_id, _, path = parts.path.removeprefix("/").partition("/")
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        asked = Asked(method, f"{self.origin}/{source_id}", f"/{path}", params, headers, body)
        self.requests.append(asked)
        made = self._reply(asked)
        if method != "GET" or made.status != 200 or made.media_type == "text/plain":
            return made
        etag = f'"{sha256(made.body).hexdigest()[:20]}"'
        if headers.get("if-none-match") == etag:
            return Answer(b"", 304, made.media_type, (("ETag", etag),))
        return Answer(made.body, made.status, made.media_type, (("ETag", etag), *made.headers))


class SampleServer(LoopbackServer):
    """Serves the samples of every source that has some; everything else is 404.

    Args:
        sources: The entries, with their real addresses.
        samples_dir: ``<source id>/records.json``, or ``<source id>/feeds/<name>.xml``.
        port: 0 takes any free one.
        records: Source id -> other records to serve instead of its samples.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        samples_dir: Path,
        port: int = 0,
        *,
        records: Mapping[str, list[dict[str, Any]]] | None = None,
    ) -> None:
        super().__init__(self._route, port)
        given = records or {}
        self._samples = {
            source.id: Samples.load(source, samples_dir / source.id, given.get(source.id))
            for source in sources.values()
        }

    def _route(self, asked: Asked) -> Answer:
        source_id = asked.origin.rpartition("/")[2]
        if source_id == "robots.txt":
            return ROBOTS
        return answer(self._samples[source_id], asked) if source_id in self._samples else not_found()


def _handler(server: LoopbackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30
        # Head and body are two writes: with Nagle's algorithm the second waits 40 ms for the client's ACK.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._do("GET")

        def do_HEAD(self) -> None:
            self._do("HEAD")

        def do_POST(self) -> None:
            self._do("POST")

        def _do(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            made = server.reply(method, self.path, headers, body)
            told = {
                "Content-Type": made.media_type,
                "Content-Length": str(len(made.body)),
                **dict(made.headers),
            }
            self.send_response(made.status)
            for name, value in told.items():
                self.send_header(name, value)
            self.end_headers()
            if method == "HEAD":
                return
            self.wfile.write(made.body)
            # After a length that is not the body's, only the end of the connection tells.
            self.close_connection = told["Content-Length"] != str(len(made.body))

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent: the harvest's own log tells."""

    return Handler
