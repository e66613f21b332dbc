"""Fuzzing: damaged sources are reported, and files are written together or not at all.

Each case damages the shipped deck or a golden source by bytes, lines or tokens. The cases are the
same in every run; FLASHDECK_FUZZ=20000 in the environment asks for more of them.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from conftest import NOW, ROOT

from flashdeck import report
from flashdeck.checking.check import check
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.release.build import build
from flashdeck.release.result import Options

pytestmark = pytest.mark.slow

SHIPPED = ROOT / "cards"
CASES = int(os.environ.get("FLASHDECK_FUZZ", "160"))
AT_ONCE = 40
SETTINGS = b'id: 0123456789abcdef\nname: "Fuzz"\n'
NOTETYPE = b"""\
notetype: Country
fields: [Country, {name: Capital, was: Main city}]
sort: Country
templates:
  - name: Country to capital
    front: "{{Country}}"
    back: "{{FrontSide}}<hr id=answer>{{Capital}}"
"""
MANY_KINDS = """\
deck: Many::Kinds
description: "All *kinds* of notes."
tags: [one, two::three]
notes:
  - q: Bonjour
    a: Hello
    reverse: true
    id: abcdefgh1234
  - {cloze: "{{c1::Werkzeug}} and {{c2::Jinja2::a hint}}", extra: $x^2$, tags: [four]}
  - q: |
      ```python
      abort(404)
      ```
    a: "![a map](map.png)"
    hint: <b>bold</b>
    deck: ::Below
  - notetype: Country
    fields: {Country: 日本, Capital: "{東京|とうきょう}"}
---
markup: html
notes:
  - q: 'It''s <i>so</i>'   # a comment
    a: >
      folded
      text
""".encode()
# fmt: off
TOKENS = [
    b"'", b'"', b"`", b"*", b"&", b"!", b"|", b">", b"%", b"@", b"?", b"#", b" #x", b": ", b"- ",
    b"[", b"]", b"{", b"}", b"{{", b"}}", b"{{c1::", b"{{c0::", b"{{c501::x}}", b"::", b",", b"~",
    b"\t", b"\n", b"\r", b"\r\n", b"\n\n", b"\n---\n", b"\n...\n", b"<<: *a\n", b"&a ", b"!!int ",
    b"\x00", b"\x07", b"\x1f", b"\x7f", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf",
    b"\xff\xfe", b"\xe9", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xcc\x81",
    b"\xef\xbf\xbf", b"\\", b"\\theta", b"\\x1f", b'"\\0"', b'"\\ud83d"', b"$", b"$$", b"\\(",
    b"\\[", b"}}}", b"{a|b}", b"<script>", b"<b", b"</div>", b"<img src=x>", b"<!--", b"&nbsp;",
    b"&#0;", b"[latex]", b"[sound:", b"![](map.png)", b"![](../../etc/passwd)", b"![](",
    b"http://x/y.png", b"```", b"    ", b"\n> ", b"notes:", b"  - q: ", b"id: abcdefgh1234",
    b"deck: Default", b"tags: [leech]", b"markup: html", b"reverse: yes", b"q: [a]",
    b"notetype: ", b"limits: {scalar: 1}", b"fields:", b"null", b"2024-01-01",
]
# fmt: on
# Text that an author may type.
TYPED = [
    "ü",
    "日本",
    "👩‍👩‍👧",
    "e\u0301",
    " ",
    "  ",
    " and ",
    "5",
    "-",
    "_",
    ".",
    "(",
    ")",
    "/",
    "ש",
    "x y",
]
# Control characters of terminals.
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def corpus() -> list[bytes]:
    """Sources to damage."""
    decks = [path.read_bytes() for path in sorted(SHIPPED.glob("*.yaml"))]
    files: list[bytes] = []
    for path in sorted((ROOT / "tests" / "cases" / "problems").glob("*.txt")):
        sections = path.read_text("utf-8").split("=== ")[1:]
        sources = (section.partition("\n")[2].partition("--- expect\n")[0] for section in sections)
        files += [source.encode() for source in sources]
    return [*files, *[*decks, MANY_KINDS] * len(files)]


def _bytes(data: bytes, luck: random.Random) -> bytes:
    at = luck.randrange(len(data) + 1)
    piece = bytes(luck.randrange(256) for _ in range(luck.choice((0, 1, 1, 2, 5))))
    return data[:at] + piece + data[at + luck.choice((0, 1, 1, 3, 20)) :]


def _token(data: bytes, luck: random.Random) -> bytes:
    places = [match.start() for match in re.finditer(rb"\b|[\s:]", data)]
    at = luck.choice(places) if places else 0
    return data[:at] + luck.choice(TOKENS) + data[at + luck.choice((0, 0, 0, 1, 4)) :]


def _typed(data: bytes, luck: random.Random) -> bytes:
    places = [match.end() for match in re.finditer(rb"[A-Za-z]{2}(?=[a-z])", data)]
    at = luck.choice(places) if places else 0
    return data[:at] + luck.choice(TYPED).encode() + data[at + luck.choice((0, 0, 1)) :]


def _lines(data: bytes, luck: random.Random) -> bytes:
    lines = data.split(b"\n")
    at, other = luck.randrange(len(lines)), luck.randrange(len(lines))
    match luck.randrange(6):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            lines[at] = b" " * luck.randrange(1, 4) + lines[at]
        case 4:
            lines[at] = lines[at][luck.randrange(1, 4) :]
        case _:
            lines[at] = lines[at].rstrip() + luck.choice((b"", b"\t", b" ", b" # x", b" #x", b"|"))
    return b"\n".join(lines)


def _whole(data: bytes, luck: random.Random) -> bytes:
    match luck.randrange(5):
        case 0:
            return data.replace(b"\n", b"\r\n")
        case 1:
            return data[: luck.randrange(len(data) + 1)]
        case 2:
            return data.rstrip(b"\n")
        case 3:
            return b"\xef\xbb\xbf" + data
        case _:
            return data + b"\n---\n" + data


Damage = Callable[[bytes, random.Random], bytes]
DAMAGES: list[Damage] = [*[_typed] * 8, *[_token] * 3, *[_lines] * 3, _bytes, _bytes, _whole]


def damaged(data: bytes, luck: random.Random) -> bytes:
    """Damage a source in one to four places."""
    for _ in range(luck.choice((1, 1, 1, 2, 2, 3, 4))):
        data = luck.choice(DAMAGES)(data, luck)
    return data


def state(root: Path) -> dict[str, bytes]:
    """All files of a project but those of the build in progress."""
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }
    for name in (".lock", ".state", ".cache", ".media", ".gitignore"):
        files.pop(f"build/{name}", None)
    return files


def errors(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def assert_well_said(problem: Diagnostic, files: dict[str, bytes]) -> None:
    """A rule with documentation, a one-line message, and a valid span."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.rule), problem
    assert problem.message.strip(), problem
    assert "\n" not in problem.message, problem
    shown = report.framed([problem], lambda *_: None, color=False)
    assert not OBEYED.search(shown), problem
    span = problem.span
    if span is None:
        assert problem.rule == "no-decks", problem
        return
    text = files.get(span.path, b"").removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")
    lines = text.split("\n")
    assert (span.line, span.column) < (span.end_line, span.end_column), problem
    for line, column in ((span.line, span.column), (span.end_line, span.end_column - 1)):
        assert 1 <= line <= len(lines), problem
        assert 1 <= column <= len(lines[line - 1]) + 1 or column == 0 != line - 1, problem


def assert_only_inserted(before: bytes, after: bytes) -> None:
    """Whether the text contains every byte of the old one, in order."""
    rest = iter(after)
    assert all(byte in rest for byte in before)


def one_case(root: Path, luck: random.Random, sources: list[bytes]) -> bool:
    """Damage a project, check it, build it twice; returns whether it was built."""
    (root / "cards" / "notetypes").mkdir(parents=True)
    source, notetype, settings = luck.choice(sources), NOTETYPE, SETTINGS
    victim = luck.choice(("deck",) * 10 + ("notetype", "settings", "none"))
    source = damaged(source, luck) if victim == "deck" else source
    notetype = damaged(notetype, luck) if victim == "notetype" else notetype
    settings = damaged(settings, luck) if victim == "settings" else settings
    (root / "cards" / "deck.yaml").write_bytes(source)
    (root / "cards" / "map.png").write_bytes(b"\x89PNG")
    if b"media/" in source:
        shutil.copytree(SHIPPED / "media", root / "cards" / "media")
    (root / "cards" / "notetypes" / "country.yaml").write_bytes(notetype)
    (root / "flashdeck.yaml").write_bytes(settings)
    before = state(root)
    problems = check(root)
    assert state(root) == before
    report.framed(problems, report.source_lines(root), color=True)
    for problem in problems:
        assert_well_said(problem, before)
    built = build(root, Options(now=NOW))
    for problem in built.diagnostics:
        assert_well_said(problem, state(root))
    assert bool(errors(problems)) == bool(errors(built.diagnostics))
    if not built.packages:
        assert state(root) == before
        return False
    after = state(root)
    assert_only_inserted(source, after["cards/deck.yaml"])
    assert_only_inserted(settings, after["flashdeck.yaml"])
    again = build(root, Options(now=NOW + 1000))
    assert not errors(again.diagnostics)
    assert state(root) == after
    return True


@pytest.mark.parametrize("seed", range(0, CASES, AT_ONCE))
def test_damaged_sources_are_explained_or_built(tmp_path, monkeypatch, seed):
    monkeypatch.setattr(os, "fsync", lambda _: None)
    sources = corpus()
    built = 0
    for number in range(seed, seed + AT_ONCE):
        root = tmp_path / str(number)
        try:
            built += one_case(root, random.Random(number), sources)
        except Exception as error:
            error.add_note(f"case {number}: {(root / 'cards' / 'deck.yaml').read_bytes()!r}")
            raise
        shutil.rmtree(root)
    assert 0 < built < AT_ONCE
