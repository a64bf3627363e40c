"""A ZIP of XML documents: one archive holds the whole list, and the documents its records point to.

Source: recorded documents of Germany's Förderdatenbank and public clients of its export; XML 1.0 for
the characters a document may hold.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from io import BytesIO
from typing import Any, ClassVar
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from lxml import etree
from pydantic import Field
from scrapy import Request
from scrapy.http import Response

from crawlers.spider import RequestFacts, SourceSpider, UnexpectedAnswer
from crawlers.walls import wall_of
from normalize.record import RawRecord

MEMBERS_MAX = 100_000
MEMBER_MAX_BYTES = 4 * 1024 * 1024
"""Of one document, unpacked; the largest recorded one has 24 kB."""
UNPACKED_MAX_BYTES = 1024 * 1024 * 1024
"""Of all that is read in one crawl."""
LINKED_MAX = 40
"""Documents put beside one record."""
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Control characters that XML 1.0 does not allow; a document that holds one is read without it."""


class ArchiveFacts(RequestFacts):
    """The ``request`` table.

    Attributes:
        records: Beginning of the paths, within the archive, of the documents that are records.
        suffix: End of a document's path.
        link: Attribute in which a document points to another one.
        link_prefix: What stands before the other one's path there; its suffix is not printed.
        linked: Beginnings of the paths of documents that are put beside the record that points to
            them. Name none that holds people: what is not named is not taken.
    """

    records: str = Field(min_length=1)
    suffix: str = ".xml"
    link: str = ""
    link_prefix: str = ""
    linked: tuple[str, ...] = ()


class ArchiveSpider(SourceSpider):
    """Reads the archive from memory; paths in it are names of records, never of files."""

    facts_model = ArchiveFacts
    answer_max_bytes: ClassVar[int] = 256 * 1024 * 1024
    timeout_s: ClassVar[int] = 300

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the archive; what is kept of it are its records, not one blob of fifty megabytes."""
        yield Request(
            self.source.url, callback=self.parse_archive, errback=self.failed, meta={"in_records": True}
        )

    def parse_archive(self, response: Response) -> Iterator[RawRecord]:
        """Yield a record a document, as JSON; one that cannot be read is rejected by its path."""
        facts = self.facts(ArchiveFacts)
        try:
            documents = Documents(response.body, facts)
            yield from self._records(documents, facts, response.url)
        except UnexpectedAnswer as error:
            self.run.problem(f"{error}: {response.url}")

    def _records(self, documents: "Documents", facts: ArchiveFacts, url: str) -> Iterator[RawRecord]:
        paths = [path for path in documents.paths if path.startswith(facts.records)]
        if not paths:
            raise UnexpectedAnswer(f"no document under {facts.records!r}")
        self.run.rows += len(paths)
        self.run.reported_total = len(paths)
        for path in paths:
            yield self.record(path, documents.payload(path), url)


class Documents:
    """The XML documents of an archive in memory, each read when it is asked for, links followed once.

    Args:
        body: The archive.
        facts: Which of its documents count.

    Raises:
        UnexpectedAnswer: No ZIP, or one with more members than a list has.
    """

    def __init__(self, body: bytes, facts: ArchiveFacts) -> None:
        if body.lstrip()[:1] == b"<":
            raise UnexpectedAnswer(f"HTML instead of a ZIP ({wall_of(body) or 'a login or error page'})")
        try:
            self._zip = ZipFile(BytesIO(body))
        except (BadZipFile, OSError, ValueError) as error:
            raise UnexpectedAnswer(f"no ZIP, or cut short ({error})") from error
        if len(self._zip.infolist()) > MEMBERS_MAX:
            raise UnexpectedAnswer(f"more than {MEMBERS_MAX} members")
        self._facts = facts
        self._unpacked = 0
        self._linked: dict[str, dict[str, Any] | None] = {}
        self._members: Mapping[str, ZipInfo] = {
            info.filename: info for info in self._zip.infolist() if info.filename.endswith(facts.suffix)
        }

    @property
    def paths(self) -> list[str]:
        """Return the paths of all documents, sorted."""
        return sorted(self._members)

    def payload(self, path: str) -> dict[str, Any]:
        """Return a record: its path, its document as JSON, and what it points to by path.

        Raises:
            UnexpectedAnswer: The archive unpacks to more than a list can be: a bomb.
        """
        try:
            document = self._document(path)
        except ValueError as error:
            return {"path": path, "unreadable": str(error)}
        targets = list(dict.fromkeys(self._targets(document)))[:LINKED_MAX]
        linked = {target: found for target in targets if (found := self._beside(target)) is not None}
        return {"path": path, "document": document, "linked": linked}

    def _document(self, path: str) -> dict[str, Any]:
        """Return a document as JSON.

        Raises:
            ValueError: It is damaged, locked, too large, or no XML without a DTD.
        """
        info = self._members[path]
        try:
            with self._zip.open(info) as member:
                text = member.read(MEMBER_MAX_BYTES + 1)
        except (BadZipFile, ZlibError, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise ValueError(f"cannot be unpacked ({error})") from error
        self._unpacked += len(text)
        if self._unpacked > UNPACKED_MAX_BYTES:
            raise UnexpectedAnswer(f"unpacks to more than {UNPACKED_MAX_BYTES} bytes")
        if len(text) > MEMBER_MAX_BYTES:
            raise ValueError(f"unpacks to more than {MEMBER_MAX_BYTES} bytes")
        return as_json(parse_xml(text))

    def _targets(self, node: Mapping[str, Any]) -> Iterator[str]:
        facts, link = self._facts, node.get(f"@{self._facts.link}")
        if isinstance(link, str) and link.startswith(facts.link_prefix):
            path = link.removeprefix(facts.link_prefix) + facts.suffix
            if path.startswith(facts.linked) and path in self._members:
                yield path
        for child in node.get("children", ()):
            yield from self._targets(child)

    def _beside(self, path: str) -> dict[str, Any] | None:
        """Return a document pointed to; a damaged one is as if it were not there."""
        if path not in self._linked:
            try:
                self._linked[path] = self._document(path)
            except ValueError:
                self._linked[path] = None
        return self._linked[path]


def parse_xml(text: bytes) -> etree._Element:
    """Return the root of a document: no DTD, no entities of its own, nothing fetched.

    Raises:
        ValueError: It is no XML, or brings a DTD.
    """
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(_FORBIDDEN.sub(b"", text), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"no XML ({error.msg})") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("XML with a DTD")
    return root


def as_json(element: etree._Element) -> dict[str, Any]:
    """Return an element as JSON: ``tag``, each attribute as ``@name``, ``text``, ``children``.

    Names are without their namespace; white space around a text is the document's layout.
    """
    node: dict[str, Any] = {"tag": _local(element.tag)}
    node |= {f"@{_local(name)}": str(value) for name, value in element.attrib.items()}
    if element.text and (text := element.text.strip()):
        node["text"] = text
    children = [as_json(child) for child in element if isinstance(child.tag, str)]
    if children:
        node["children"] = children
    return node


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]
