"""Conditional requests (RFC 9110, section 13): what has not changed is not sent again."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO, BinaryIO, cast

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

CHUNK_BYTES = 64 * 1024


def is_known(request: Request, tag: str) -> bool:
    """Tell whether the asker already has what ``tag`` (an entity tag, weak or not) names."""
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    return tag in known or tag.removeprefix("W/") in known or "*" in known


def send_written(
    request: Request, write: Callable[[BinaryIO], None], media_type: str, *, filename: str = ""
) -> Response:
    """Answer with what ``write`` writes, or with 304 when the asker has just that.

    It goes to a file first: an error becomes a problem, never half an answer, and memory stays flat.

    Args:
        request: The question.
        write: Writes the whole body to a binary stream.
        media_type: Of the body.
        filename: When given, a browser saves the answer under this name.
    """
    stream = TemporaryFile()  # noqa: SIM115 - closed when the last chunk is sent
    try:
        write(cast("BinaryIO", stream))
        size = stream.tell()
        tag = _tag(stream)
    except BaseException:
        stream.close()
        raise
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if is_known(request, tag):
        stream.close()
        return Response(status_code=304, headers=headers)
    headers["Content-Length"] = str(size)
    if filename:
        headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return StreamingResponse(_chunks(stream), media_type=media_type, headers=headers)


def _tag(stream: IO[bytes]) -> str:
    """Return an entity tag of the content; a weak one, for the same content also goes out compressed."""
    stream.seek(0)
    digest = sha256()
    while chunk := stream.read(CHUNK_BYTES):
        digest.update(chunk)
    return f'W/"{digest.hexdigest()[:24]}"'


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    with stream:
        stream.seek(0)
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
