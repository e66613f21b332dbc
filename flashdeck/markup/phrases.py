"""The words of a block with the commonest marks on them: emphasis, code, formulas, gaps, pictures.

`phrases` writes them as the engine does, letter by letter, or says that it takes the engine.
"""

from __future__ import annotations

import re
from html import escape

from flashdeck.markup.addresses import is_played
from flashdeck.markup.plain import escape_text, inert_text, without_control
from flashdeck.markup.references import Media
from flashdeck.markup.results import MediaRefusal
from flashdeck.markup.tex import find_formula

# Characters that no rule of the engine looks for.
_INERT = r"[^\t\n\\`*_\[\]<&{}$~|]"
_LETTER = r"[^\W_]"
# Between letters, so that a mark beside it can only begin, or only end, what it begins or ends.
_WORDS = rf"{_LETTER}(?:{_INERT}*{_LETTER})?"
# Marks that mark nothing where they stand: hey!, a_b, x < y & z, ~5.
_LONE_MARKS = rf"!(?!\[)|(?<={_LETTER})_(?={_LETTER})|[<&](?!\S)|(?<!~)~(?!~)"
_HIDDEN = r"(?!:)(?:[^{}:\n]|:(?!:))+(?<!:)"
_GAP = rf"(?P<opening>\{{\{{c[1-9][0-9]?::)(?P<hidden>{_HIDDEN})(?:::(?P<hint>{_HIDDEN}))?\}}\}}"


def _pattern(literal: str, code: str, gap: str) -> re.Pattern[str]:
    """Literal text, and the mark behind it if the text does not end there.

    `literal` are marks that are text, `code` characters that no code holds, `gap` is one more mark.
    """
    return re.compile(
        rf"((?:[^\t\\`*_\[\]<&{{}}$~|!]++|{literal})*+)(?:\Z"
        rf"|\*(?P<em>{_WORDS})\*(?!\*)"
        rf"|\*\*(?P<strong>{_WORDS})\*\*(?!\*)"
        rf"|`(?!\s)(?P<code>[^\t\n`{code}]+)(?<!\s)`(?!`)"
        rf"|(?P<formula>[$\\])"
        rf"|!\[(?P<alt>{_INERT}*)\]\((?P<picture>[\w./%-]+)\)(?!\{{)"
        rf"{gap})"
    )


# In a note without gaps braces are text; where they begin a reading there is a `|`, too.
_PHRASE = _pattern(rf"{_LONE_MARKS}|[{{}}]", "", "")
_PHRASE_OR_GAP = _pattern(_LONE_MARKS, "{}", f"|{_GAP}")
_ELEMENTS = frozenset({"em", "strong", "code"})


def phrases(text: str, start: int, end: int, *, cloze: bool, media: Media) -> str | None:
    """Write what stands between two places, which are a block's; None where it takes the engine."""
    match = (_PHRASE_OR_GAP if cloze else _PHRASE).match
    written: list[str] = []
    while start < end:
        found = match(text, start, end)
        if found is None:
            return None
        words, kind, start = found[1], found.lastgroup, found.end()
        if words:
            written.append(escape_text(words))
        html: str | None = ""
        if kind in _ELEMENTS:
            html = f"<{kind}>{inert_text(found[kind])}</{kind}>"
        elif kind == "formula":
            html, start = _formula(text, start - 1, end, cloze=cloze)  # the mark was taken
        elif kind == "picture":
            html = _picture(found, media)
        elif kind is not None:
            html = _gap(found, media)
        if html is None:
            return None
        written.append(html)
    return "".join(written)


def _formula(text: str, start: int, end: int, *, cloze: bool) -> tuple[str | None, int]:
    found = find_formula(text, start, end, set())
    if found is None:
        lone = text[start] == "$" and not text.startswith("$$", start)  # `$$` might hold lines
        return ("$", start + 1) if lone else (None, end)
    if "\n" in found.tex or (cloze and ("{{c" in found.tex or "`" in found.tex)):
        return None, end  # blocks may begin in it, or gaps begin and end
    tex = escape(found.tex, quote=False)
    return (f"\\[{tex}\\]" if found.display else f"\\({tex}\\)"), found.end


def _picture(found: re.Match[str], media: Media) -> str | None:
    name = media.name(found["picture"])
    if isinstance(name, MediaRefusal):
        return None
    if is_played(found["picture"]):
        return without_control(f"[sound:{escape(name, quote=False)}]")
    return without_control(f'<img src="{escape_text(name)}" alt="{escape_text(found["alt"])}">')


def _gap(found: re.Match[str], media: Media) -> str | None:
    written: list[str] = []
    for part in ("hidden", "hint"):
        if found[part] is not None:
            html = phrases(found.string, *found.span(part), cloze=True, media=media)
            if html is None:
                return None
            written.append(html)
    return f"{found['opening']}{'::'.join(written)}}}}}"
