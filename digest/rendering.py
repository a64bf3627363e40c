"""Mails in HTML and text. What many mails share is rendered once; a mail is put together from it.

Styles are written into the elements (css-inline), because Outlook and some web mail ignore style
sheets; that is done to the pieces, not to each of ten thousand mails.
"""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.taxonomy import Taxonomy
from digest.languages import LANGUAGES, translator
from digest.wording import Wording

TEMPLATES = Path(__file__).parent / "templates"
_SLOT = "\ue000{}\ue001"
"""Where a piece is left open; private-use characters stand in no text of ours."""


class Piece(NamedTuple):
    """The same in both forms."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Slots:
    """Names of places left open, for templates: ``slot.why`` is filled in later."""

    def __getattr__(self, name: str) -> str:
        return _SLOT.format(name)


class Renderer:
    """Renders pieces with their styles inlined, one language at a time, each different piece once.

    Args:
        root: The portal's address without a slash at its end.
        taxonomy: Labels of technologies.
        zone_of: IANA zone a source thinks in.
    """

    def __init__(self, root: str, taxonomy: Taxonomy, zone_of: Callable[[str], str]) -> None:
        self.root = root
        self.site = root.partition("://")[2]
        self._words = {language: Wording(translator(language), taxonomy, zone_of) for language in LANGUAGES}
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._css = (TEMPLATES / "mail.css").read_text("utf-8")
        self._inliner = CSSInliner(keep_style_tags=True, load_remote_stylesheets=False, extra_css=None)
        self._frames: dict[tuple[str, bool], str] = {}
        self._fragments: dict[tuple[Any, ...], str] = {}

    def words(self, language: str) -> Wording:
        """Return the wording of a language; English for one mail is not written in."""
        return self._words.get(language, self._words["en"])

    def frame(self, language: str, *, letter: bool = False) -> str:
        """Return the page around every mail of a language, with its slots open."""
        key = (language, letter)
        if key not in self._frames:
            page = self._render("frame.html", language, letter=letter, root=self.root, site=self.site)
            inliner = CSSInliner(keep_style_tags=True, load_remote_stylesheets=False, extra_css=self._css)
            self._frames[key] = inliner.inline(page)
        return self._frames[key]

    def fragment(self, template: str, language: str, key: tuple[Any, ...], **context: Any) -> str:  # noqa: ANN401
        """Return a piece with its styles inlined; pieces of the same template and key are rendered once."""
        whole = (template, language, *key)
        if whole not in self._fragments:
            if len(self._fragments) > 50_000:
                self._fragments.clear()
            made = self._render(template, language, **context)
            self._fragments[whole] = self._inliner.inline_fragment(made, self._css)
        return self._fragments[whole]

    def element(self, language: str, tag: str, css_class: str, html: str) -> str:
        """Return one element around a text that is HTML already."""
        key = ("", tag, css_class)
        if key not in self._fragments:
            named = f' class="{css_class}"' if css_class else ""
            made = f"<{tag}{named}>{_SLOT.format('inner')}</{tag}>"
            self._fragments[key] = self._inliner.inline_fragment(made, self._css)
        return self._fragments[key].replace(_SLOT.format("inner"), html)

    def _render(self, template: str, language: str, **context: Any) -> str:  # noqa: ANN401
        words = self.words(language)
        return self._environment.get_template(template).render(
            _=words.gettext, language=words.language, slot=SLOTS, **context
        )


SLOTS = Slots()


def fill(piece: str, slots: Mapping[str, str]) -> str:
    """Fill the slots of a piece; values are HTML already."""
    for name, value in slots.items():
        piece = piece.replace(_SLOT.format(name), value)
    return piece


def as_html(text: str) -> str:
    """Return a text escaped for HTML."""
    return escape(text, quote=True)


@lru_cache(8192)
def wrapped(text: str, first: str = "", rest: str = "") -> Sequence[str]:
    """Return a text in lines of at most 76 characters; addresses stay whole."""
    lines = textwrap.wrap(
        text, 76, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return tuple(lines) or (first.rstrip(),)


def joined(lines: Sequence[str]) -> str:
    """Return lines as one text."""
    return "\n".join(lines)
