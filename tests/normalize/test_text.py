import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.text import clean_line, plain_text, repair_mojibake, sanitise_html, summarise, text_of

PIECES = (
    "<p> </p> <b> </b> <ul> <li> </ul> <td> </td> <script> </script> <!-- --> < > & &amp; &#0; <svg> <style>"
    " <h1> <br/> é \x00 \ud800 &#xd800;"
)
TAGS = st.sampled_from([*PIECES.split(" "), "word ", "<a href='x'>"])
SOUP = st.lists(TAGS, max_size=30).map("".join)


# Plain text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p>two", "one\ntwo"),
        ("<div><p>a</p><b>b</b></div>", "a\nb"),
        ("<td>a</td><td>b</td>", "a\nb"),
        ("<ul><li>x<li>y</ul>", "x\ny"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<b>bo</b>ld", "bold"),
        ("Research &amp; innovation &euro;5&nbsp;m", "Research & innovation €5 m"),
        ("AT&T and a < b", "AT&T and a < b"),
        ("one\r\n  line", "one\nline"),
        ("<p>broken\nover lines</p>", "broken over lines"),
        ("x<!-- <p>hidden</p> -->y", "xy"),
        ("<p>x</p><script>evil()</script><style>p{}</style>y", "x\ny"),
        ("soft\u00adhyphen \u202eevil\u202c \u200bzero", "softhyphen evil zero"),
        ("&#8203;a&#x202e;b", "ab"),
        ("\ud800lone", "lone"),
        ("", ""),
    ],
)
def test_plain_text(html: str, text: str) -> None:
    assert plain_text(html) == text


@given(SOUP)
def test_plain_text_of_any_soup_holds_no_control_characters_or_blank_lines(html: str) -> None:
    text = plain_text(html)

    assert all(character == "\n" or character.isprintable() for character in text)
    assert all(line == line.strip() and line for line in text.split("\n") if text)


@given(st.lists(st.text(alphabet="abc ", min_size=1), max_size=8))
def test_text_without_markup_loses_nothing_but_space(lines: list[str]) -> None:
    assert plain_text("\n".join(lines)).split() == " ".join(lines).split()


# HTML


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<h1>T</h1><h4>S</h4>", "<h3>T</h3><h4>S</h4>"),
        ('<span class="topicdescriptionkind">Scope:</span><p>a</p>', "<h3>Scope:</h3><p>a</p>"),
        ("<div class='x' style='y'>a</div>", "<p>a</p>"),
        ("<p onclick=evil()>t</p><img src=x onerror=evil()>", "<p>t</p>"),
        ("<script>evil()</script><noscript>js</noscript>ok", "ok"),
        ("<table><tr><td colspan=2 bgcolor=red>a</td></tr></table>",
         '<table><tbody><tr><td colspan="2">a </td></tr></tbody></table>'),
        ("<td colspan=99999999>a</td>", "a"),
        ("a < b\nnext", "<p>a &lt; b</p><p>next</p>"),
        ("<p> </p><p>&nbsp;</p><p>x</p>", "<p>x</p>"),
    ],
)  # fmt: skip
def test_structure_is_kept_and_the_rest_dropped(html: str, kept: str) -> None:
    assert sanitise_html(html) == kept


@pytest.mark.parametrize(
    "address",
    ["/x", "//evil.example/x", "javascript:alert(1)", "data:text/html,x", "#top", "https://a:b@c.example/"],
)
def test_a_link_without_a_plain_web_address_loses_it(address: str) -> None:
    assert sanitise_html(f'<a href="{address}">x</a>') in (
        "<a>x</a>",
        '<a rel="noopener noreferrer nofollow">x</a>',
    )


def test_a_web_address_is_kept_and_trusts_nobody() -> None:
    html = sanitise_html('<a href="https://agency.example/a?b=1&amp;c=2" target="_blank" rel="opener">x</a>')

    assert html == '<a href="https://agency.example/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">x</a>'


def test_mail_addresses_are_kept() -> None:
    assert 'href="mailto:info@agency.example"' in sanitise_html('<a href="mailto:info@agency.example">x</a>')


@given(SOUP)
def test_any_soup_comes_out_harmless_and_stays_so(html: str) -> None:
    clean = sanitise_html(html)

    assert not any(
        word in clean.casefold() for word in ("<script", "<svg", "<style", "<img", "onclick", "<!--")
    )
    assert clean.encode("utf-8").decode() == clean
    assert plain_text(sanitise_html(clean)) == plain_text(clean)
    assert text_of(clean) == plain_text(clean)


@pytest.mark.parametrize(
    "html",
    [
        '<p>Up to <a href="https://x.example/?a=1&b=<2>">5 &lt; 6</a> %</p><ul><li>H<sub>2</sub></li></ul>',
        "<table><tr><td>one</td><td>two</td></tr></table>two\nlines<br>a&nbsp;b &amp;amp; c",
        "no markup at all, 3 < 4 & 5",
    ],
)
def test_the_words_of_sanitised_html_need_no_parser(html: str) -> None:
    assert text_of(sanitise_html(html)) == plain_text(sanitise_html(html))


@pytest.mark.parametrize(
    "piece",
    [
        "<ul><li>",
        "<div>",
        "<a ",
        "<!--",
        "&#",
        "</td",
        '<span class="topicdescriptionkind">',
        ". ",
        "<b><div>",
    ],
)
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    html = piece * 30_000
    started = time.process_time()

    sanitise_html(html)
    summarise(plain_text(html))

    assert time.process_time() - started < 2


def test_markup_nested_too_deeply_keeps_its_words() -> None:
    html = "<ul><li>" * 2000 + "deep &amp; dark"

    assert plain_text(html) == "deep & dark"
    assert sanitise_html(html) == "<p>deep &amp; dark</p>"


# Lines, sentences, charsets


def test_a_title_is_one_line() -> None:
    assert clean_line(" Clean\r\n <b>steel</b> &amp;\tcement ") == "Clean steel & cement"


def test_a_summary_is_whole_sentences() -> None:
    first, second = "A" * 300 + ".", "B" * 150 + "!"

    assert summarise(f"{first} {second} {'C' * 200}.") == f"{first} {second}"


def test_a_short_text_is_its_own_summary() -> None:
    assert summarise("One.\nTwo") == "One. Two"


def test_an_abbreviation_ends_no_sentence() -> None:
    text = "Under Art. 5 of the law, e.g. steel, " + "word " * 30 + "is funded. " + "Next " * 100

    assert summarise(text).endswith("is funded.")


@given(st.text(max_size=3000))
def test_a_summary_is_never_too_long(text: str) -> None:
    assert len(summarise(text)) <= 500


def test_a_sentence_too_long_is_cut_at_a_word() -> None:
    summary = summarise("hydrogen " * 100)

    assert len(summary) <= 500
    assert summary.endswith("hydrogen…")


@pytest.mark.parametrize("charset", ["cp1252", "latin-1"])
def test_mojibake_is_undone(charset: str) -> None:
    assert repair_mojibake("Énergie générée".encode().decode(charset)) == "Énergie générée"


@pytest.mark.parametrize("text", ["Università", "São Paulo", "Â", "Ã© et déjà", "plain", "Größe", "Ελλάδα"])
def test_what_is_not_certainly_mojibake_is_left_alone(text: str) -> None:
    assert repair_mojibake(text) == text
