import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.web_address import clean_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://agency.example/a?b=c#d", "https://agency.example/a?b=c#d"),
        (" HTTP://Agency.example ", "HTTP://Agency.example"),
        ("www.boe.es/x", "https://www.boe.es/x"),
        ("boe.es", "https://boe.es"),
        ("https://förderung.example/ä", "https://förderung.example/ä"),
        ("https://agency.example:8443/", "https://agency.example:8443/"),
    ],
)
def test_web_addresses(text: str, url: str) -> None:
    assert clean_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "see the gazette",
        "BOE nº 25",
        "bases.pdf",
        "n/a",
        "ftp://agency.example/x",
        "javascript:alert(1)",
        "https://",
        "https://localhost/x",
        "https://user:secret@agency.example/",
        "https://agency.example@evil.example/",
        "https://good.example\\.evil.example/",
        "https://agency.example/a b",
        "https://agency.example/\x00",
        "https://agency.example/<script>",
        'https://agency.example/"onclick=',
        "https://agency.example:port/",
        "https://[::1/",
        "//agency.example/x",
        "info@agency.example",
        "https://agency.example/" + "a" * 3000,
    ],
)
def test_everything_else_is_none(text: str) -> None:
    assert clean_url(text) is None


@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    url = clean_url(f"https://{text}")

    assert url is None or url.isprintable()
