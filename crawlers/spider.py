"""What every spider shares: its source, its run, and loud reading of answers."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeVar

import scrapy
from pydantic import BaseModel, ConfigDict, ValidationError
from scrapy.http import Response
from twisted.python.failure import Failure

from config.errors import ConfigError
from config.sources import Source
from crawlers.run import Run
from normalize.record import RawRecord

Model = TypeVar("Model", bound=BaseModel)


class RequestFacts(BaseModel):
    """Base of the models that read an entry's ``request`` table."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class UnexpectedAnswer(Exception):
    """An answer is not of the shape its source is known for; the run fails loudly."""


class SourceSpider(scrapy.Spider):
    """Base of the protocol spiders.

    Args:
        source: The entry it crawls.
        run: Where answers, records and problems go.
    """

    custom_settings: dict[str, Any] = {}

    def __init__(self, source: Source, run: Run) -> None:
        super().__init__(name=source.id)
        self.source = source
        self.run = run

    def facts(self, model: type[Model]) -> Model:
        """Read the entry's ``request`` table.

        Raises:
            ConfigError: A key is wrong; names entry and key.
        """
        return read_facts(self.source, model)

    def json_of(self, response: Response) -> Any:  # noqa: ANN401 - JSON
        """Return an answer's JSON.

        Raises:
            UnexpectedAnswer: It is HTML, cut short, in another charset than UTF-8, or no JSON.
        """
        body = response.body.removeprefix(b"\xef\xbb\xbf")
        where = f"answer of {response.url}"
        if not body.strip():
            raise UnexpectedAnswer(f"empty {where}")
        if body.lstrip()[:1] == b"<":
            raise UnexpectedAnswer(
                f"HTML instead of JSON: {where} (a login page, a bot wall or an error page)"
            )
        try:
            return json.loads(body.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise UnexpectedAnswer(f"not UTF-8: {where} ({error.reason} at byte {error.start})") from error
        except ValueError as error:
            raise UnexpectedAnswer(f"no JSON, or cut short: {where} ({error})") from error

    def record(self, native_id: object, payload: Mapping[str, Any], url: str) -> RawRecord:
        """Build a raw record; one without its key gets a name of its bytes, to be rejected by name."""
        body = json.dumps(payload, ensure_ascii=False).encode()
        key = (
            str(native_id)
            if native_id not in (None, "", [])
            else f"without-key-{sha256(body).hexdigest()[:16]}"
        )
        return RawRecord(self.source.id, key, url, datetime.now(UTC), "application/json", body)

    def failed(self, failure: Failure) -> None:
        """Errback of every request: a page that could not be had is a problem of the run."""
        response = getattr(failure.value, "response", None)
        request = getattr(failure, "request", None)
        where = response.url if response is not None else getattr(request, "url", self.source.url)
        words = f"HTTP {response.status}" if response is not None else failure.getErrorMessage()
        self.run.problem(f"could not fetch {where}: {words}")


def read_facts(source: Source, model: type[Model]) -> Model:
    """Read an entry's ``request`` table by a protocol's model.

    Raises:
        ConfigError: A key is wrong; names entry and key.
    """
    try:
        return model(**source.request)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError("sources.toml", f"sources.{source.id}.request", key, first["msg"]) from error
