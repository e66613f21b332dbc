"""A collection from elsewhere becomes a project, or is taken into one that is there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from flashdeck.anki.read.apkg import read_package
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity
from flashdeck.importing.crowdanki import read_crowdanki
from flashdeck.importing.existing import import_into
from flashdeck.importing.fresh import import_new, is_free
from flashdeck.importing.layout import file_stem
from flashdeck.importing.result import Imported, ImportOptions, Progress
from flashdeck.model import Collection
from flashdeck.project.paths import find_root
from flashdeck.text import counted

__all__ = ["Imported", "import_file"]

_FEW = 3


def import_file(
    file: Path,
    target: Path | None,
    *,
    now: int,
    deck: str = "",
    markdown: bool = False,
    progress: Progress = lambda *_: None,
) -> Imported:
    """Import a package, or CrowdAnki's JSON, into the project in `target`, or begin one there.

    `target` is by default the project around the current folder, else a new folder in it that is
    named after the file. `deck` picks a deck and those below it; `markdown` writes as Markdown what
    comes back the same. Raises `FlashdeckError` for what can't be read or written.
    """
    collection, said = _read(file)
    options = ImportOptions(name=file.stem, now=now, deck=deck, markdown=markdown)
    target = target or _usual_target(file)
    done = (import_new if is_free(target) else import_into)(collection, target, options, progress)
    return replace(done, diagnostics=(*said, *done.diagnostics))


def _read(file: Path) -> tuple[Collection, list[Diagnostic]]:
    """Read whatever it is; say what of it no project holds."""
    if file.is_dir() or file.suffix.lower() == ".json":
        hint = "those who got the deck from CrowdAnki have other ones, so Anki refuses their notes"
        message = "CrowdAnki's files hold no ids of note types; they get new ones"
        said = [Diagnostic("import", message, None, Severity.WARNING, hint)]
        collection, unnamed = read_crowdanki(file)
        if unnamed:
            message = counted(len(unnamed), "file(s) of media/ left out that nothing names")
            examples = f"as {', '.join(unnamed[:_FEW])}"
            said.append(Diagnostic("import", message, None, Severity.NOTE, examples))
        return collection, said
    collection, beyond = read_package(file)
    left = {
        "preset(s) of deck options": beyond.presets,
        "filtered deck(s)": len(beyond.filtered),
        "suspended or buried card(s)": beyond.suspended + beyond.buried,
        "flag(s)": beyond.flagged,
        "review(s)": beyond.reviews,
    }
    words = ", ".join(counted(count, what) for what, count in left.items() if count)
    message = f"left in Anki, where they stay untouched: {words}"
    return collection, [Diagnostic("import", message, None, Severity.NOTE)] if words else []


def _usual_target(file: Path) -> Path:
    """The project that one stands in; else a new folder, named after the file."""
    with suppress(FlashdeckError):
        return find_root(Path.cwd())
    return Path.cwd() / file_stem(file.stem)
