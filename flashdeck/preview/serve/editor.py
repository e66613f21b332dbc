"""Commands and links that open a file in an editor."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path, PurePath
from urllib.parse import quote

from flashdeck.diagnostics import FlashdeckError

_EXAMPLES = "name it with --editor or $VISUAL, as in 'code' or 'edit {file} {line}'"
_COLON = ("subl", "sublime_text", "zed", "hx", "helix", "lapce", "atom")
_GOTO = ("code", "code-insiders", "codium", "vscodium", "cursor", "windsurf")
_LINE = ("idea", "pycharm", "webstorm", "phpstorm", "clion", "goland", "rubymine", "kate", "gedit")


def editor_parts(editor: str) -> list[str]:
    """Split a command into a program and its arguments. Raises `FlashdeckError`."""
    try:
        parts = shlex.split(editor)
    except ValueError as error:
        why = str(error).lower().removeprefix("no ")
        message = f"the editor {editor!r} is not a command: it has no {why}"
        raise FlashdeckError(message, _EXAMPLES) from error
    if not parts or not parts[0]:
        message = f"the editor {editor!r} is not a command: it names no program"
        raise FlashdeckError(message, _EXAMPLES)
    return parts


def editor_command(parts: Sequence[str], path: Path, line: int, column: int) -> list[str]:
    """The command that opens a file at a position, to be run without a shell.

    `parts` are a program and its arguments. The placeholders `{file}`, `{line}` and `{column}` are
    replaced; without any, the position is added in the program's own syntax, `+12 file` if unknown.
    """
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
    """The URL below which VS Code opens files of a folder: `…/file:line:column`."""
    path = folder.as_posix()
    slash = "" if path.startswith("/") else "/"
    return f"vscode://file{slash}{quote(path, safe='/:')}"


def _filled(part: str, path: Path, line: int, column: int) -> str:
    values = {"{file}": str(path), "{line}": str(line), "{column}": str(column)}
    for mark, value in values.items():
        part = part.replace(mark, value)
    return part
