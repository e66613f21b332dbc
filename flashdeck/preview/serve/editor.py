"""How an editor is told to open a file at a line."""

from __future__ import annotations

import shlex
from pathlib import Path, PurePath
from urllib.parse import quote

_COLON = ("subl", "sublime_text", "zed", "hx", "helix", "lapce", "atom")
_GOTO = ("code", "code-insiders", "codium", "vscodium", "cursor", "windsurf")
_LINE = ("idea", "pycharm", "webstorm", "phpstorm", "clion", "goland", "rubymine", "kate", "gedit")


def editor_command(editor: str, path: Path, line: int, column: int) -> list[str]:
    """Write the command that opens a file at a place; no shell is needed to run it.

    `editor` is a program with its arguments. Where it holds `{file}`, `{line}` or `{column}` they
    are filled in; otherwise the place is written as the program likes it, `+12 file` if unknown.
    """
    parts = shlex.split(editor)
    if any(mark in part for part in parts for mark in ("{file}", "{line}", "{column}")):
        return [_filled(part, path, line, column) for part in parts]
    name = PurePath(parts[0]).stem.lower()
    if name in _GOTO:
        return [*parts, "--goto", f"{path}:{line}:{column}"]
    if name in _COLON:
        return [*parts, f"{path}:{line}:{column}"]
    if name in _LINE:
        return [*parts, "--line", str(line), str(path)]
    return [*parts, f"+{line}", str(path)]


def editor_link(folder: Path) -> str:
    """Write the address below which VS Code opens files of a folder: `…/file:line:column`."""
    written = folder.as_posix()
    slash = "" if written.startswith("/") else "/"
    return f"vscode://file{slash}{quote(written, safe='/:')}"


def _filled(part: str, path: Path, line: int, column: int) -> str:
    values = {"{file}": str(path), "{line}": str(line), "{column}": str(column)}
    for mark, value in values.items():
        part = part.replace(mark, value)
    return part
