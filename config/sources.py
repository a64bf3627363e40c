"""`Source`, one entry of ``sources.toml``, and its reader."""

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from config.errors import ConfigError, key_of, reason_of

Protocol = Literal[
    "sedia", "json_api", "opendatasoft", "feed", "wordpress", "plone", "socrata", "table", "listing",
    "archive", "ckan", "solr",
]  # fmt: skip


class Expect(BaseModel):
    """Floors of a healthy run; a run below one publishes nothing.

    Attributes:
        min_records: Calls that must come out of a full run.
        max_reject_ratio: Rejects divided by records in, 0 to 1.
        max_drop: Share of the last healthy run's calls that may be gone at once, 0 to 1.
        max_silence_days: Days without a new call after which the source is called silent; None where
            it publishes too seldom to tell.
        withdraw_after_runs: Healthy full runs in a row that must miss a call before it is withdrawn;
            None where a run never lists everything (feeds, date windows), so that absence says nothing.
        fill: Our field -> share of calls (0 to 1) that must have it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_records: int = Field(ge=1)
    max_reject_ratio: float = Field(default=0.05, ge=0, le=1)
    max_drop: float = Field(default=0.4, ge=0, le=1)
    max_silence_days: int | None = Field(default=None, ge=1)
    withdraw_after_runs: int | None = Field(default=None, ge=1)
    fill: Mapping[str, float] = {}


class Rule(BaseModel):
    """Tells by one place of a record whether it is a call at all.

    Attributes:
        path: JMESPath into the record; a list is looked at value by value.
        words: Values it holds on, white space squeezed, else as printed.
        pattern: Regular expression it holds on, found anywhere, whatever the case.
        reason: What such a record is or is not, in words; records left out are counted by it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    words: tuple[str, ...] = ()
    pattern: str | None = None
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if bool(self.words) == bool(self.pattern):
            raise ValueError("give either `words` or `pattern`")
        try:
            jmespath.compile(self.path)
        except JMESPathError as error:
            raise ValueError(f"{self.path!r} is no JMESPath") from error
        try:
            re.compile(self.pattern or "")
        except re.error as error:
            raise ValueError(f"{self.pattern!r} is no regular expression: {error}") from error
        return self


class Source(BaseModel):
    """One publisher's list of calls: how it is fetched, read and judged. Frozen.

    Attributes:
        id: ``<iso country or eu>_<publisher>``, spelled alike in TOML, samples folder and mapper.
        timezone: Zone of its dates; a deadline without an hour ends with this zone's day.
        deadline_hour: ``HH:MM`` at which the source's date-only deadlines normally close.
        text_policy: How much of its text the licence lets us show.
        evidence: ``payload`` when its wire was seen in a recorded answer, ``code`` when only in
            somebody's program, ``description`` when only words tell of it.
        request: Protocol-specific facts of the wire (paths, paging, bodies), read by its spider.
        fields: Our field -> JMESPath into its record, for the declarative mapping.
        split: Our list field -> the sign between its words where the source prints them in one text.
        mapper: Module of ``normalize.mappers`` used instead of ``fields``.
        lookups: Our field -> the source's word -> ours. An unknown word is an error.
        exclude: A record on which one of them holds is no call (a tender, a ranking, news).
        include: A record on which one of them does not hold is no call.
        ignore: Top-level keys of the record left out on purpose.
        date_formats: ``strptime`` formats its dates may have; nothing else is accepted.
        decimal: Decimal mark of its printed amounts.
        token_env: Name of the environment variable that holds its key; without it the source is off.
        enabled: False keeps the entry but never harvests it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z]{2}_[a-z0-9_]+$")
    title: str
    publisher: str
    level: Literal["eu", "national", "regional"]
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    regions: tuple[str, ...] = ()
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    timezone: str
    deadline_hour: str | None = Field(default=None, pattern=r"^\d\d:\d\d$")
    licence: str
    licence_url: str | None = None
    text_policy: Literal["full", "excerpt", "facts"]
    evidence: Literal["payload", "code", "description"]
    homepage: str
    protocol: Protocol
    url: str
    request: Mapping[str, Any] = {}
    token_env: str | None = None
    schedule: str
    delay_s: float = Field(default=1.0, ge=0)
    concurrency: int = Field(default=1, ge=1, le=2)
    enabled: bool = True
    mapper: str | None = None
    fields: Mapping[str, str] = {}
    split: Mapping[str, str] = {}
    exclude: tuple[Rule, ...] = ()
    include: tuple[Rule, ...] = ()
    ignore: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ()
    decimal: Literal[".", ","] = "."
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    lookups: Mapping[str, Mapping[str, Any]] = {}
    expect: Expect

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except ZoneInfoNotFoundError as error:
            raise ValueError(f"unknown time zone {value!r}") from error
        return value

    @field_validator("deadline_hour")
    @classmethod
    def _real_hour(cls, value: str | None) -> str | None:
        if value is not None:
            time.fromisoformat(value)
        return value

    @field_validator("date_formats")
    @classmethod
    def _reads_what_it_writes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        day = datetime(2001, 2, 3, tzinfo=UTC)
        for form in value:
            read = datetime.strptime(day.strftime(form), form)  # noqa: DTZ007 - only the day is compared
            if read.date() != day.date():
                raise ValueError(f"{form!r} does not hold a whole date")
        return value

    @field_validator("fields")
    @classmethod
    def _paths(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, path in value.items():
            try:
                jmespath.compile(path)
            except JMESPathError as error:
                raise ValueError(f"{name}: {path!r} is no JMESPath") from error
        return value

    @field_validator("url", "homepage")
    @classmethod
    def _http(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an http(s) address is needed")
        return value

    @property
    def why_off(self) -> str | None:
        """Return why the source is not harvested (its entry, or its key is not set); None when it is."""
        if not self.enabled:
            return "switched off in its entry"
        if self.token_env and not os.environ.get(self.token_env):
            return f"off until {self.token_env} holds a key"
        return None

    @property
    def can_ask_single_calls(self) -> bool:
        """Tell whether its protocol can ask for a few calls by their ids, without the whole list."""
        detail = "detail" in self.request and "token" not in self.request
        return self.protocol == "sedia" or (self.protocol == "json_api" and detail)

    def served_from(self, origin: str) -> "Source":
        """Return the same source fetched from ``<origin>/<id><path>`` (samples on loopback).

        Samples are few and hold broken records on purpose, so the floors are those of a handful;
        they do not grow older with the calendar, so date windows reach back a century at once.
        """
        parts = urlsplit(self.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        floors = Expect(
            min_records=1, max_reject_ratio=0.5, withdraw_after_runs=self.expect.withdraw_after_runs
        )
        request = dict(self.request)
        if "windows" in request:
            request["windows"] = {**request["windows"], "days": 36_500, "look_back_days": 36_500}
        address = f"{origin.rstrip('/')}/{self.id}{path}"
        return self.model_copy(update={"url": address, "delay_s": 0.0, "expect": floors, "request": request})


def load_sources(path: Path) -> Mapping[str, Source]:
    """Read every entry of ``sources.toml``.

    Returns:
        Source id -> `Source`, in the file's order, read-only.

    Raises:
        ConfigError: The file is missing or no TOML, or an entry is wrong; names file, entry and key.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(path, "-", "-", str(error)) from error
    sources: dict[str, Source] = {}
    for source_id, entry in document.get("sources", {}).items():
        try:
            sources[source_id] = Source(id=source_id, **entry)
        except ValidationError as error:
            first = error.errors()[0]
            raise ConfigError(path, f"sources.{source_id}", key_of(first), reason_of(first)) from error
        _check_mapping(path, sources[source_id])
    if not sources:
        raise ConfigError(path, "sources", "-", "no source at all")
    return MappingProxyType(sources)


def _check_mapping(path: Path, source: Source) -> None:
    """A source maps by ``fields`` or by ``mapper``, never by both or neither."""
    if bool(source.fields) == bool(source.mapper):
        raise ConfigError(path, f"sources.{source.id}", "mapper", "give either `fields` or `mapper`")
