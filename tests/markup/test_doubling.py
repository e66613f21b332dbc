"""Linear time of rendering, whatever a stranger repeats."""

from __future__ import annotations

from functools import partial

import pytest
from doubling import Pattern, assert_linear, rising

from flashdeck.markup import Markup, cloze_problems, render

pytestmark = pytest.mark.slow

P = Pattern

UNITS = (
    # Words and white space
    "a¦ab ¦é¦漢字¦🙂¦\u0301¦\u05d0¦\t¦a\n¦a\n\n¦\n\u00a0¦a  \n¦a\\\n¦\r\n¦\r¦a\r¦&amp; ¦&¦&#"
    "¦&#x26;¦&a¦\x00¦\x85¦\ufffd¦\ud800¦\ue000¦\U000f0000¦\U00010100¦\ufdd0"
    # Emphasis
    "¦*¦* ¦*a¦*a ¦*a*¦*a* ¦**¦**a¦**a* ¦***a** ¦_¦_a¦_a_ ¦__a ¦__a__¦__init__ ¦a_¦a*¦a**b¦*_¦*a_ "
    "¦_a* ¦~¦~~¦~~a¦~~a~~ ¦~a~ ¦*~~a¦==¦==a¦==a== ¦== a¦=¦===¦a==b¦7*¦7*8¦*漢¦**漢**，¦**。"
    "¦漢**「a」**漢"
    # Code
    "¦`¦` ¦`a¦`a` ¦``¦``a` ¦`a``¦```¦```\n¦```a\n¦~~~¦~~~\n¦    a\n¦\ta\n¦`$`¦``` ` ¦\n```\n"
    # Links and pictures
    "¦[¦[ ¦[a¦[a]¦[a] ¦[a](¦[a](b¦[a](b) ¦](¦]¦]:¦[a]:¦[a]: ¦[a]: b\n¦[a]: b\n\n¦[a][¦[a][b] ¦[["
    "¦[[a]] ¦![¦![a¦![a](¦![a](b¦![a](b.png) ¦![](b c.png) ¦![](b c¦![[a]] ¦[](¦[a](<¦[a](<b"
    "¦[a](b 'c¦(¦()¦[a]((¦\n[a]:¦[\\]¦[*a¦*[a](b)* ¦[a]: <¦<https:¦<https://a.b>¦<a@b.c>"
    "¦http://a.b ¦![a](b){width=5} ¦{width=5}"
    # Blocks
    "¦- ¦- a\n¦-\n¦* ¦* a\n¦+ ¦1. ¦1. a\n¦1) ¦1.\n¦> ¦>¦> a\n¦>\n¦> - ¦- > ¦- - ¦- 1. ¦  - a\n¦# "
    "¦# a\n¦#¦---\n¦- -\n¦***\n¦a\n=\n¦a\n-\n¦=\n¦  ¦    ¦\n    ¦- a\n\n¦- a\n  b\n¦> a\nb\n"
    "¦> ```\n¦- ```\n"
    # Tables
    "¦|¦|a¦a|b\n¦|-¦|a|\n¦a|b\n-|-\n¦|a|\n|-|\n¦-|¦\\|¦|`a|` ¦|$a|b$ "
    # Formulas
    "¦$¦$ ¦$$¦$$ ¦$a¦$a$¦$a$ ¦$5 ¦$5-$10 ¦5$ ¦$A$1 ¦$a|¦$$a¦$$a$$ ¦$$\n¦\\(¦\\)¦\\(a¦\\(a\\) ¦\\["
    "¦\\[a\\] ¦\\\\(¦\\\\[¦\\$¦\\¦\\\\¦\\begin{a}¦\\begin{a}\\end{a} ¦\n\n\\begin{a}¦\\end{a}¦$\\"
    "¦$`¦${{c1::¦$a {{c1::b}}$ ¦\\({{c1::a¦$}¦${¦$a^{b}$ ¦\\frac{a}{b} ¦\\text{$¦[$]¦[$]a[/$] "
    "¦[latex]¦[latex]a[/latex]"
    # Clozes
    "¦{{¦}}¦{{c¦{{c1¦{{c1::¦{{c1::a¦{{c1::a}}¦{{c1::a}} ¦{{c1::a::b}} ¦{{c1::a::¦::¦a::"
    "¦{{c1,2::a}} ¦{{c1,¦{{c1::{{¦}} {{c1::¦{{c1::*a}}* ¦*{{c1::a*}} ¦*{{c1::a¦*a {{c1::b* c}} "
    "¦{{c1::[a}}](b) ¦{{c1::`¦`{{c1::a` }} ¦{{c1::<b>}}</b>¦<b>{{c1::¦{{c1::\n\n¦{{c1::a\n\n"
    "¦- {{c1::a\n- b}}\n¦{{c1::$a}}$ ¦{{c1::==a}}== ¦{{c1::{漢|か}}} ¦\\{{c1::a}}¦{{type:a}}"
    "¦{{a}}¦{{c999999::"
    # Ruby
    "¦{¦{漢¦{漢|¦{漢|か¦{漢|か}¦{漢字|か|じ}¦{漢¦}¦{a|b}¦{{漢|か}"
    # Tags
    "¦<¦< ¦<a¦<a ¦<a>¦<a b¦<a b=¦<a b='¦<a b=c>¦</¦</a>¦<b>¦<b>a¦<b>a</b> ¦<b></i>¦<i><b></i></b>"
    "¦<br>¦<br>\n¦<br/>¦<div>¦<div>\n¦<div>\n\n¦</div>¦</div>\n¦<div></div>\n¦<p>¦<p>\n¦</p>¦<li>"
    "¦<li>a¦<ul><li>¦<td>¦<tr><td>¦<table>¦<table>\n¦<pre>¦<pre>\n¦<pre>\n\n¦</pre>¦<pre></pre>"
    "¦<pre><b>¦<code>¦<code>`¦<script>¦</script>¦<script></script>¦<style>¦<textarea>¦<svg>"
    "¦<svg><g>¦<!--¦<!-- -->¦-->¦<!-->¦<!¦<!a>¦<?¦<?a?>¦<![CDATA[¦]]>¦<img>¦<img src=a>"
    "¦<img src='a¦<a href='¦<a href=b>¦<a href=b>c</a> ¦<ruby>¦<rt>¦<details>¦<x:y>"
    "¦<span style='a:b'>¦<span style='¦<b onclick=c>¦<b a a a¦<b\n¦<h1>¦\n<h1>¦<a><b><i>¦</a></b>"
    "¦\n<div¦- <div>\n¦> <div>\n¦<div>$¦<div>`¦*<b>*</b>¦<b>*</b>*"
    # Anki's own
    "¦[sound:¦[sound:a¦[sound:a]¦[sound:a.mp3] ¦[anki:¦[anki:tts¦[anki:play:q:0]¦[[type:a]]"
    "¦[/latex]"
)


COMPOSED = {
    "brackets that all close": P("[", "]"),
    "brackets that all close with destinations": P("[", "](a)"),
    "pictures in pictures": P("![", "](a)"),
    "braces that all close": P("{", "}"),
    "clozes in clozes": P("{{c1::", "}}"),
    "clozes in clozes with hints": P("{{c1::a", "::b}}"),
    "clozes with numbers of their own": P("{{c#::a}} ", counted=True),
    "clozes that end in another order": P("{{c#::a", "}}", counted=True),
    "emphasis that all closes": P("*a ", " b*"),
    "strong emphasis that all closes": P("**a ", " b**"),
    "two kinds of emphasis": P("*a _b ", " c_ d*"),
    "tags that all close": P("<b>", "</b>"),
    "blocks that all close": P("<div>", "</div>"),
    "blocks on lines that all close": P("<div>\n", "\n</div>"),
    "tags that close in another order": P("<b><i>", "</b></i>"),
    "list tags that all close": P("<ul><li>", "</li></ul>"),
    "parentheses in a destination": P("(", ")", before="[a](", after=")"),
    "definitions": P("[a#]: /u\n", counted=True),
    "definitions and their uses": P("[a#]: /u\n\n", "[a#] ", counted=True),
    "uses without definitions": P("[a#] ", counted=True),
    "one definition and many uses": P("[a] ", before="[a]: /u\n\n"),
    "many definitions of one label": P("[a]: /u\n\n", after="[a]"),
    "titles that never close": P("[a](b 'c ", after="\n"),
    "formulas that all differ": P("$x_#$ ", counted=True),
    "words between dollars": P("a$ b "),
    "numbers between dollars": P("$# ", counted=True),
    "environments that never end": P("\n\n\\begin{a#}", counted=True),
    "an environment in another": P("\\begin{a}", "\\end{a}"),
    "a table of many columns": P("|-", before="|a" * 40 + "\n", after="\n"),
    "a table of many rows": P("|b|c\n", before="|a|b\n|-|-\n"),
    "rows with too many cells": P("|b|c|d\n", before="|a|b\n|-|-\n"),
    "rows with formulas": P("|$x|y$|`c`\n", before="|a|b\n|-|-\n"),
    "a wide row under a narrow head": P("|b", before="|a\n|-\n", after="\n"),
    "crossing clozes and emphasis": P("{{c1::*a}} b* "),
    "one emphasis over many clozes": P("{{c1::a}} ", before="*", after="*"),
    "one emphasis cut by every cloze": P("*a {{c1::b* c}} "),
    "one cloze over many emphases": P("*a* ", before="{{c1::", after="}}"),
    "one cloze over many items": P("- a\n", before="{{c1::", after="}}"),
    "one cloze over many blocks": P("a\n\n", before="{{c1::", after="}}"),
    "one link over many clozes": P("{{c1::a}} ", before="[", after="](b)"),
    "one highlight over many marks": P("*a* ", before="==", after="=="),
    "one tag over many paragraphs": P("a\n\n", before="<b>", after="</b>"),
    "code in a cloze": P("`a` ", before="{{c1::", after="}}"),
    "a fence that never ends": P("a *b*\n", before="```\n"),
    "a highlighted fence": P("x = 1\n", before="```python\n", after="```"),
    "a highlighted fence with clozes": P("x = {{c1::1}}\n", before="```python\n", after="```"),
    "fences of another length": P("````\n", before="```\n"),
    "quotes in quotes": P("> ", after="a"),
    "lists in lists": P("- ", after="a"),
    "ruby of many readings": P("|か", before="{漢", after="}"),
    "ruby of many bases": P("漢", before="{", after="|か}"),
    "one long word of marks": P("*_`"),
    "comments that never close": P("<!-- ", before="a "),
    "a comment over everything": P("*a* ", before="<!-- ", after=" -->"),
    "a pre over everything": P("*a*\n\n", before="<pre>", after="</pre>"),
    "a pre with tags": P("<b>a</b>\n", before="<pre>", after="</pre>"),
    "attributes": P(" a=b", before="<b", after=">"),
    "attributes that never end": P(" a=b", before="<b"),
    "classes": P("a ", before="<b class='", after="'>"),
    "declarations of a style": P("a:b;", before="<b style='", after="'>c</b>"),
    "an alt text of marks": P("*a* ", before="![", after="](b.png)"),
    "a label of formulas": P("$x$ ", before="[", after="](b)"),
    "a destination of escapes": P("\\*", before="[a](", after=")"),
    "sounds": P("[sound:a#.mp3] ", counted=True),
    "private characters of an author": P("\ue000$x$"),
    "clozes in clozes in code": P("{{c1::a", "::b}}", before="`", after="`"),
    "clozes in clozes in a fence": P("{{c1::a", " ::b}}", before="```\n", after="\n```"),
    "clozes in clozes in a formula": P("{{c1::a", " ::b}}", before="$", after="$"),
    "formulas before a cloze around emphasis": P("$x$ ", after="{{c1::a *b* c}}"),
    "emphasis between clozes": P("{{c1::a `b`}} *c* "),
    "formulas cut by hints": P("{{c1::\\(a", "::b\\)}}"),
    "a dollar before clozes in clozes": P("{{c1::a", "::b}}", before="$ "),
    "a tag over many clozes": P("{{c1::a}}", before="<b title='", after="'>"),
    "definitions in code": P("`[a]`\n[a]: b\n"),
    "definitions on one line": P("- [a]: "),
    "numbers of characters": P("&#xfdd0;"),
}
RISING = {
    "runs of backticks": rising("`", " a "),
    "runs of stars": rising("*", "a "),
    "runs of dollars": rising("$", "a "),
    "runs of brackets": rising("[", "a] "),
    "runs of tildes": rising("~", "a "),
    "fences": rising("`", "\n"),
    "headings": rising("#", " a\n"),
    "indented lines": rising(" ", "- a\n"),
    "rows": rising("|a", "\n|-\n"),
    "quotes": rising(">", "a\n"),
}
TEXTS = (
    {unit: P(unit).text for unit in sorted(set(UNITS.split("¦")))}
    | {name: pattern.text for name, pattern in COMPOSED.items()}
    | RISING
)


@pytest.mark.parametrize("cloze", [False, True], ids=["question", "cloze"])
@pytest.mark.parametrize("name", TEXTS, ids=ascii)
def test_markdown_takes_linear_time(name: str, cloze: bool) -> None:
    assert_linear(partial(render, cloze=cloze), TEXTS[name])


HTML = [name for name in TEXTS if set(name) & set("<[{")] + [*COMPOSED]


@pytest.mark.parametrize("name", sorted(set(HTML)), ids=ascii)
def test_html_takes_linear_time(name: str) -> None:
    assert_linear(partial(render, markup=Markup.HTML, cloze=True), TEXTS[name])


@pytest.mark.parametrize("unit", ["[", "\\(", "{{c1::", "<", "[sound:", "a\n", "$"])
def test_plain_text_takes_linear_time(unit: str) -> None:
    assert_linear(partial(render, markup=Markup.TEXT, cloze=True), P(unit).text)


@pytest.mark.parametrize("name", [name for name in TEXTS if "{{c" in name or "cloze" in name])
def test_problems_of_clozes_are_found_in_linear_time(name: str) -> None:
    assert_linear(cloze_problems, TEXTS[name])
