"""CSS from any source: its loads and its rules, as browsers interpret them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashdeck.css import contrast, loads, rules

HOSTILE = [
    *("{" * 80_000, "a{" * 40_000, "(" * 80_000, "url(" * 20_000, "a(" * 40_000, "}" * 80_000),
    *("/*" * 40_000, '"' * 80_000, "\\" * 80_000, "@import" * 10_000, "image-set(" * 8_000),
    *("9" * 80_000, "url(x)" + "9" * 80_000, "a{color:#" + "9" * 80_000 + "}", "\\\n" * 40_000),
    *("a{b:c;" * 13_000, "a{color:red;background:" * 3_000, "url('\\d800')" * 6_000),
]
WORDS = r"""
    url( src( image-set( rgb( oklch( color( color background #fff none 1e300 50% 1e999 a x.png é
    ' " ( ) { } [ ] ; : , / /* */ <!-- --> \ \0 \d800 \20 U+0- # - !important @import @namespace
"""
PIECES = st.sampled_from([*WORDS.split(), " ", "\n", "\r\n", "\f", "\0", "\ud800", "9" * 5_000])


@pytest.mark.parametrize("css", HOSTILE, ids=lambda css: f"{css[:12]}…{len(css)}")
def test_no_css_is_too_deep_or_too_long(css):
    assert len(loads(css)) <= len(css)
    assert len(list(rules(css))) <= len(css) + 1


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_is_parsed_and_positions_are_inside_it(css):
    for load in loads(css):
        assert load.address.encode()
        assert 0 <= load.start < load.end <= len(css)
    for rule in rules(css):
        for declaration in rule.declarations.values():
            assert 0 <= declaration.start < declaration.end <= len(css)
            ratio = contrast(declaration, declaration)
            assert ratio is None or ratio == pytest.approx(1)


@pytest.mark.parametrize(
    ("css", "address", "written"),
    [
        ("a { b: url(x.png) }", "x.png", "x.png"),
        ("a{b:URL(\t'x y.png' )}", "x y.png", "x y.png"),
        ('a { b: url( "x(1).png" ) }', "x(1).png", "x(1).png"),
        (r"a { b: url( my\20 font.woff2 ) }", "my font.woff2", r"my\20 font.woff2"),
        (r"a { b: u\72l(it\'s.png) }", "it's.png", r"it\'s.png"),
        (r'a { b: url("a\"b.png") }', 'a"b.png', r"a\"b.png"),
        ('@import "x.css" layer(a) print;', "x.css", "x.css"),
        ("@IMPORT/**/url(x.css);", "x.css", "x.css"),
        (r"@\69mport 'x.css';", "x.css", "x.css"),
        ("a{b:image-set('x.png' type('image/png') 1x)}", "x.png", "x.png"),
        ("a{b:-webkit-image-set(url(x.png) 2x)}", "x.png", "x.png"),
        ("a{ b: src('x.png') }", "x.png", "x.png"),
        ("a{&:hover{b:url(x.png)}}", "x.png", "x.png"),
        ("a{--b:url(x.png)}", "x.png", "x.png"),
        ("a{b:url(x.png", "x.png", "x.png"),
        ("é{}\r\n\f\r/* a\r\nb */a{b:url(x.png)}", "x.png", "x.png"),
        (r"a{b:url(x 'y\\);c:url(x.png)}", "x.png", "x.png"),
        (r"a{b:url(x 'y\\\);c:url(y.png));d:url(x.png)}", "x.png", "x.png"),
        (r"a{b:url(\d800 x)}", "\ufffdx", r"\d800 x"),
    ],
)
def test_loads_are_decoded_and_have_positions(css, address, written):
    (load,) = loads(css)
    assert (load.address, css[load.start : load.end]) == (address, written)


@pytest.mark.parametrize(
    "css",
    [
        "/* url(x.png) */ a {}",
        "a { content: 'url(y.png)' }",
        "/* @import 'x.css'; */",
        '@import-x "x.css";',
        "@namespace url(http://www.w3.org/1999/xhtml);",
        '@namespace svg url("http://www.w3.org/2000/svg");',
        '@charset "utf-8"; @font-face { src: local("x.ttf") format("woff2") }',
        "a { b: url() url('') }",
        "a { b: url(my font.woff2) }",
        "curl(x.png)",
        "a { b: \\22url(x.png) ",
    ],
)
def test_other_text_is_not_a_load(css):
    assert loads(css) == []


def test_loads_are_ordered_by_position():
    css = "a { b: url(1); c { d: image-set('2' 1x), url(3) } e: url(4) } @import '5';"
    assert [load.address for load in loads(css)] == list("12345")
