"""Import of a package, or of CrowdAnki's JSON, into a new or existing project."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from flashdeck.anki.read.apkg import read_package
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity
from flashdeck.importing.crowdanki import read_crowdanki
from flashdeck.importing.existing import import_into
from flashdeck.importing.formats.read import exported_file, read_without_times
from flashdeck.importing.fresh import import_new, is_free
from flashdeck.importing.layout import file_stem
from flashdeck.importing.result import Imported, ImportOptions, Progress, Rewriting
from flashdeck.model import Collection
from flashdeck.project.paths import find_root
from flashdeck.text import counted

__all__ = ["Imported", "import_file"]

_FEW = 3


def import_file(  # noqa: PLR0913 - one for each option
    file: Path,
    target: Path | None,
    *,
    now: int,
    deck: str = "",
    markdown: Rewriting | None = None,
    keys: bool = False,
    allow_scripts: bool = False,
    delete_missing: bool = False,
    accept_removals: bool = False,
    progress: Progress = lambda *_: None,
) -> Imported:
    """Import a package, or CrowdAnki's JSON, into the project in `target`, or create one there.

    `target` is by default the project around the current folder, else a new folder in it that is
    named after the file. `deck` selects a deck and its subdecks; `markdown` converts fields to
    Markdown; `keys` gives short keys to note types; `allow_scripts` accepts the scripts of a new
    project in its settings. `delete_missing` removes notes that the package no longer holds from
    the project: more than ten, or a fifth, only with `accept_removals`.

    Raises `FlashdeckError` for a file that can't be read or written.
    """
    file = exported_file(file)
    plain = read_without_times(file)
    collection, skipped = _read(file) if plain is None else (plain[0], [plain[1]])
    options = ImportOptions(
        name=file.stem,
        now=now,
        deck=deck,
        markdown=markdown,
        keys=keys,
        allow_scripts=allow_scripts,
        delete_missing=delete_missing,
        accept_removals=accept_removals,
        has_times=plain is None,
    )
    target = target or _usual_target(file)
    result = (import_new if is_free(target) else import_into)(collection, target, options, progress)
    return replace(result, diagnostics=(*skipped, *result.diagnostics))


def _read(file: Path) -> tuple[Collection, list[Diagnostic]]:
    """Read a file; report what a project can't hold."""
    if file.is_dir() or file.suffix.lower() == ".json":
        hint = "those who got the deck from CrowdAnki have other ones, so Anki refuses their notes"
        message = "CrowdAnki's files have no ids of note types; the note types get new ones"
        problems = [Diagnostic("import", message, None, Severity.WARNING, hint)]
        return read_crowdanki(file), problems
    collection, skipped = read_package(file)
    left = {
        "preset(s) of deck options": skipped.presets,
        "filtered deck(s)": len(skipped.filtered),
        "suspended or buried card(s)": skipped.suspended + skipped.buried,
        "flag(s)": skipped.flagged,
        "review(s)": skipped.reviews,
    }
    listing = ", ".join(counted(count, what) for what, count in left.items() if count)
    message = f"left in Anki, where they stay untouched: {listing}"
    problems = [Diagnostic("import", message, None, Severity.INFO)] if listing else []
    if skipped.addon_keys:
        message = counted(
            len(skipped.addon_keys), "key(s) of add-ons in fields and templates left out"
        )
        hint = f"as {', '.join(skipped.addon_keys[:_FEW])}; new learners do not get them"
        problems.append(Diagnostic("import", message, None, Severity.INFO, hint))
    return collection, problems


def _usual_target(file: Path) -> Path:
    """The project around the current folder; else a new folder, named after the file."""
    with suppress(FlashdeckError):
        return find_root(Path.cwd())
    return Path.cwd() / file_stem(file.stem)
