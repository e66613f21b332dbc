"""Functions for text: terminal output, slugs, plurals, natural order, suggestions for typos."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

_RESET = "\x1b[0m"
BOLD, DIM, STRUCK_RED = "\x1b[1m", "\x1b[2m", "\x1b[9;31m"
RED, GREEN, YELLOW, CYAN = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"

# Replacements: control pictures for control characters, U+FFFD for C1 and bidirectional ones.
_SHOWN = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_SHOWN |= dict.fromkeys((*range(0x80, 0xA0), 0x2028, 0x2029), 0xFFFD)
_SHOWN |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
_BUT_LINES = {code: shown for code, shown in _SHOWN.items() if chr(code) not in "\t\n"}

# Control characters that JSON does not escape, line separators, and bidirectional ones.
UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

# Separators, control and format characters, unassigned ones; letters without ink, as of Braille.
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cn"})
_NO_INK = "\u2800\u3164\u115f\u1160"
_ENOUGH = 10  # characters that are looked at first

_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_LEVEL_END = re.compile("/|::")
_NUMBER = re.compile(r"(\d+)")

# The least similarity of a suggestion. One wrong letter stays above it in all but very short words;
# `mermaid` and `email` have 0.67.
_ALIKE = 0.7


def visible(text: str) -> str:
    """Make control characters visible, line breaks included."""
    return text if text.isprintable() else text.translate(_SHOWN)


def visible_lines(text: str) -> str:
    """Make control characters visible, except line breaks and tabs."""
    return text.translate(_BUT_LINES)


def holds_ink(text: str) -> bool:
    """Whether a text has a visible character."""
    if text.isascii():
        return bool(text.strip()) and any(" " < character < "\x7f" for character in text)
    if any(character.isalnum() for character in text[:_ENOUGH]):
        return True
    return any(
        unicodedata.category(character) not in _INVISIBLE and character not in _NO_INK
        for character in text
    )


def holds_right_to_left(text: str) -> bool:
    """Whether any letter is one of a script that runs from right to left."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def is_punctuation(character: str) -> bool:
    """Whether a character is punctuation or a symbol."""
    return unicodedata.category(character)[0] in "PS"


def slug(name: str) -> str:
    """Reduce a name to lower-case ASCII letters, digits and single `-`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def enclosed(
    text: str, opening: re.Pattern[str], closings: Sequence[re.Pattern[str]], *, least: int = 0
) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Yield what opens and what closes each enclosed part of a text.

    `opening` has a group for each of the `closings`. A part has at least `least` characters and
    holds no other parts; an opening that is never closed is text. A missing closing is searched for
    only once, which keeps the time linear.
    """
    at = 0
    missing: set[int | None] = set()
    while opened := opening.search(text, at):
        at, kind = opened.end(), opened.lastindex or 1
        closed = None if kind in missing else closings[kind - 1].search(text, at + least)
        if closed is None:
            missing.add(kind)
        else:
            yield opened, closed
            at = closed.end()


def without_enclosed(
    text: str, opening: re.Pattern[str], closings: Sequence[re.Pattern[str]], new: str
) -> str:
    """Replace each enclosed part of a text, and what encloses it."""
    pieces, end = [], 0
    for opened, closed in enclosed(text, opening, closings):
        pieces += [text[end : opened.start()], new]
        end = closed.end()
    return "".join([*pieces, text[end:]])


@lru_cache(maxsize=1024)
def natural(name: str) -> tuple[list[list[str]], str]:
    """Return the sort key of a path, deck or tag in natural order: `lesson-2` before `lesson-10`.

    The levels of a name are compared one by one. Names that differ in leading zeros only are
    sorted as text.
    """
    return [_numbered(level) for level in _LEVEL_END.split(name)], name


def _numbered(level: str) -> list[str]:
    """Split a text into words and numbers; the text of a number sorts by its value."""
    parts = _NUMBER.split(level)
    for index, digits in enumerate(parts[1::2]):
        value = "".join(str(unicodedata.decimal(digit)) for digit in digits).lstrip("0")
        parts[2 * index + 1] = f"{len(value):06}{value}"
    return parts


def counted(count: int, noun: str) -> str:
    """Format a number with its noun, as "1 note" or "2 notes"; `(s)` marks a plural inside it."""
    noun = noun if "(s)" in noun else f"{noun}(s)"
    return f"{count:,} {noun.replace('(s)', '' if count == 1 else 's')}"


def painted(text: str, style: str, *, color: bool = True) -> str:
    """Style a text with ANSI codes, if `color`."""
    return f"{style}{text}{_RESET}" if color and style and text else text


def columns(text: str) -> int:
    """Return the width of a text in a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # most texts are ASCII

    return cell_len(text)


def emoji(name: str) -> str:
    """Return the emoji of a name like `:smile:`; '' for any other word."""
    from rich.emoji import Emoji  # few texts have such a name

    character = Emoji.replace(name)
    return character if character != name else ""


def shortened(text: str, width: int) -> str:
    """Shorten a text to `width` characters, at a space if there is one nearby."""
    if len(text) <= width:
        return text
    cut = text[: width - 1]
    space = cut.rfind(" ", width * 2 // 3)
    return (cut[:space] if space > 0 else cut).rstrip(" ,;:.") + "…"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most similar to a word, '' if none is."""
    from difflib import get_close_matches  # most runs have nothing to suggest

    word = word.strip().casefold()
    words = {name.casefold(): name for name in reversed([*known])}
    close = get_close_matches(word, words, n=1, cutoff=_ALIKE)
    # Letters in another order, or one of them twice.
    close += [name for name in words if {*name} == {*word} and abs(len(name) - len(word)) <= 1]
    return words[close[0]] if close else ""


def did_you_mean(near: str, otherwise: str = "") -> str:
    """Format the hint with a suggestion, or return another hint if there is none."""
    return f"did you mean '{near}'?" if near else otherwise
