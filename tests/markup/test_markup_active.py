"""Active content: an error where it would run, and harmless in what is rendered."""

from __future__ import annotations

import pytest

from flashdeck.markup import Markup, render

ACTIVE = [
    "<script>alert(1)</script>",
    "<SCRIPT src=x.js>",
    "<iframe src='x.html'>",
    "<object data=x.swf></object>",
    "<embed src=x.swf>",
    '<meta http-equiv=refresh content="0;url=x">',
    "<link rel=stylesheet href=x.css>",
    "<base href=x>",
    "<b onclick=alert(1)>x</b>",
    "<img src=x.png onerror='alert(1)'>",
    "<svg onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java&#10;script:alert(1)'>x</a>",
    "<a href='data:text/html,x'>x</a>",
    '<div style="background:url(https://a.b/x.png)">x</div>',
    '<div style="width:expression(alert(1))">x</div>',
    "<form action=javascript:alert(1)>",
    "[latex]\\input{/etc/passwd}[/latex]",
    "[$]x[/$]",
]


@pytest.mark.parametrize("markup", [Markup.MARKDOWN, Markup.HTML])
@pytest.mark.parametrize("text", ACTIVE)
def test_active_content_is_an_error(text: str, markup: Markup) -> None:
    rendered = render(text, markup)
    assert {problem.rule for problem in rendered.problems} == {"active-content"}
    assert all(problem.severity == "error" for problem in rendered.problems)


@pytest.mark.parametrize("text", [text for text in ACTIVE if text.startswith("<")])
def test_active_content_in_markdown_is_shown_and_does_not_run(text: str) -> None:
    html = render(text).html
    assert "&lt;" in html
    assert not any(word in html for word in ("<script", "<iframe", "<img", "<svg", "<meta"))


@pytest.mark.parametrize("markup", [Markup.MARKDOWN, Markup.HTML])
@pytest.mark.parametrize("text", ACTIVE)
def test_active_content_passes_where_scripts_are_allowed(text: str, markup: Markup) -> None:
    rendered = render(text, markup, allow_scripts=True)
    assert rendered.problems == ()
    if text.startswith("<") and "src" not in text and "url" not in text:
        assert rendered.html.startswith(text.partition(">")[0])


def test_a_script_that_is_allowed_is_not_markdown() -> None:
    text = "<script>\nlet a = b *c* d;\n\nif (1 < 2) {}\n</script>"
    assert render(text, allow_scripts=True).html == text


def test_links_to_programs_are_an_error() -> None:
    text = "a [b](JavaScript:alert(1))"
    rendered = render(text)
    (problem,) = rendered.problems
    assert problem.rule == "active-content"
    assert text[problem.start : problem.end] == "JavaScript:alert(1)"
    assert "alert" not in rendered.html


def test_addresses_of_links_are_encoded_as_in_commonmark() -> None:
    assert render('[a](</ä b?c="d">)').html == '<a href="/%C3%A4%20b?c=%22d%22">a</a>'


HIDDEN = {
    "behind a comment in a comment's place": "<!<!--p><script>alert(1)</script>-->",
    "behind a question": "<? <!-- ><script>alert(1)</script>-->",
    "behind an end tag that is none": "</ <!-- ><script>alert(1)</script>-->",
    "behind an attribute of an end tag": '</p title="<!--"><script>alert(1)</script>-->',
    "behind a comment that ends at once": '<!--> <b title="--><script>alert(1)</script>">',
    "behind a comment that does not end so soon": "<!--!> <!-- --><script>alert(1)</script>",
    "behind CDATA": "<![CDATA[ <!-- > <script>alert(1)</script> -->",
    "behind CDATA in a drawing": "<svg><![CDATA[ > <!-- ]]><script>alert(1)</script> --></svg>",
    "behind frames for old browsers": "<noframes><!--</noframes><script>alert(1)</script>-->",
    "behind text for browsers without scripts": (
        "<noscript><!--</noscript><img src=x onerror=alert(1)>-->"
    ),
    "behind an odd space in a raw text's end": (
        "<style></style\x0b><!--</style><script>alert(1)</script>-->"
    ),
    "behind a name with an odd space": "<style\xa0><script>alert(1)</script>",
    "in a style of a drawing": (
        '<svg><style><a title="</style><!--"><img src=x onerror=alert(1)>--></svg>'
    ),
    "in an end tag's attributes in a drawing": "<svg><style><img </style onerror=alert(1)>",
    "over the border of a style in a drawing": (
        "<svg><style><img title=\"</style><b title='\" onerror=alert(1) '>"
    ),
    "in a list to select from": (
        "<select><style><a title='</style></select><!--'><img src=x onerror=alert(1)>-->"
    ),
    "in a spelled address behind a drawing's title": (
        "<svg><title><a title='</title>' href='java&#115;cript:alert(1)'>x</a>"
    ),
    "behind text without an end": "<plaintext><script>alert(1)</script>",
    "in a formula": r"\(\href{javascript:alert(1)}{x}\)",
    "in a formula, over a line": r"\(\href{javas<br>cript:alert(1)}{x}\)",
    "in a formula, behind a line": r"\(\href<br>{javascript:alert(1)}{x}\)",
    "in a formula, over a comment": r"\(\hr<!-->ef{javascript:alert(1)}{x}\)",
    "in a formula, over an odd comment": r"\(\hr<!--a--!>ef{javascript:alert(1)}{x}\)",
    "in a formula, over a wbr": r"\(\hr<wbr title='>'>ef{javascript:alert(1)}{x}\)",
    "in an environment": r"\(\newenvironment{q}{\href}{}\begin{q}{javascript:alert(1)}{x}\end{q}\)",
    "in a spelled formula": r"&#92;(\hr<wbr>ef {java&#115;cript:alert(1)}{x}&#92;)",
    "in a formula with a macro": r"\[\def\a#1{\href{#1}{x}}\a{javascript:alert(1)}\]",
    "in a style of a formula": r"\(\style{background:url(https://a.b/c.png)}{x}\)",
}


@pytest.mark.parametrize("name", HIDDEN)
def test_active_content_that_only_browsers_see_is_one_error(name: str) -> None:
    rendered = render(HIDDEN[name], Markup.HTML)
    (rule, *_) = rules = [problem.rule for problem in rendered.problems if problem.rule[0] == "a"]
    assert rules == ["active-content"] * len(rules)
    assert rule == "active-content"
    assert render(HIDDEN[name], Markup.HTML, allow_scripts=True).problems == ()


HARMLESS = [
    "<!-- <script>alert(1)</script> -->",
    "<!--> a <!---> b <!-- c --!> d",
    "<noframes><b></noframes> <xmp><b onclick></xmp>",
    "<svg><title>a</title><style>path { fill: red }</style><path d='M0 0'/></svg>",
    "<code>\\href{a}{b}</code> and \\(\\href{https://a.b}{c}\\)",
    "a </b c='d'> <![CDATA[e]]> <!doctype html> <?xml version='1.0'?>",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_no_browser_runs_is_left_alone(text: str) -> None:
    rendered = render(text, Markup.HTML)
    assert rendered.html == text
    assert rendered.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "<svg><rect fill='url(https://a.b/c.svg#d)'/></svg>",
        "<svg><rect filter='\\75rl(//a.b/c.svg#d)'/></svg>",
        "<svg><linearGradient xlink:href='https://a.b/c.svg#d'/></svg>",
        "<svg><feImage href='https://a.b/c.png'/></svg>",
        "<svg><image><set attributeName=href to='https://a.b/c.png'/></image></svg>",
        "<svg><image><animate values='a;https://a.b/c.png'/></image></svg>",
    ],
)
def test_what_a_drawing_loads_from_another_machine_is_an_error(text: str) -> None:
    assert [problem.rule for problem in render(text, Markup.HTML).problems] == ["remote-media"]


@pytest.mark.parametrize(
    "style",
    [
        "position:fixed",
        "position : sticky",
        "position/**/:/**/fixed",
        "position:-webkit-sticky",
        "--a:fixed;position:var(--a)",
        "position:f&#105;xed",
    ],
)
def test_a_tag_in_markdown_that_would_cover_the_page_is_shown_as_text(style: str) -> None:
    rendered = render(f'<div style="{style}">a</div>')
    assert "<div" not in rendered.html
    assert [problem.rule for problem in rendered.problems] == ["html-attribute"]


def test_a_link_of_a_formula_to_a_program_is_an_error() -> None:
    text = r"a $\href{javascript:alert(1)}{x}$"
    (problem,) = render(text).problems
    assert (problem.rule, text[problem.start : problem.end]) == ("active-content", text[2:])
    assert render(r"$\href{https://a.b}{x}$").problems == ()
