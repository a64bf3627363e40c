"""What every spider shares: its source, its run, and loud reading of answers."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Self, TypeVar

import scrapy
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from scrapy.http import Response
from twisted.python.failure import Failure

from config.errors import ConfigError, key_of, reason_of
from config.sources import Source
from crawlers.run import Run
from crawlers.walls import wall_of
from normalize.errors import RecordError
from normalize.mapping import compile_path
from normalize.record import RawRecord

Model = TypeVar("Model", bound=BaseModel)
KEY_MAX = 300
"""A longer native id is no id."""


def _is_jmespath(path: str) -> str:
    try:
        compile_path(path)
    except RecordError as error:
        raise ValueError(str(error)) from error
    return path


JmesPath = Annotated[str, AfterValidator(_is_jmespath)]


SINCE = "{since}"
"""Stands in a path or a condition for a day before the run (`SinceFacts`)."""


class RequestFacts(BaseModel):
    """Base of the models that read an entry's ``request`` table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def asks_recent_only(self) -> bool:
        """Tell whether calls leave the answer by growing old, so that their absence says nothing."""
        return False


class SinceFacts(RequestFacts):
    """Facts whose texts may say ``{since}``: a fixed day would ask for more with every year.

    Attributes:
        look_back_days: Days before the run at which ``{since}`` lies.
    """

    look_back_days: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _since_when(self) -> Self:
        texts = [value for _, value in self if isinstance(value, str)]
        if (self.look_back_days is not None) != any(SINCE in text for text in texts):
            raise ValueError(f"`look_back_days` and a text with {SINCE} go together")
        return self

    @property
    def asks_recent_only(self) -> bool:
        """Tell whether calls leave the answer by growing old, so that their absence says nothing."""
        return self.look_back_days is not None

    def since(self, text: str, today: date) -> str:
        """Return a text of the table with ``{since}`` as the day it stands for, ``YYYY-MM-DD``."""
        if self.look_back_days is None:
            return text
        return text.replace(SINCE, (today - timedelta(days=self.look_back_days)).isoformat())


class UnexpectedAnswer(Exception):
    """An answer is not of the shape its source is known for; the run fails loudly."""


class SourceSpider(scrapy.Spider):
    """Base of the protocol spiders.

    Args:
        source: The entry it crawls.
        run: Where answers, records and problems go.

    Attributes:
        facts_model: What its protocol's ``request`` table looks like.
        answer_max_bytes: A larger answer is broken off; the largest page known has 2 MB.
        timeout_s: Seconds an answer may take.
    """

    facts_model: ClassVar[type[RequestFacts]]
    answer_max_bytes: ClassVar[int] = 32 * 1024 * 1024
    timeout_s: ClassVar[int] = 60

    def __init__(self, source: Source, run: Run) -> None:
        super().__init__(name=source.id)
        self.source = source
        self.run = run
        self._pages: set[tuple[str, int]] = set()

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
            wall = wall_of(body) or "a login page, a bot wall or an error page"
            raise UnexpectedAnswer(f"HTML instead of JSON: {where} ({wall})")
        try:
            return json.loads(body.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise UnexpectedAnswer(f"not UTF-8: {where} ({error.reason} at byte {error.start})") from error
        except (ValueError, RecursionError) as error:
            raise UnexpectedAnswer(f"no JSON, or cut short: {where} ({error})") from error

    def record(self, native_id: object, payload: Mapping[str, Any], url: str) -> RawRecord:
        """Build a raw record; one without its key gets a name of its bytes, to be rejected by name."""
        # Half of a surrogate pair cannot be UTF-8; as the escape it came as, it is still JSON.
        body = json.dumps(payload, ensure_ascii=False).encode("utf-8", "backslashreplace")
        key = _key(native_id)
        if key is None:
            self.run.without_key += 1
            key = f"without-key-{sha256(body).hexdigest()[:16]}"
        return RawRecord(self.source.id, key, url, self.run.clock(), "application/json", body)

    def refuse_repetition(self, chain: str, keys: Iterable[object], response: Response) -> None:
        """Let a page pass whose records were not, all of them, a page of this chain before.

        Raises:
            UnexpectedAnswer: They were: paging has no effect, and would go on for ever.
        """
        page = (chain, hash(frozenset(str(key) for key in keys)))
        if page in self._pages:
            raise UnexpectedAnswer(f"the pages repeat: {response.url} holds nothing new")
        self._pages.add(page)

    def failed(self, failure: Failure) -> None:
        """Errback of every request: a page that could not be had is a problem of the run."""
        where, why = self._missed(failure)
        self.run.unreachable.setdefault(why, []).append(where)

    def reason_of(self, failure: Failure) -> str:
        """Return in words what could not be fetched, and why."""
        where, why = self._missed(failure)
        return f"could not fetch {where}: {why}"

    def _missed(self, failure: Failure) -> tuple[str, str]:
        response = getattr(failure.value, "response", None)
        request = getattr(failure, "request", None)
        where = response.url if response is not None else getattr(request, "url", self.source.url)
        if response is None:
            return where, _words(failure).removeprefix(f"{where}: ")
        wall = wall_of(response.body)
        return where, f"HTTP {response.status} ({wall})" if wall else f"HTTP {response.status}"


def _key(native_id: object) -> str | None:
    """Return a key as text, None for what cannot be one (absent, a list, unprintable, endless)."""
    if isinstance(native_id, bool) or not isinstance(native_id, str | int):
        return None
    key = str(native_id)
    return key if key and len(key) <= KEY_MAX and key.isprintable() else None


def _words(failure: Failure) -> str:
    return failure.getErrorMessage() or type(failure.value).__name__


def read_facts(source: Source, model: type[Model], file: object = "sources.toml") -> Model:
    """Read an entry's ``request`` table by a protocol's model.

    Raises:
        ConfigError: A key is wrong; names file, entry and key.
    """
    try:
        return model(**source.request)
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(file, f"sources.{source.id}.request", key_of(first), reason_of(first)) from error
