"""A page of the portal as a reader has it."""

from fastapi.testclient import TestClient
from lxml import html


def page(client: TestClient, address: str, status: int = 200) -> html.HtmlElement:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return html.document_fromstring(answer.text)


def words(element: html.HtmlElement, path: str) -> list[str]:
    return [" ".join(found.text_content().split()) for found in element.cssselect(path)]


def titles(element: html.HtmlElement) -> list[str]:
    return words(element, ".card h3")
