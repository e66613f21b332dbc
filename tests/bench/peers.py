"""Other programs that create packages from text, with the same plain questions.

They are fetched into an environment of their own, and only where somebody asks for them: what they
can read differs, so each gets the questions alone, without code, math, clozes and pictures.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bench.decks import Drawn, drawn
from bench.measure import Subject

PEERS = ("ankcompiler==0.6.0", "anki-yaml-tool==0.4.0")
_TO_LETTERS = str.maketrans("0123456789", "abcdefghij")  # ids of ankcompiler's hold nothing else
_TOOL_HEAD = """\
config:
  name: Basic
  fields: [Front, Back]
  templates:
    - name: Card 1
      qfmt: "{{Front}}"
      afmt: "{{FrontSide}}<hr id=answer>{{Back}}"
  css: ""
deck-name: Measured
data:
"""


@dataclass(frozen=True, slots=True)
class Peers:
    """An environment with the other programs."""

    folder: Path

    def install(self) -> None:
        """Install them."""
        venv.create(self.folder / "env", with_pip=True)
        command = [self._program("python"), "-m", "pip", "install", "--quiet", *PEERS]
        subprocess.run(command, check=True, stdout=sys.stderr)

    def subjects(self, count: int) -> dict[str, Subject]:
        """Write the questions for each program and for flashdeck."""
        notes = list(_questions(count))
        root = self.folder / f"questions-{count}"
        for name, texts in (
            ("flashdeck/cards/questions.yaml", _for_flashdeck(notes)),
            ("flashdeck/flashdeck.yaml", ["id: 0123456789abcdef\nname: Measured\n"]),
            ("ankc/questions.md", _for_ankc(notes)),
            ("tool/questions.yaml", _for_tool(notes)),
        ):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("".join(texts), "utf-8")
        build = ["build", "--file", "questions.yaml", "--output", "out.apkg"]
        tool = Subject(build, root / "tool", program=self._program("anki-yaml-tool"))
        ankc = Subject(["build", "--all"], root / "ankc", program=self._program("ankc"))
        return {"ankcompiler": ankc, "anki-yaml-tool": tool}

    def project(self, count: int) -> Path:
        """The folder of the questions for flashdeck."""
        return self.folder / f"questions-{count}" / "flashdeck"

    def _program(self, name: str) -> str:
        return str(self.folder / "env" / "bin" / name)


def _questions(count: int) -> Iterator[Drawn]:
    plain = (
        note
        for note in drawn(3 * count)
        if note.kind == "question" and not set("\n$") & set(note.texts[1])
    )
    return islice(plain, count)


def _for_flashdeck(notes: list[Drawn]) -> Iterator[str]:
    yield "deck: Measured\nnotes:\n"
    for note in notes:
        question, answer = map(json.dumps, note.texts)
        yield f"  - q: {question}\n    a: {answer}\n    id: {note.id}\n"


def _for_ankc(notes: list[Drawn]) -> Iterator[str]:
    yield "---\ndeck: Measured\n---\n"
    for note in notes:
        question, answer = note.texts
        uid = note.id.translate(_TO_LETTERS)[:10]
        yield f"---\n\n{question} ::: {answer}\n\n---\n[^uid]: {uid}\n\n"


def _for_tool(notes: list[Drawn]) -> Iterator[str]:
    yield _TOOL_HEAD
    for note in notes:
        question, answer = map(json.dumps, note.texts)
        yield f"  - front: {question}\n    back: {answer}\n    id: {note.id}\n"
