"""How a list of HTML answers on loopback: pages whose items an entry's own selectors find."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from jobs.demo.wires import Answer, Samples, not_found, number_of

if TYPE_CHECKING:
    from jobs.demo.server import Asked

ITEMS_A_PAGE = 4
_NAME, _CLASS, _FLAG = re.compile(r"[a-z][a-z0-9]*"), re.compile(r"\.([\w-]+)"), re.compile(r"\[([\w-]+)\]")


def listing(samples: Samples, asked: "Asked", path: str) -> Answer:
    """Answer with one page; past the end stands a page without items."""
    facts = samples.source.request
    paging = facts.get("paging", {})
    if path != facts.get("path", ""):
        return not_found()
    first = paging.get("first", 0)
    start = (number_of(asked.params, paging.get("param", "page"), first) - first) * ITEMS_A_PAGE
    shown = samples.records[start : start + ITEMS_A_PAGE] if paging else samples.records
    items = "\n".join(_item(record, facts) for record in shown)
    page = f"<!doctype html><html><body><h1>List</h1>\n{items}\n</body></html>"
    return Answer(page.encode(), media_type="text/html; charset=utf-8")


def _item(record: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Return one item: an element for each value, what stands in the same element together."""
    own, pieces, rest = "", [], ""
    single: dict[str, tuple[str, str]] = {}  # selector -> attributes, content
    for name, part in facts["parts"].items():
        take = part.get("take", "text")
        for value in _values(record.get(name)):
            attribute, inside = "", value if take == "html" else escape(value)
            if take.startswith("@"):
                attribute, inside = f' {take[1:]}="{escape(value)}"', ""
            if not part.get("select"):
                own += attribute
                rest += _without_parts(value, record, facts) if take == "text" else inside
            elif part.get("many"):
                pieces.append(_nested(part["select"], inside, attribute))
            else:
                before, content = single.get(part["select"], ("", ""))
                single[part["select"]] = (before + attribute, content + inside)
    pieces += [_nested(selector, inside, attribute) for selector, (attribute, inside) in single.items()]
    return _nested(facts["item"], "".join(pieces) + rest, own)


def _without_parts(text: str, record: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Return what an item's own text says beyond those of its parts, which it holds too."""
    for name, part in facts["parts"].items():
        if part.get("select") and part.get("take", "text") == "text":
            for value in _values(record.get(name)):
                text = text.replace(value, "", 1)
    return escape(text)


def _values(value: object) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if one is not None:
            yield str(one)


def _nested(selector: str, inside: str, attribute: str) -> str:
    """Return elements that a selector of names, classes and attributes finds, one in the other."""
    steps = [step for step in selector.partition(",")[0].split() if step != ">"]
    for step in reversed(steps):
        name = _NAME.match(step)
        classes = " ".join(_CLASS.findall(step))
        flags = "".join(f" {flag}" for flag in _FLAG.findall(step) if f" {flag}=" not in attribute)
        tag = name[0] if name else "div"
        head = f'{tag} class="{classes}"' if classes else tag
        inside, attribute = f"<{head}{flags}{attribute}>{inside}</{tag}>", ""
    return inside
