"""RFC 4287 as a RELAX NG schema, in the reach of what the portal writes: a reader's strictest check."""

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
_MOMENT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+\-]\d{2}:\d{2})"


def _element(name: str, inside: str = "<text/>") -> str:
    return f'<element name="{name}"><ref name="common"/>{inside}</element>'


def _moment(name: str) -> str:
    data = f'<data type="dateTime"><param name="pattern">{_MOMENT}</param></data>'
    return _element(name, data)


def _iri(name: str) -> str:
    return _element(name, '<data type="anyURI"><param name="minLength">1</param></data>')


def _maybe(inside: str) -> str:
    return f"<optional>{inside}</optional>"


def _any_number(inside: str) -> str:
    return f"<zeroOrMore>{inside}</zeroOrMore>"


_MEDIA_TYPE = '<data type="string"><param name="pattern">.+/.+</param></data>'
_LINK = _element(
    "link",
    '<attribute name="href"><data type="anyURI"/></attribute>'
    + _maybe('<attribute name="rel"/>')
    + _maybe(
        '<attribute name="type"><data type="string"><param name="pattern">.+/.+</param></data></attribute>'
    )
    + "<empty/>",
)
_AUTHOR = _element("author", f"<interleave>{_element('name')}{_maybe(_iri('uri'))}</interleave>")
_CATEGORY = _element("category", '<attribute name="term"/><empty/>')
_ENTRY = _element(
    "entry",
    "<interleave>"
    + _iri("id") + _element("title") + _moment("updated") + _maybe(_moment("published"))
    + _any_number(_LINK) + _maybe(_element("summary")) + _any_number(_CATEGORY) + _maybe(_element("rights"))
    + "</interleave>",
)  # fmt: skip
_FEED = _element(
    "feed",
    "<interleave>"
    + _AUTHOR + _iri("id") + _element("title") + _moment("updated") + _maybe(_iri("icon"))
    + _any_number(_LINK) + _any_number(_ENTRY)
    + "</interleave>",
)  # fmt: skip
SCHEMA = f"""
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start>{_FEED}</start>
  <define name="common">
    <optional><attribute name="xml:lang" ns="http://www.w3.org/XML/1998/namespace"/></optional>
  </define>
</grammar>
"""


def check_atom(data: bytes) -> etree._Element:
    """Return the feed's root element.

    Raises:
        AssertionError: The feed breaks a rule of RFC 4287; the message says which.
    """
    root = etree.fromstring(data)
    schema = etree.RelaxNG(etree.fromstring(SCHEMA))
    assert schema.validate(root), schema.error_log
    links = [(link.get("rel", "alternate"), link.get("type")) for link in root.findall(f"{ATOM}link")]
    assert len(links) == len(set(links)), "section 4.1.1: one alternate link a type"
    ids = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)), "section 4.1.1: no entry twice"
    for entry in root.findall(f"{ATOM}entry"):
        alternate = [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert alternate, "section 4.1.2: an entry without content has an alternate link"
    return root
