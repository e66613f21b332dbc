"""Texts of the commonest blocks, which most texts with any markup are: read without the engine.

Paragraphs, flat lists and fenced code, with the marks of `phrases` on their words. What is read
here shows as the engine would show it, letter by letter (a test compares the two on many thousand
texts); whatever could mean something else is left to the engine.
"""

from __future__ import annotations

import re

from flashdeck.markup.codeblock import code_block, is_language
from flashdeck.markup.phrases import phrases
from flashdeck.markup.plain import BEGINS_NO_BLOCK, holds_right_to_left
from flashdeck.markup.references import Media

_UNUSUAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0]")
# A line that begins no block and is not indented; blanks at its end could break it.
_LINE = rf"(?!\*\s|```){BEGINS_NO_BLOCK}.*+(?<!\s)"
_BLOCK = re.compile(
    r"(\n*)(?:"
    r"```(?P<language>[\w+#.-]*)\n(?P<code>(?:(?![ \t]*```)[^\n]*+\n)*+)```(?![^\n])"
    rf"|(?P<ul>- {_LINE}(?:\n- {_LINE})*+)"
    rf"|(?P<ol>1\. {_LINE}(?:\n[0-9]{{1,9}}\. {_LINE})*+)"
    rf"|(?P<p>{_LINE}(?:\n{_LINE})*+))"
)
_LISTS = frozenset({"ul", "ol"})


def simple(text: str, *, cloze: bool, media: Media) -> str | None:
    """Write a text as HTML; None where it takes the engine. It neither begins nor ends blank."""
    if _UNUSUAL.search(text) or holds_right_to_left(text):
        return None
    written: list[str] = []
    behind_list = False
    end = 0
    while end < len(text):
        block = _BLOCK.match(text, end)
        if block is None:
            return None
        kind = block.lastgroup
        if behind_list and (kind in _LISTS or (kind == "p" and block[1] == "\n")):
            return None  # a list that goes on, or an item
        html = _block(block, cloze=cloze, media=media)
        if html is None:
            return None
        written.append(html)
        end = block.end()
        behind_list = kind in _LISTS
    return "\n".join(written)


def _block(block: re.Match[str], *, cloze: bool, media: Media) -> str | None:
    match block.lastgroup:
        case "p":
            html = phrases(block.string, *block.span("p"), cloze=cloze, media=media)
            alone = block.end() - block.start() == len(block.string)
            return html if html is None or alone else f"<p>{html}</p>"
        case "code":
            language, code = block["language"], block["code"]
            known = not language or is_language(language)
            return code_block(language, code) if known and not (cloze and "{{c" in code) else None
        case kind:
            return _list(str(kind), block[kind or 0].split("\n"), cloze=cloze, media=media)


def _list(tag: str, lines: list[str], *, cloze: bool, media: Media) -> str | None:
    written = [f"<{tag}>"]
    for line in lines:
        html = phrases(line, line.index(" ") + 1, len(line), cloze=cloze, media=media)
        if html is None:
            return None
        written.append(f"<li>{html}</li>")
    return "\n".join([*written, f"</{tag}>"])
