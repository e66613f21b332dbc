"""Conversion of HTML to Markdown, used only where it renders to HTML of the same meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape, unescape
from typing import TypeAlias

from flashdeck.anki.clozes import OPENING
from flashdeck.anki.html_text import FORMULA
from flashdeck.anki.template.latex import formulas
from flashdeck.anki.template.render import render as render_card
from flashdeck.importing.result import Rewriting
from flashdeck.importing.rewriting.lines import Run, UnfitError, lines
from flashdeck.importing.rewriting.meaning import meaning
from flashdeck.importing.rewriting.writer import LEVELS, written
from flashdeck.markup import Markup, MediaRefusal, Rendered, render
from flashdeck.model import Note, NoteType
from flashdeck.text import enclosed

# A piece of HTML without formulas: a tag, the braces of a cloze deletion, or text up to the next.
_PIECE = re.compile(
    rf"(?P<tag><[^<>]*>)|(?P<cloze>{OPENING}|::|\}}\}})"
    rf"|(?P<text>(?:(?!{OPENING}|::|\}}\}})[^<])+|<)"
)
_LONGEST = 20_000  # several texts are tried for each field
_SPECIAL = re.compile(r"[\\`*_\[\]{$~|]|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
# Starts a block at the beginning of a line.
_BLOCK = re.compile(r"^([-+=#>]|\d{1,9}[.)])", re.MULTILINE)
_MARKS: Mapping[str, str] = {"strong": "**", "em": "*", "s": "~~", "del": "~~"}
_NAME = re.compile(r"</?([a-z0-9]+)>")
_DISPLAY = ("\\begin{displaymath}", "\\end{displaymath}")
_ENVIRONMENT = re.compile(
    r"\\begin\{((?:align|equation|gather|multline|eqnarray)\*?)\}.*\\end\{\1\}", re.DOTALL
)
# What a line may end with that is a block.
_ENDS_IN_BLOCK = re.compile(r"</(?:div|p|h[1-6])>\s*\Z", re.IGNORECASE)
_Meaning: TypeAlias = Callable[[str], object]
_Shown: TypeAlias = tuple[float, Sequence[object], Sequence[Run]]


def as_markdown(
    html: str, *, cloze: bool, media: Container[str], rewriting: Rewriting = Rewriting.SAME
) -> str | None:
    """Return Markdown that renders to this field, with and without scripts; else None.

    `cloze` says whether the note type is a cloze type; `media` are the names of existing files. A
    field of more than 20,000 characters stays HTML.
    """
    if not html:
        return ""
    if len(html) > _LONGEST:
        return None
    if rewriting is Rewriting.REWRITE and (shown := _shown(html)) is not None:
        for text in _rewritten(html):
            if _renders(text, shown, _shown, cloze=cloze, media=media):
                return text
    same = meaning(html)
    for text in (*_rewritten(html), *_candidates(html)):
        if _renders(text, same, meaning, cloze=cloze, media=media):
            return text
    return None


def rewritten(
    note: Note, notetype: NoteType, texts: Sequence[str], media: Container[str]
) -> Sequence[str] | None:
    """Return the Markdown of a note's fields such that its cards look as before; None for none.

    What a template has behind a field may begin on another line than before. Then a `<br>` is
    added to fields that end in a block.
    """
    before = _looks(notetype, replace(note, fields=tuple(map(_with_mathjax, note.fields))))
    with_ends = [
        f"{text}<br>" if _ENDS_IN_BLOCK.search(html) else text
        for text, html in zip(texts, note.fields, strict=True)
    ]
    for variant in (texts, with_ends):
        fields = [
            _rendered(text, cloze=notetype.cloze, media=media, scripts=False).html
            for text in variant
        ]
        if _looks(notetype, replace(note, fields=tuple(fields))) == before:
            return variant
    return None


def _looks(notetype: NoteType, note: Note) -> list[object]:
    """Return the lines of all cards, without empty ones at the end."""
    looks = []
    for card in note.cards:
        shown = _shown(render_card(notetype, note, card).answer)
        while shown and not shown[-1][2]:
            shown.pop()
        looks.append(shown)
    return list(looks)


def is_same(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether fields have the same meaning, in spite of their spelling."""
    pairs = zip(one, other, strict=True)
    return all(own == theirs or meaning(own) == meaning(theirs) for own, theirs in pairs)


def is_shown_alike(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether fields show the same texts with the same formatting."""
    pairs = zip(one, other, strict=True)
    return all(is_same([own], [theirs]) or _shown(own) == _shown(theirs) for own, theirs in pairs)


def _renders(
    text: str, expected: object, read: _Meaning, *, cloze: bool, media: Container[str]
) -> bool:
    results = (
        _rendered(text, cloze=cloze, media=media, scripts=scripts) for scripts in (False, True)
    )
    return all(not result.problems and read(result.html) == expected for result in results)


def _rendered(text: str, *, cloze: bool, media: Container[str], scripts: bool) -> Rendered:
    def resolve(name: str) -> str | MediaRefusal:
        return name if name in media or name.startswith("data:") else MediaRefusal(name)

    return render(text, Markup.MARKDOWN, cloze=cloze, media=resolve, allow_scripts=scripts)


def _shown(html: str) -> list[_Shown] | None:
    """Return the lines that HTML shows; None where it has none of this kind."""
    try:
        numbers: dict[int, int] = {}
        return [
            (
                line.margin,
                [
                    (box.name, box.attributes, numbers.setdefault(box.number, len(numbers)))
                    for box in line.boxes
                    if box.name not in {"thead", "tbody"}
                ],
                line.runs,
            )
            for line in lines(_with_mathjax(html))
        ]
    except UnfitError:
        return None


def _rewritten(html: str) -> Iterator[str]:
    """Yield the lines of HTML as Markdown, with more and more characters escaped."""
    try:
        shown = lines(_with_mathjax(html))
        yield from dict.fromkeys(written(shown, level) for level in LEVELS)
    except UnfitError:
        return


def _with_mathjax(html: str) -> str:
    """Replace LaTeX that MathJax can show, too, by formulas for it."""
    if "[" not in html:
        return html
    parts: list[str] = []
    last = 0
    for start, end, source in formulas(html):
        if (formula := _mathjax(source.strip())) is not None:
            parts += [html[last:start], formula]
            last = end
    return "".join(parts) + html[last:]


def _mathjax(source: str) -> str | None:
    if source.startswith("$$") and source.endswith("$$"):
        signs, inside = ("\\[", "\\]"), source[2:-2]
    elif source.startswith("$") and source.endswith("$"):
        signs, inside = ("\\(", "\\)"), source[1:-1]
    elif source.startswith(_DISPLAY[0]) and source.endswith(_DISPLAY[1]):
        signs, inside = ("\\[", "\\]"), source[len(_DISPLAY[0]) : -len(_DISPLAY[1])]
    elif source.startswith(("\\(", "\\[")) and source.endswith(("\\)", "\\]")):
        signs, inside = (source[:2], source[-2:]), source[2:-2]
    elif _ENVIRONMENT.fullmatch(source):
        signs, inside = ("\\[", "\\]"), source
    else:
        return None
    if "$" in inside or "\\(" in inside or "\\[" in inside or not inside.strip():
        return None
    return f"{signs[0]}{escape(inside, quote=False)}{signs[1]}"


def _candidates(html: str) -> Iterator[str]:
    """Yield candidates, the most readable first."""
    if "<" not in html:
        yield unescape(html)
    yield _written(_paragraphs(html), marks=True)
    yield _written(html, marks=False)
    yield html


def _paragraphs(html: str) -> str:
    """Separate paragraphs by empty lines, if the HTML has nothing but paragraphs."""
    match = re.fullmatch(r"<p>(.*)</p>", html, re.DOTALL)
    return match[1].replace("</p>\n<p>", "\n\n") if match else html


def _written(html: str, *, marks: bool) -> str:
    """Write tags as Markdown where it has a mark for them, and escape text."""
    pieces: list[str] = []
    end = 0
    for opened, closed in enclosed(html, *FORMULA):
        pieces += _pieces(html[end : opened.start()], marks=marks, start=not end)
        end = closed.end()
        pieces.append(unescape(html[opened.start() : end]))
    return "".join([*pieces, *_pieces(html[end:], marks=marks, start=not end)])


def _pieces(html: str, *, marks: bool, start: bool) -> Iterator[str]:
    """Write HTML without formulas; `start` is whether the field begins with it."""
    for match in _PIECE.finditer(html):
        piece = match.group()
        if match["text"]:
            escaped = _SPECIAL.sub(r"\\\g<0>", unescape(piece))
            is_start = start and not match.start()
            yield _BLOCK.sub(_escaped, escaped) if is_start else escaped
        elif match["tag"] and marks:
            name = _NAME.fullmatch(piece)
            yield _MARKS.get(name[1], piece) if name else piece
        else:
            yield piece


def _escaped(match: re.Match[str]) -> str:
    """Escape the start of a line that would make it a list, a heading or a quote."""
    mark = match.group()
    return f"{mark[:-1]}\\{mark[-1]}"
