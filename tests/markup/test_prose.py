"""The prose of a Markdown text: everything else is replaced one to one."""

from __future__ import annotations

import pytest

from flashdeck.markup.prose import prose


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("a `code` b", "a ______ b"),
        ("a ``c `d` e`` b", "a ___________ b"),
        ("a ` b", "a ` b"),
        ("a $x^2$ b", "a _____ b"),
        (r"a \(x\) and \[y\] b", "a _____ and _____ b"),
        ("$5 or 3$", "$5 or 3$"),
        (r"a \* b \\ c", "a __ b __ c"),
        ("a <b>c</b> <i >d", "a ___c____ ____d"),
        ("a <code>x y</code> b", "a ________________ b"),
        ("a <!-- x\n\ny --> b", "a ______\n\n_____ b"),
        ("5 < 6 > 4", "5 < 6 > 4"),
        ("[a](b.md) ![c](d.png)", "[a](____) ![c](_____)"),
        ("[a](b(c)d) e", "[a](_____) e"),
        ("<https://x.org> <a@x.org>", "_______________ _________"),
        ("a\n\n```py\ncode\n```\nb", "a\n\n_____\n____\n___\nb"),
        ("a\n\n    code\n\nb", "a\n\n________\n\nb"),
        ("- a\n\n    b", "- a\n\n    b"),
        ("<pre>\na\n\nb</pre>\nc", "_____\n_\n\n_______\nc"),
        (r"\begin{align} a \end{align}", "___________________________"),
        ("```", "```"),
        ("    x", "    x"),
    ],
)
def test_what_is_not_prose_is_hidden(text, shown):
    assert prose(text, cloze=False).text.replace("\0", "_") == shown


def test_marks_of_clozes_are_hidden_where_clozes_are_active():
    text = "a {{c1::b::c}} d"
    assert prose(text, cloze=True).text.replace("\0", "_") == "a ______b::c__ d"
    assert prose(text, cloze=False).text == text


def test_formulas_have_places():
    text = "a $x$ b $$y$$ c"
    assert [
        (text[span.start : span.end], span.tex, span.display)
        for span in prose(text, cloze=False).formulas
    ] == [("$x$", "x", False), ("$$y$$", "y", True)]
