"""Recordings of the texts that a project speaks, made by a speech engine of the user."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Final

from flashdeck.compile.media.speech import Recording
from flashdeck.compile.pipeline import compile_loaded
from flashdeck.diagnostics import FlashdeckError, reason
from flashdeck.files.files import Publication
from flashdeck.kinds.settings import ANKI_SPEAKS
from flashdeck.project.project import load_project
from flashdeck.project.project_lock import locked_project
from flashdeck.records import dataclass

_ESPEAK: Final = "espeak-ng"
# espeak-ng's names of languages that differ from Anki's.
_ESPEAK_NAMES: Final = {"zh": "cmn", "no": "nb", "tl": "fil"}
_MARKS: Final = ("{file}", "{language}", "{text}")
_EXAMPLE: Final = "as in --engine espeak-ng, or --engine 'say-it --lang {language} -o {file}'"
_LARGEST: Final = 100 * 2**20


@dataclass(frozen=True, slots=True)
class Recorded:
    """The paths of `missing` recordings in a project, which were written, and of all others."""

    missing: tuple[str, ...]
    present: tuple[str, ...]


def engine_parts(engine: str) -> list[str]:
    """Split a command into a program and its arguments, without a shell."""
    try:
        parts = shlex.split(engine)
    except ValueError as error:
        why = str(error).lower().removeprefix("no ")
        message = f"the engine {engine!r} is not a command: it has no {why}"
        raise FlashdeckError(message, _EXAMPLE) from error
    if not parts:
        raise FlashdeckError("no speech engine is named", _EXAMPLE)
    if PurePath(parts[0]).stem != _ESPEAK and not any("{file}" in part for part in parts):
        message = f"the engine {parts[0]!r} gets no file to write to: its command has no {{file}}"
        raise FlashdeckError(message, _EXAMPLE)
    return parts


def record(
    root: Path,
    engine: Sequence[str],
    report: Callable[[str], None] = lambda _path: None,
    *,
    dry_run: bool = False,
) -> Recorded:
    """Record all texts without a recording; `report` is called with the path of each new file.

    A `dry_run` runs no engine.
    """
    with locked_project(root):
        project, problems = load_project(root)
        ending = project.settings.speech
        if ending == ANKI_SPEAKS:
            message = "Anki speaks the texts of this project, and needs no recordings"
            raise FlashdeckError(message, "for recordings, write 'speech: mp3' in flashdeck.yaml")
        compiled = compile_loaded(project, problems, allow_scripts=True).compiled
        recordings: Mapping[str, Recording] = dict(sorted(compiled.media.recordings.items()))
        missing = tuple(path for path in recordings if not (root / path).is_file())
        for path in () if dry_run else missing:
            data = _spoken(engine, recordings[path], ending)
            with Publication() as publication:
                publication.stage(root / path, root, parents=True).write(data)
                publication.commit()
            report(path)
    return Recorded(missing, tuple(path for path in recordings if path not in missing))


def _spoken(engine: Sequence[str], recording: Recording, ending: str) -> bytes:
    """Run the engine, and return the content of the file that it wrote."""
    with tempfile.TemporaryDirectory(prefix="flashdeck-") as folder:
        file = Path(folder) / f"speech.{ending}"
        failures = [
            failure
            for command in _commands(engine, recording, file, ending)
            if (failure := _run(command, recording.text, file))
        ]
        if not file.is_file() or not file.stat().st_size:
            why = failures[0] if failures else "it wrote no file"
            message = f"{engine[0]} can't speak {recording.text!r} ({recording.language}): {why}"
            raise FlashdeckError(message, "try its command in a terminal")
        if file.stat().st_size > _LARGEST:
            raise FlashdeckError(f"{engine[0]} wrote a file that is too large")
        return file.read_bytes()


def _commands(
    engine: Sequence[str], recording: Recording, file: Path, ending: str
) -> list[list[str]]:
    """Return the commands to try, one after the other."""
    if any(mark in part for part in engine for mark in _MARKS):
        values = dict(zip(_MARKS, (str(file), recording.language, recording.text), strict=True))
        return [[_filled(part, values) for part in engine]]
    if ending != "wav":
        message = f"{engine[0]} writes wav files, and flashdeck.yaml asks for {ending}"
        raise FlashdeckError(message, "write 'speech: wav' there, or name another engine")
    name, _, country = recording.language.lower().partition("_")
    names = (f"{name}-{country}", _ESPEAK_NAMES.get(name, name))
    return [[*engine, "-v", voice, "-w", str(file), "--stdin"] for voice in names]


def _filled(part: str, values: Mapping[str, str]) -> str:
    """Replace placeholders; one in the text stays."""
    for mark, value in values.items():
        before, found, after = part.partition(mark)
        if found:
            return f"{_filled(before, values)}{value}{_filled(after, values)}"
    return part


def _run(command: Sequence[str], text: str, file: Path) -> str:
    """Run a command unless the file is there already; returns why it failed, or ''."""
    if file.is_file() and file.stat().st_size:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
            command,
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
    except OSError as error:
        message = f"{command[0]} can't be run: {reason(error)}"
        raise FlashdeckError(message, "install it, or name another engine with --engine") from error
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return (lines[-1] if lines else f"exit code {done.returncode}") if done.returncode else ""
