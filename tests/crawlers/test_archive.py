"""A ZIP of XML documents: each a record, links followed once, anything hostile said and never unpacked."""

import io
import json
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from config.settings import Settings
from config.sources import Source, load_sources
from crawlers.protocols import archive
from jobs.demo.server import Asked, LoopbackServer
from jobs.demo.wires import Answer, not_found
from tests.crawlers.conftest import Crawl, Crawled, Serve, a_source, is_robots
from tests.sources.recast import FIXTURES

REQUEST = {"records": "A/calls/", "link": "href", "link_prefix": "target:/", "linked": ["A/links/"]}
CALL = (
    b'<document xmlns:x="urn:x" name="one"><title>One</title><link x:href="target:/A/links/page"/></document>'
)
PAGE = b"<document><url>https://www.example.org/</url></document>"
PERSON = b"<document><name>Somebody</name></document>"


def packed(documents: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as packing:
        for name, document in documents.items():
            member = zipfile.ZipInfo(name)  # of a fixed day, so that a case is the same in each worker
            member.compress_type = method
            packing.writestr(member, document)
    return file.getvalue()


def export(server: LoopbackServer) -> Source:
    return a_source("archive", f"{server.origin}/xx/export", REQUEST)


def crawled(crawl: Crawl, serve: Serve, body: bytes) -> Crawled:
    def reply(asked: Asked) -> Answer:
        return not_found() if is_robots(asked) else Answer(body, media_type="application/zip")

    return crawl(export(serve(reply)))


def test_each_document_is_a_record_with_what_it_points_to(crawl: Crawl, serve: Serve) -> None:
    documents = {"A/calls/b/one.xml": CALL, "A/links/page.xml": PAGE, "A/calls/readme.txt": b"no call"}

    found = crawled(crawl, serve, packed(documents))

    assert found.outcome.problems == ()
    assert (found.keys, found.outcome.reported_total) == (["A/calls/b/one.xml"], 1)
    payload = json.loads(found.records[0].payload)
    assert payload["document"] == {
        "tag": "document",
        "@name": "one",
        "children": [{"tag": "title", "text": "One"}, {"tag": "link", "@href": "target:/A/links/page"}],
    }
    assert list(payload["linked"]) == ["A/links/page.xml"]


def test_documents_the_entry_does_not_name_are_not_taken(crawl: Crawl, serve: Serve) -> None:
    call = b'<document><link href="target:/A/people/one"/><link href="target:/A/links/gone"/></document>'

    found = crawled(crawl, serve, packed({"A/calls/one.xml": call, "A/people/one.xml": PERSON}))

    assert json.loads(found.records[0].payload)["linked"] == {}


def test_the_archive_itself_is_kept_as_its_digest(crawl: Crawl, serve: Serve) -> None:
    body = packed({"A/calls/one.xml": CALL})

    found = crawled(crawl, serve, body)

    assert [text.decode().partition(",")[0] for _, text in found.answers] == [f"{len(body)} bytes"]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"<document><title>cut", "no XML"),
        (b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>', "XML with a DTD"),
        (b'<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]><d>&f;</d>', "XML with a DTD"),
        (b"<d>" + b"a" * 600 + b"</d>", "unpacks to more than 500 bytes"),
    ],
)
def test_a_document_that_cannot_be_read_is_one_record_the_less(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch, document: bytes, reason: str
) -> None:
    monkeypatch.setattr(archive, "MEMBER_MAX_BYTES", 500)

    found = crawled(crawl, serve, packed({"A/calls/bad.xml": document, "A/calls/one.xml": CALL}))

    assert found.outcome.problems == ()
    by_key = {record.native_id: json.loads(record.payload) for record in found.records}
    assert reason in by_key["A/calls/bad.xml"]["unreadable"]
    assert "document" in by_key["A/calls/one.xml"]


def test_a_character_that_xml_forbids_costs_no_document(crawl: Crawl, serve: Serve) -> None:
    found = crawled(crawl, serve, packed({"A/calls/one.xml": b"<d>Wasser\x02stoff</d>"}))

    assert json.loads(found.records[0].payload)["document"] == {"tag": "d", "text": "Wasserstoff"}


def test_a_damaged_member_is_one_record_the_less(crawl: Crawl, serve: Serve) -> None:
    body = packed({"A/calls/one.xml": CALL, "A/calls/two.xml": CALL}, zipfile.ZIP_STORED)
    spoiled = body.replace(b"One", b"Ona", 1)

    found = crawled(crawl, serve, spoiled)

    unreadable = [json.loads(record.payload).get("unreadable", "") for record in found.records]
    assert sorted(bool(reason) for reason in unreadable) == [False, True]
    assert "CRC" in "".join(unreadable)


def test_a_bomb_ends_in_words(crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "UNPACKED_MAX_BYTES", 100_000)
    document = b"<d>" + b"a" * 60_000 + b"</d>"

    found = crawled(crawl, serve, packed({f"A/calls/{number}.xml": document for number in range(5)}))

    assert not found.outcome.complete
    assert "unpacks to more than 100000 bytes" in found.outcome.problems[0]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><title>Radware Captcha Page</title></html>", "a bot wall"),
        (packed({"A/calls/one.xml": CALL})[:60], "no ZIP, or cut short"),
        (b"", "no ZIP, or cut short"),
        (packed({"B/other.xml": CALL}), "no document under 'A/calls/'"),
    ],
)
def test_another_answer_is_said_in_words(crawl: Crawl, serve: Serve, body: bytes, words: str) -> None:
    found = crawled(crawl, serve, body)

    assert not found.outcome.complete
    assert words in found.outcome.problems[0]


def test_more_members_than_a_list_has_are_refused(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MEMBERS_MAX", 1)

    found = crawled(crawl, serve, packed({"A/calls/one.xml": CALL, "A/calls/two.xml": CALL}))

    assert "more than 1 members" in found.outcome.problems[0]


def test_a_locked_member_is_one_record_the_less(crawl: Crawl, serve: Serve) -> None:
    body = bytearray(packed({"A/calls/one.xml": CALL}, zipfile.ZIP_STORED))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag "encrypted"
        at = body.index(signature) + place
        body[at : at + 2] = struct.pack("<H", 1)

    found = crawled(crawl, serve, bytes(body))

    assert "cannot be unpacked" in json.loads(found.records[0].payload)["unreadable"]


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="../shared/fixtures is not beside the project")
def test_the_recorded_export_comes_through_whole(crawl: Crawl, serve: Serve) -> None:
    root = FIXTURES / "national/germany/fdb_xml_export"
    body = packed({str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.xml"))})
    source = load_sources(Settings().sources)["de_fdb"]

    def reply(asked: Asked) -> Answer:
        return not_found() if is_robots(asked) else Answer(body, media_type="application/zip")

    found = crawl(source.served_from(serve(reply).origin))

    assert found.outcome.problems == ()
    assert len(found.records) == 3
    linked = {
        Path(path).parts[4] for record in found.records for path in json.loads(record.payload)["linked"]
    }
    assert linked == {"ExternerLink", "Foerdergeber"}
