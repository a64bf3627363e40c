"""What holds for every page, and the pages that have few words of their own."""

import re

import pytest
from fastapi.testclient import TestClient

from tests.portal_api.reading import page, words


@pytest.mark.parametrize(
    "address", ["/calls/eu_ft:nothing", "/calls/%00", "/nothing", "/calls/", "/sources/"]
)
def test_nothing_there_is_a_page_with_a_search_box(client: TestClient, address: str) -> None:
    shown = page(client, address, status=404)

    assert words(shown, "h1") == ["There is nothing here"]
    assert shown.cssselect("form[action='/'] input[name=q]")


def test_sources_in_plain_words(client: TestClient) -> None:
    shown = page(client, "/sources")

    (es,) = words(shown, "#es_bdns")
    assert "Healthy" in es
    assert "29 calls on 2026-11-24 13:00 UTC, 0 records rejected." in es
    assert "Not harvested yet" in words(shown, "#pt_portugal2030")[0]


def test_nothing_comes_from_elsewhere_and_only_our_files_run(client: TestClient) -> None:
    for address in ("/", "/calls/eu_ft:1", "/sources", "/about", "/nothing"):
        text = client.get(address).text
        text = re.sub(r'<link rel="(?:alternate|search)"[^>]*>', "", text)  # named, not loaded
        text = re.sub(r'<script type="application/ld\+json">.*?</script>', "", text)  # data, never run
        loaded = re.findall(r"<(?:script|link|img|iframe|use)\b[^>]*?(?:src|href)=\"([^\"]*)\"", text)
        assert loaded
        assert all(source.startswith("/static/") for source in loaded), address
        assert not re.search(r"<script(?! src=\"/static/[^\"]+\" defer></script>)", text)
        assert " style=" not in text
        assert "onclick" not in text
