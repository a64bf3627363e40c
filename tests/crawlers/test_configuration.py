"""A wrong entry stops the start; every right one has the settings a polite crawl needs."""

from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.settings import Settings
from config.sources import load_sources
from crawlers.configuration import check_request, scrapy_settings, user_agent
from crawlers.run import Run
from store.archive import Archive
from store.database import open_database
from tests.crawlers.conftest import a_source

SOURCES = load_sources(Settings().sources)
LIST = {"path": "/calls", "items": "calls", "native_id": "id"}


@pytest.mark.parametrize("source_id", SOURCES)
def test_every_configured_request_table_is_good(source_id: str) -> None:
    check_request(SOURCES[source_id], "sources.toml")


@pytest.mark.parametrize(
    ("protocol", "request_table", "key"),
    [
        ("json_api", LIST | {"itmes": "x"}, "itmes"),
        ("json_api", {"path": "/calls", "native_id": "id"}, "items"),
        ("json_api", LIST | {"items": "calls["}, "items"),
        ("json_api", LIST | {"method": "PUT"}, "method"),
        ("json_api", LIST | {"paging": {"style": "pages"}}, "paging.style"),
        ("json_api", LIST | {"paging": {"style": "cursor"}}, "paging"),
        ("json_api", LIST | {"paging": {"style": "page", "size": 10}}, "paging"),
        ("json_api", LIST | {"detail": {"path": "/one", "params": {}}}, "detail.params"),
        ("json_api", LIST | {"path": "/calls/{since}"}, "look_back_days"),
        ("socrata", {"dataset": "abcd-1234", "native_id": "UID", "look_back_days": 700}, "look_back_days"),
        ("opendatasoft", {"dataset": "aides", "order_by": "id"}, "native_id"),
        ("feed", {"path": "/{feed}.xml", "feeds": "all"}, "feeds"),
        ("sedia", {**SOURCES["eu_ft"].request, "page_size": 200}, "page_size"),
    ],
)
def test_a_wrong_request_table_names_file_entry_and_key(
    protocol: str, request_table: dict[str, Any], key: str
) -> None:
    source = a_source(protocol, "https://agency.example/api", request_table)

    with pytest.raises(ConfigError) as caught:
        check_request(source, "my/sources.toml")

    assert caught.value.file == "my/sources.toml"
    assert caught.value.entry == "sources.xx_example.request"
    assert key in str(caught.value)


@pytest.mark.parametrize(
    "recent",
    [
        {"path": "/calls/{since}", "look_back_days": 700},
        {
            "windows": {
                "from_param": "from",
                "to_param": "to",
                "format": "%Y-%m-%d",
                "days": 7,
                "look_back_days": 60,
            }
        },
    ],
)
def test_a_call_too_old_to_be_asked_for_cannot_be_withdrawn(recent: dict[str, Any]) -> None:
    expect = {"min_records": 1, "withdraw_after_runs": 5}
    source = a_source("json_api", "https://agency.example/api", LIST | recent, expect=expect)

    with pytest.raises(ConfigError, match="withdraw_after_runs"):
        check_request(source, "my/sources.toml")


def settings_of(tmp_path: Path, **entry: object) -> dict[str, Any]:
    settings = Settings(data_dir=tmp_path, contact="mailto:portal@agency.example")
    db = open_database(settings)
    made = scrapy_settings(
        settings, a_source("json_api", "https://agency.example", LIST, **entry), Run(1, Archive(db))
    )
    db.close()
    return made


def test_the_publisher_can_see_who_asks_and_whom_to_write_to(tmp_path: Path) -> None:
    made = settings_of(tmp_path)

    assert made["USER_AGENT"] == user_agent(Settings(contact="mailto:portal@agency.example"))
    assert "mailto:portal@agency.example" in made["USER_AGENT"]


def test_no_door_is_opened_into_the_crawl(tmp_path: Path) -> None:
    made = settings_of(tmp_path)

    assert made["REMOTE_CONTROL_ENABLED"] is False
    assert made["TELNETCONSOLE_ENABLED"] is False


def test_pace_and_connections_are_those_of_the_entry(tmp_path: Path) -> None:
    made = settings_of(tmp_path, delay_s=0.2, concurrency=2)

    assert made["DOWNLOAD_DELAY"] == 0.2
    assert made["DOWNLOAD_DELAY_JITTER"] == 0
    assert made["CONCURRENT_REQUESTS_PER_DOMAIN"] == 2


def test_an_answer_may_have_32_mebibytes(tmp_path: Path) -> None:
    assert settings_of(tmp_path)["DOWNLOAD_MAXSIZE"] == 33_554_432
