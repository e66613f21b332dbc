"""Rules for markup of other programs, and for links that do not work on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote

from flashdeck.diagnostics import Fix
from flashdeck.rules.context import FieldText, LintContext
from flashdeck.rules.rule import Finding
from flashdeck.text import emoji, shortened

_WIDEST = 40
_KANJI = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_KANA = "\u3040-\u30ff\u3105-\u312f"
_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü"
# Filters of templates that read furigana in brackets.
_LINK = re.compile(r"<a\b[^<>]*?\shref=\"([^\"]*)\"", re.IGNORECASE)
_BEFORE = r"(?:\]\(\s*<?|\]:\s*<?|href\s*=\s*[\"']?)"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_HOST = re.compile(
    r"(?:www\.|[a-z0-9-]+\.(?:com|org|net|edu|gov|io|dev|de|uk|fr|jp|eu|info)(?:/|$))",
    re.IGNORECASE,
)


_FOOTNOTE = "write the footnote in parentheses, or into 'extra'"
_DEFINED_FOOTNOTE = re.compile(r"^[ ]{0,3}(\[\^[\w-]+\]):[ \t]", re.MULTILINE)


class _Dialect(NamedTuple):
    """Markup of another program: its pattern in prose, and what to write instead."""

    marks: tuple[str, ...]
    pattern: re.Pattern[str]
    hint: Callable[[re.Match[str]], str]


def _always(hint: str) -> Callable[[re.Match[str]], str]:
    return lambda _: hint


def _shown(match: re.Match[str]) -> str:
    shown = shortened((match[2] or match[1]).strip(), _WIDEST)
    return f"write the words, '{shown}': other notes can't be opened from a card"


_DIALECTS = (
    _Dialect(
        ("![[",),
        re.compile(r"!\[\[([^\[\]|\n]++)[^\[\]\n]*+\]\]"),
        lambda match: f"write ![what it shows]({match[1].strip()})",
    ),
    _Dialect(
        ("[[",),
        re.compile(r"(?<![!\[\w])\[\[(?=[^\W\d_])(?!type:)([^\[\]|\n,]++)(?:\|([^\[\]\n]++))?\]\](?![\[(])"),
        _shown,
    ),
    _Dialect(
        ("[^",),
        re.compile(r"(?:(?<=[^\W\d_]{2})|(?<=[.,;:!?)\"'”’»]))\[\^[0-9]{1,3}\](?![\w*+?{(:\[])"),
        _always(_FOOTNOTE),
    ),
    _Dialect(
        ("^[",),
        re.compile(
            r"\^\[(?![^\[\]\n]{0,300}\b\w-\w\b)(?=\w[^\[\]\n\\|]{0,300}\s)"
            r"[^\[\]\n\\|]{1,300}+(?<=[\w.!?])\](?![*+?{(])"
        ),
        _always(_FOOTNOTE),
    ),
    _Dialect(
        ("[ ]", "[x]", "[X]"),
        re.compile(r"^[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+(?P<mark>\[[ xX]\])(?=\s)", re.MULTILINE),
        lambda match: f"write {'☐' if match[1] == '[ ]' else '☑'} instead of {match[1]}",
    ),
    _Dialect(
        ("[!",),
        re.compile(r"^[ \t]*(?:>[ \t]*)+(?P<mark>\[!(\w+)\])[-+]?", re.MULTILINE),
        lambda match: f"write **{match[2].capitalize()}** instead of {match[1]}",
    ),
    _Dialect(
        ("%%",),
        re.compile(r"(?<![\w%\"'(])%%(?=[^%\n]*[^\W\d_]{3})[^%\n]+%%(?![\w%])"),
        _always("write it as a comment, <!-- … -->, which is not shown"),
    ),
    _Dialect(
        ("[anki:tts",),
        re.compile(r"\[anki:tts\b[^\[\]\n]*\](?:[^\[\]\n]*\[/anki:tts\])?", re.IGNORECASE),
        _always("add 'speak: de_DE' to the note, or a recording: ![](word.mp3)"),
    ),
)  # fmt: skip
_FURIGANA = re.compile(
    rf"(?<![{_KANJI}])([{_KANJI}]++)\[([{_KANA}]+|[a-z]*[{_TONES}][a-z{_TONES} ]*)\](?![(\[])"
)
_EMOJI = re.compile(r"(?<![\w:/.])(:[a-z][a-z0-9_+-]{2,30}:)(?![\w:/`\0])")


def foreign_markup(context: LintContext) -> Iterator[Finding]:
    """Markup of another program, such as Obsidian, is shown on the card as written.

    Among them are `[[links]]`, `![[embedded.png]]`, footnotes (`[^1]`, `^[note]`), tasks (`- [x]`),
    callouts (`> [!NOTE]`), comments (`%%private%%`), readings in brackets (`漢字[かんじ]`), speech
    (`[anki:tts]`), and emoji by name (`:smile:`).

    Fix: write what the hint says; if the markup itself should be visible, put it in backticks.

    Fails::

        notes:
          - {q: Which organ pumps blood?, a: "![[heart.png]] The [[Heart|heart]]"}

    Passes::

        notes:
          - {q: Which organ pumps blood?, a: "The heart"}
          - {q: How does Obsidian write a link?, a: "`[[Heart]]`"}
    """
    for entry, _, passage in context.markdown("[[", "[", "%%", ":"):
        for dialect in _DIALECTS:
            if any(map(passage.text.__contains__, dialect.marks)):
                yield from _first(passage, dialect)
        # Note types of one's own may have a filter for readings in brackets.
        is_custom = entry.kind == "custom"
        if "[" in passage.text and not passage.text.isascii() and not is_custom:
            yield from _furigana(passage)
        if passage.text.count(":") > 1:
            yield from _emoji(passage)


def local_link(context: LintContext) -> Iterator[Finding]:
    """A link to a file of the project, or to a place on the page.

    Learners have neither the file nor the page: on a phone, nothing happens.

    Fix: link to a web page, or write what is there. Pictures and sounds are not links:
    `![](map.png)`.

    Fails::

        notes:
          - {q: Where is more?, a: "In [the script](notes.pdf)"}

    Passes::

        notes:
          - {q: Where is more?, a: "In [the docs](https://flask.palletsprojects.com)"}
    """
    for _, _, passage in context.markdown("](", "]:", "] [", "][", "href"):
        start = 0
        for link in _LINK.finditer(passage.html):
            address = unescape(link[1])
            if not address.strip() or _SCHEME.match(address.strip()):
                continue
            forms = "|".join({re.escape(address), re.escape(unquote(address))})
            written = re.compile(rf"{_BEFORE}({forms})").search(passage.text, start)
            start = written.end() if written else start
            span = passage.place(*written.span(1)) if written else passage.span
            hint = "link to a web page, or write what is there"
            if _HOST.match(address):
                hint = f"did you mean 'https://{shortened(address, _WIDEST)}'?"
            message = f"the link to '{shortened(address, _WIDEST)}' does not work on a phone"
            yield Finding(span, message, hint)


def _first(passage: FieldText, dialect: _Dialect) -> Iterator[Finding]:
    pattern, words = dialect.pattern, passage.prose.text
    if dialect.marks == ("[^",) and (defined := _DEFINED_FOOTNOTE.search(words)):
        pattern = re.compile(re.escape(defined[1]))
    match = pattern.search(words)
    if match is not None:
        start, end = match.span("mark" if "mark" in match.re.groupindex else 0)
        words = shortened(passage.text[start:end].strip(), _WIDEST)
        message = f"'{words}' is shown as written"
        yield Finding(passage.place(start, end), message, dialect.hint(match))


def _furigana(passage: FieldText) -> Iterator[Finding]:
    matches = list(_FURIGANA.finditer(passage.prose.text))
    if matches:
        edits = [passage.fix(*match.span(), f"{{{match[1]}|{match[2]}}}") for match in matches]
        fixes = [edit for edit in edits if edit is not None]
        first = matches[0]
        # At the start of a plain YAML value a brace begins a mapping.
        is_fixable = len(fixes) == len(edits) and first.start() > 0
        fix = Fix(*fixes[0][:3], also=tuple(fixes[1:])) if is_fixable else None
        message = f"'{first.group()}' is shown as written"
        hint = f"write the reading as {{{first[1]}|{first[2]}}}"
        yield Finding(passage.place(*first.span()), message, hint, fix)


def _emoji(passage: FieldText) -> Iterator[Finding]:
    for match in _EMOJI.finditer(passage.prose.text):
        character = emoji(match[1])
        if character:
            message = f"'{match[1]}' is shown as written"
            yield Finding(passage.place(*match.span(1)), message, f"write {character}")
            return
