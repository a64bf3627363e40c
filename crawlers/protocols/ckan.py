"""CKAN's action API: a data set's own file, or the rows of its datastore.

Source: CKAN documentation, "API guide" (``package_show``) and "DataStore extension" (``datastore_search``).
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Self
from urllib.parse import urlencode

from pydantic import model_validator
from scrapy import Request
from scrapy.http import Response

from crawlers.protocols.table import TableFacts, file_records
from crawlers.spider import JmesPath, RequestFacts, SourceSpider, UnexpectedAnswer
from normalize.mapping import compile_path
from normalize.record import RawRecord

PAGE = 1000


class CkanFacts(RequestFacts):
    """The ``request`` table: either ``package`` and ``file``, or ``resource`` and ``native_id``.

    Attributes:
        package: Data set whose file is read; where the file lies today is asked each time.
        file: How the file is read.
        resource: Datastore resource whose rows are paged.
        sort: Order of the rows, what keeps pages stable.
        native_id: JMESPath of a row's key.
    """

    package: str | None = None
    file: TableFacts | None = None
    resource: str | None = None
    sort: str = "_id asc"
    native_id: JmesPath | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_file, by_rows = (self.package, self.file), (self.resource, self.native_id)
        if not (all(by_file) and not any(by_rows)) and not (all(by_rows) and not any(by_file)):
            raise ValueError("give either `package` and `file`, or `resource` and `native_id`")
        return self


class CkanSpider(SourceSpider):
    """Asks for the file's address first, or pages through rows by how many came."""

    facts_model = CkanFacts

    async def start(self) -> AsyncIterator[Request]:
        """Ask what the data set holds, or the first rows."""
        facts = self.facts(CkanFacts)
        if facts.package:
            yield self._action("package_show", {"id": facts.package}, self.parse_package)
        else:
            yield self._rows_from(0)

    def _action(self, name: str, params: dict[str, str], callback: object, **known: object) -> Request:
        url = f"{self.source.url.rstrip('/')}/api/3/action/{name}?{urlencode(params)}"
        return Request(url, callback=callback, errback=self.failed, cb_kwargs=known)  # type: ignore[arg-type]  # a method of ours

    def _rows_from(self, offset: int) -> Request:
        facts = self.facts(CkanFacts)
        params = {"resource_id": str(facts.resource), "sort": facts.sort}
        params |= {"limit": str(PAGE), "offset": str(offset)}
        return self._action("datastore_search", params, self.parse_rows, offset=offset)

    def _result(self, response: Response) -> dict[str, Any]:
        answer = self.json_of(response)
        result = answer.get("result") if isinstance(answer, dict) and answer.get("success") is True else None
        if not isinstance(result, dict):
            raise UnexpectedAnswer(f"no `result` of an action that succeeded: {response.url}")
        return result

    def parse_package(self, response: Response) -> Iterator[Request]:
        """Ask for the data set's one file of the form the entry says.

        Two of that form are a question for a person, not a guess.
        """
        file = self.facts(CkanFacts).file
        assert file is not None, "only asked with a file"
        try:
            resources = self._result(response).get("resources")
            found = [
                str(resource["url"])
                for resource in resources or []
                if str(resource.get("format", "")).lower() == file.form and resource.get("url")
            ]
            if len(found) != 1:
                raise UnexpectedAnswer(
                    f"{len(found)} resources of the form {file.form!r}, one is needed: {response.url}"
                )
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        yield Request(response.urljoin(found[0]), callback=self.parse_file, errback=self.failed)

    def parse_file(self, response: Response) -> Iterator[RawRecord]:
        """Yield a record a row of the file."""
        file = self.facts(CkanFacts).file
        assert file is not None, "only asked with a file"
        yield from file_records(self, response, file)

    def parse_rows(self, response: Response, offset: int) -> Iterator[RawRecord | Request]:
        """Yield rows and ask for the next: a limit above the server's is lowered without a word."""
        try:
            result = self._result(response)
            rows, total = result.get("records"), result.get("total")
            if not isinstance(rows, list) or not isinstance(total, int):
                raise UnexpectedAnswer(f"no `records` and `total`: {response.url}")
            if total > offset and not rows:
                raise UnexpectedAnswer(f"{total} records promised, none from {offset} on: {response.url}")
            if rows:
                self.refuse_repetition("", map(repr, rows), response)
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        self.run.reported_total = total
        self.run.rows += len(rows)
        key = compile_path(str(self.facts(CkanFacts).native_id))
        for row in rows:
            yield self.record(key.search(row), row, response.url)
        if rows and offset + len(rows) < total:
            yield self._rows_from(offset + len(rows))
