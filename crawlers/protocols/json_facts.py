"""The ``request`` table of a JSON API."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from crawlers.protocols.embedded import Embedded
from crawlers.spider import JmesPath, RequestFacts, SinceFacts


class Paging(RequestFacts):
    """How a list is paged.

    Attributes:
        style: ``page`` counts pages from ``first``, ``offset`` counts records, ``next`` follows the link
            at ``next``, ``cursor`` sends the value at ``next`` as ``param``.
        size_param: Parameter of the page's size, ``size`` its value.
        offset_param: Parameter that says the place of a page as a number of records too.
        last: JMESPath that is true on the last page, where the source says so.
    """

    style: Literal["page", "offset", "next", "cursor", "none"] = "none"
    param: str = "page"
    first: int = 0
    size_param: str | None = None
    size: int | None = Field(default=None, ge=1)
    offset_param: str | None = None
    next: JmesPath | None = None
    last: JmesPath | None = None

    @model_validator(mode="after")
    def _has_what_its_style_needs(self) -> Self:
        if self.style in ("next", "cursor") and self.next is None:
            raise ValueError(f"style {self.style!r} needs `next`")
        if (self.size_param is None) != (self.size is None):
            raise ValueError("`size_param` and `size` go together")
        if self.offset_param and not (self.style == "page" and self.size):
            raise ValueError("`offset_param` needs style 'page' and a size")
        return self


class Windows(RequestFacts):
    """Date windows of ``days`` days, both ends included, back from today by ``look_back_days``."""

    from_param: str
    to_param: str
    format: str
    days: int = Field(ge=1)
    look_back_days: int = Field(ge=1)


class Detail(RequestFacts):
    """The second answer of a record: parameters taken from its list item by JMESPath."""

    path: str
    params: Mapping[str, JmesPath] = Field(min_length=1)
    fixed: Mapping[str, str] = {}


class Token(RequestFacts):
    """A key exchanged for a bearer token that every call carries."""

    path: str
    header: str
    field: str


class JsonApiFacts(SinceFacts):
    """The ``request`` table of a JSON API. Paths are relative to the entry's ``url``.

    Attributes:
        path: Where the list is; may say ``{since}``.
        body: How the parameters of a POST are sent.
        payload: What a POST in JSON says beside its parameters, such as empty lists.
        embedded: Where an answer stands in a page of HTML; None when it is the whole answer.
        items: JMESPath of the records in an answer; ``end`` is true on an answer past the last page.
        total: JMESPath of how many records the source says it has.
        stamps: One list query for each; its parameters are sent and kept in the record.
        native_id: JMESPath of the key in the stored record.
    """

    path: str = ""
    method: Literal["GET", "POST"] = "GET"
    body: Literal["form", "json"] = "form"
    params: Mapping[str, str] = {}
    payload: Mapping[str, Any] = {}
    embedded: Embedded | None = None
    items: JmesPath
    total: JmesPath | None = None
    end: JmesPath | None = None
    paging: Paging = Paging()
    stamps: tuple[Mapping[str, int | str], ...] = ({},)
    windows: Windows | None = None
    detail: Detail | None = None
    token: Token | None = None
    native_id: JmesPath

    @property
    def asks_recent_only(self) -> bool:
        """Tell whether calls leave the answer by growing old, so that their absence says nothing."""
        return super().asks_recent_only or self.windows is not None

    @property
    def item_key(self) -> str:
        """Return a JMESPath that tells list items apart: the detail's parameter, else the native id."""
        return next(iter(self.detail.params.values())) if self.detail else self.native_id


def windows(declared: Windows | None, today: date) -> Iterator[dict[str, str]]:
    """Yield the parameters of each date window, newest first; one empty set without windows.

    Windows touch without overlapping: both ends belong to them (measured of BDNS).
    """
    if declared is None:
        yield {}
        return
    oldest, end = today - timedelta(days=declared.look_back_days), today
    while end >= oldest:
        start = max(end - timedelta(days=declared.days - 1), oldest)
        yield {
            declared.from_param: start.strftime(declared.format),
            declared.to_param: end.strftime(declared.format),
        }
        end = start - timedelta(days=1)
