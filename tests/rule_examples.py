"""Examples from the rules' documentation, as projects on disk."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

from flashdeck.checking.check import check
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.release.build import Options, build
from flashdeck.rules.pages import Page

_FILE = re.compile(r"== (?P<path>\S+)(?: \((?P<note>.+)\))?")
_PICTURE = re.compile(r"a picture of (\d+) by (\d+) pixels")
_NOW = 1_780_000_000


def said(page: Page, example: str, root: Path) -> list[Diagnostic]:
    """The diagnostics of an example, after building its first version."""
    (root / "cards").mkdir(parents=True)
    if page.before:
        write(page.before, root)
        built = build(root, Options(now=_NOW))
        assert [
            problem for problem in built.diagnostics if problem.severity is Severity.ERROR
        ] == []
    write(example, root)
    if not page.before:
        return check(root)
    options = Options(now=_NOW + 60, frozen=page.name == "frozen")
    return list(build(root, options).diagnostics)


def write(example: str, root: Path) -> None:
    """Write an example's files."""
    path, note, lines = "cards/deck.yaml", "", []
    for line in [*example.splitlines(), "== end"]:
        head = _FILE.fullmatch(line)
        if head is None:
            lines.append(line)
            continue
        if lines or note:
            _write(root / path, note, "\n".join(lines) + "\n")
        path, note, lines = head["path"], head["note"] or "", []


def _write(path: Path, note: str, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = _PICTURE.fullmatch(note)
    if note in _LOCKS:
        _LOCKS[note](path)
    elif picture is not None:
        path.write_bytes(png(int(picture[1]), int(picture[2])))
    elif note == "in Latin-1":
        path.write_bytes(text.encode("latin-1"))
    elif note == r"with \u escapes":
        words = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)
        path.write_bytes(words.encode())
    elif note == "a folder":
        path.mkdir()
    elif note == "an empty file":
        path.write_bytes(b"")
    elif note == "gone":
        path.unlink()
    elif note == "a link out of the project":
        outside = path.parent.parent.parent / "outside.png"
        outside.write_bytes(png(60, 40))
        path.symlink_to(outside)
    else:
        assert note == "", note
        path.write_bytes(text.encode())
    if note == "gone" and path.name == "flashdeck.lock":
        shutil.rmtree(path.parent / "build")


def _take_back(path: Path) -> None:
    """Make a lock one of the day before."""
    text = path.read_text("utf-8")
    path.write_text(text.replace(f"flask.apkg\t{_NOW}", f"flask.apkg\t{_NOW - 86_400}"), "utf-8")


def _leave_branch(path: Path) -> None:
    """Make a lock one without the last note."""
    _take_back(path)
    *lines, _ = re.findall("^note\t.*\n", text := path.read_text("utf-8"), re.MULTILINE)
    path.write_text(re.sub("(?:^note\t.*\n)+", "".join(lines), text, flags=re.MULTILINE), "utf-8")


def _make_shallow(path: Path) -> None:
    """Make a project a repository without its older history, and without what was built."""
    root = path.parent
    shutil.rmtree(root / "build")
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for command in (("init", "-q"), ("add", "."), (*author, "commit", "-qm", "build")):
        subprocess.run(["git", *command], cwd=root, check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, check=True, capture_output=True)
    (root / ".git" / "shallow").write_bytes(head.stdout)


_LOCKS = {
    "as before the last build": _take_back,
    "of another branch": _leave_branch,
    "in a shallow clone": _make_shallow,
}


def png(width: int, height: int) -> bytes:
    """A white picture."""
    rows = zlib.compress((b"\0" + b"\xff" * width) * height, 1)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", rows),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
