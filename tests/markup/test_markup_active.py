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
