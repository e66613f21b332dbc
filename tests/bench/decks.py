"""Generated projects to measure: realistic mixed notes, deterministic for each size.

Of twenty notes ten are plain questions (two reversed), four have Markdown (emphasis, a list, a link
above a quote, a table), four are clozes (one around a formula), one has code in one of five
languages and one math; every hundredth shows a picture.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_IN_A_FILE = 500  # notes, as in a large deck
_WORDS = (
    "request response route server client session cookie template context blueprint view signal "
    "handler error config factory extension database model form test debug proxy thread worker"
).split()
_TAGS = ("basics", "web::http", "web::wsgi", "data", "testing", "deploy")
_PICTURES = 20
MARKS = {
    "plain text": (0, 1, 2, 3),
    "Markdown": (5, 6, 15, 16),
    "clozes": (7, 8, 17, 18),
    "code": (9,),
    "math": (19,),
}
"""Decks of one kind of text, and the numbers of such notes modulo 20."""

_CODE = (
    (
        "python",
        "@app.route('/_a/<int:number>')\ndef _b_n(number: int) -> str:\n    return f'_c {_d}'",
    ),
    ("javascript", "const _a = async (_b) => {\n  await _c(`_d ${_b}`, _n);\n};"),
    ("html", '<form class="_a" action="/_b/_n">\n  <input name="_c"> _d\n</form>'),
    ("sql", "SELECT _a, count(*) FROM _b\nWHERE _c > _n GROUP BY _a; -- _d"),
    ("bash", 'for _a in _b/*; do\n  echo "$_a _n" >> "_c.txt"  # _d\ndone'),
)

_PROJECT = "id: 0123456789abcdef\nname: Measured\n"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A note: its kind, Markdown texts, tags and id."""

    id: str
    kind: str
    texts: tuple[str, ...]
    tags: tuple[str, ...]


def drawn(count: int, kinds: Sequence[int] = range(20)) -> Iterator[Drawn]:
    """Generate notes. Each text contains a number, so that all notes differ.

    The number modulo 20 decides what is in a note.
    """
    dice = random.Random(count)
    for place in range(count):
        number = place // len(kinds) * 20 + kinds[place % len(kinds)]
        kind, texts = _note(number, dice)
        tags = tuple(sorted(set(dice.choices(_TAGS, k=number % 3))))
        yield Drawn(f"n{number:09d}z", kind, texts, tags)


def write_project(root: Path, count: int, *, html: bool = False, marks: str = "") -> None:
    """Write a project of `count` notes with ids; `html`: with HTML fields; `marks`: of one kind."""
    cards = root / "cards"
    (cards / "pictures").mkdir(parents=True)
    (root / "flashdeck.yaml").write_text(_PROJECT, "utf-8")
    for number in range(_PICTURES):
        (cards / "pictures" / f"{number}.png").write_bytes(_png(number))
    lines: list[str] = []
    for place, note in enumerate(drawn(count, MARKS.get(marks, range(20)))):
        if place % _IN_A_FILE == 0:
            _write(cards, place, lines)
            lines = [f"deck: Measured::Part {place // _IN_A_FILE + 1}"]
            lines += ["markup: html"] if html else []
            lines.append("notes:")
        lines += _source(note, html=html)
    _write(cards, count + _IN_A_FILE - 1, lines)


def _write(cards: Path, place: int, lines: list[str]) -> None:
    if lines:
        path = cards / f"part-{place // _IN_A_FILE:04d}.yaml"
        path.write_text("\n".join(lines) + "\n", "utf-8")


def _source(note: Drawn, *, html: bool) -> Iterator[str]:
    keys = ("cloze",) if note.kind == "cloze" else ("q", "a")
    lead = "  - "
    for key, text in zip(keys, note.texts, strict=True):
        shown = text.replace("\n", "<br>") if html else text
        yield f"{lead}{key}: |" if "\n" in shown else f'{lead}{key}: "{_escaped(shown)}"'
        if "\n" in shown:
            yield from (f"      {line}" if line else "" for line in shown.split("\n"))
        lead = "    "
    if note.kind == "reversed":
        yield "    reverse: true"
    if note.tags:
        yield f"    tags: [{', '.join(note.tags)}]"
    yield f"    id: {note.id}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _note(number: int, dice: random.Random) -> tuple[str, tuple[str, ...]]:
    some = dice.choices(_WORDS, k=6)
    plain = f"What does the {some[0]} of a {some[1]} do in step {number}?"
    answer = f"It hands the {some[2]} to the {some[3]}, then waits for the {some[4]}"
    if number % 100 == 50:
        picture = f"pictures/{number // 100 % _PICTURES}.png"
        return "question", (plain, f"{answer}\n\n![the {some[5]}]({picture})")
    match number % 20:
        case 15:
            link = f"the [{some[2]}](https://example.org/{some[2]}) of a {some[3]}"
            return "question", (plain, f"See {link}:\n\n> It waits for the *{some[4]}*")
        case 16:
            rows = "\n".join(f"| {word} | **{some[0]}** |" for word in some[1:4])
            return "question", (plain, f"| what | how |\n|---|---|\n{rows}")
        case 17:
            formula = f"${{{{c2::n^{number % 9}}}}}$"
            return "cloze", (f"The {{{{c1::{some[0]}}}}} of step {number} takes {formula}",)
        case _:
            return _common_note(number, some, plain, answer)


def _common_note(
    number: int, some: list[str], plain: str, answer: str
) -> tuple[str, tuple[str, ...]]:
    match number % 10:
        case 0 | 1 | 2 | 3:
            return "question", (plain, answer)
        case 4:
            return "reversed", (f"{some[0]} {some[1]} {number}", f"{some[2]} {some[3]} {number}")
        case 5:
            texts = f"What is *{some[0]}* to **{some[1]}** in step {number}?"
            return "question", (texts, f"A `{some[2]}` that *{some[3]}* hands to the {some[4]}")
        case 6:
            listed = "\n".join(f"- **{word}** of the `{some[0]}`" for word in some[1:4])
            return "question", (plain, f"In step {number}:\n\n{listed}")
        case 7:
            words = f"The {{{{c1::{some[0]}}}}} of step {number} calls the {{{{c2::{some[1]}}}}}"
            return "cloze", (words,)
        case 8:
            words = f"A *{some[0]}* needs {{{{c1::a `{some[1]}`}}}} in step {number}"
            return "cloze", (f"{words}, says **{some[2]}**",)
        case _:
            return "question", (
                plain,
                _code(number, some) if number % 20 == 9 else _math(number, some),
            )


def _code(number: int, some: list[str]) -> str:
    language, code = _CODE[number // 20 % len(_CODE)]
    for word, other in zip("abcd", some, strict=False):
        code = code.replace(f"_{word}", other)
    return f"Like this:\n\n```{language}\n{code.replace('_n', str(number))}\n```"


def _math(number: int, some: list[str]) -> str:
    return f"With $n = {number}$ the {some[0]} takes $\\frac{{n}}{{2}} + \\log n$ {some[1]}s"


def _png(number: int) -> bytes:
    """Create a picture of 8 by 8 pixels in one color."""
    row = b"\0" + bytes((number * 12, 99, 200 - number)) * 8

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    pixels = zlib.compress(row * 8)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )
