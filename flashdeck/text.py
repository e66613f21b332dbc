"""Small things said of text: what a terminal shows, file names, numbers with their nouns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_RESET = "\x1b[0m"
BOLD, DIM, STRUCK_RED = "\x1b[1m", "\x1b[2m", "\x1b[9;31m"
RED, GREEN, YELLOW, CYAN = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"

# Control characters by their pictures, characters that turn the text around by a mark.
_SHOWN = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_SHOWN |= dict.fromkeys((*range(0x80, 0xA0), 0x2028, 0x2029), 0xFFFD)
_SHOWN |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
_BUT_LINES = {code: shown for code, shown in _SHOWN.items() if chr(code) not in "\t\n"}

# Two words with a letter too many, too few or wrong come to more, unless they are very short; words
# such as `mermaid` and `email` come to 0.67.
_ALIKE = 0.7


def visible(text: str) -> str:
    """Write a text so that it stays on its line, and a terminal shows all of it."""
    return text if text.isprintable() else text.translate(_SHOWN)


def visible_lines(text: str) -> str:
    """Write a text so that a terminal shows all of it; line breaks and tabs stay."""
    return text.translate(_BUT_LINES)


def slug(name: str) -> str:
    """Write a name with letters, digits and single `-`: NFKD, ASCII, lower case."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def counted(count: int, noun: str) -> str:
    """Write a number with its noun, as "1 note" or "2 notes"; `(s)` marks a plural inside of it."""
    noun = noun if "(s)" in noun else f"{noun}(s)"
    return f"{count:,} {noun.replace('(s)', '' if count == 1 else 's')}"


def painted(text: str, style: str, *, color: bool = True) -> str:
    """Put a text into a style of a terminal, where there is to be color."""
    return f"{style}{text}{_RESET}" if color and style and text else text


def columns(text: str) -> int:
    """Count the columns that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # most texts are ASCII

    return cell_len(text)


def shortened(text: str, width: int) -> str:
    """Cut a text that has more than `width` characters, at a space where there is one nearby."""
    if len(text) <= width:
        return text
    cut = text[: width - 1]
    space = cut.rfind(" ", width * 2 // 3)
    return (cut[:space] if space > 0 else cut).rstrip(" ,;:.") + "…"


def nearest(word: str, known: Iterable[str]) -> str:
    """Give the known word that was probably meant, '' where none is close."""
    from difflib import get_close_matches  # most runs have nothing to suggest

    word = word.strip().casefold()
    words = {one.casefold(): one for one in reversed([*known])}
    close = get_close_matches(word, words, n=1, cutoff=_ALIKE)
    # Letters in another order, or one of them twice.
    close += [one for one in words if {*one} == {*word} and abs(len(one) - len(word)) <= 1]
    return words[close[0]] if close else ""


def did_you_mean(near: str, otherwise: str = "") -> str:
    """Write the hint for a word that was probably meant, or another hint where there is none."""
    return f"did you mean '{near}'?" if near else otherwise
