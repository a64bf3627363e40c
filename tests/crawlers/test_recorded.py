"""The real recorded records come through the real spiders, whole and each once."""

from collections.abc import Callable
from typing import Any

import pytest

from config.settings import Settings
from config.sources import load_sources
from jobs.demo.__main__ import SAMPLES
from jobs.demo.server import SampleServer
from tests.crawlers.conftest import Crawl, Crawled
from tests.sources import recast

SOURCES = load_sources(Settings().sources)

pytestmark = pytest.mark.skipif(not recast.available(), reason="../shared/fixtures is not beside the project")


def harvest(crawl: Crawl, source_id: str, records: list[dict[str, Any]]) -> Crawled:
    with SampleServer(SOURCES, SAMPLES, records={source_id: records}) as server:
        return crawl(SOURCES[source_id].served_from(server.origin))


def test_spain(crawl: Crawl) -> None:
    records = recast.bdns_records()

    crawled = harvest(crawl, "es_bdns", records)

    assert crawled.outcome.problems == ()
    assert set(crawled.keys) == {record["detail"]["codigoBDNS"] for record in records}
    assert len(crawled.keys) == len(set(crawled.keys)) > 400


def test_aides_territoires(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_FR_AIDES_TERRITOIRES_KEY", "any-key")
    records = recast.aides_territoires_records()

    crawled = harvest(crawl, "fr_aides_territoires", records)

    assert crawled.outcome.problems == ()
    assert set(crawled.keys) == {str(record["id"]) for record in records}


def test_portugal(crawl: Crawl) -> None:
    records = recast.portugal_records()

    crawled = harvest(crawl, "pt_portugal2030", records)

    assert crawled.outcome.problems == ()
    assert set(crawled.keys) == {record["aviso"]["codigoAviso"] for record in records}


def test_ile_de_france(crawl: Crawl) -> None:
    records = recast.idf_records()

    crawled = harvest(crawl, "fr_idf_aides", records)

    assert crawled.outcome.problems == ()
    assert set(crawled.keys) == {str(record["id_aide"]) for record in records}


@pytest.mark.parametrize(
    ("source_id", "read", "key"),
    [
        ("it_incentivi", recast.incentivi_docs, "ID_Incentivo"),
        ("it_lazio", recast.lazio_posts, "id"),
        ("it_sicilia", recast.sicilia_posts, "id"),
        ("it_emilia_romagna", recast.emilia_romagna_items, "UID"),
        ("it_trento", recast.trento_rows, "_key"),
        ("fr_drome", recast.drome_aids, "id"),
        ("de_fdb", recast.fdb_documents, "path"),
    ],
)
def test_a_region_or_a_register(
    crawl: Crawl, source_id: str, read: Callable[[], list[dict[str, Any]]], key: str
) -> None:
    records = read()

    crawled = harvest(crawl, source_id, records)

    assert crawled.outcome.problems == ()
    assert set(crawled.keys) == {str(record[key]) for record in records}


def test_the_eu_portal(crawl: Crawl) -> None:
    records = recast.sedia_results()

    crawled = harvest(crawl, "eu_ft", records)

    assert crawled.outcome.problems == ()
    assert crawled.outcome.records == len(set(crawled.keys)) > 300
    assert crawled.outcome.records <= (crawled.outcome.reported_total or 0) < len(records)
