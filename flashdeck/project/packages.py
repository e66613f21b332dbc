"""Assigns decks to packages, and names packages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from flashdeck.anki.deck_names import is_within, root
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Span
from flashdeck.files.files import check_package_name, is_device
from flashdeck.model import Note
from flashdeck.project.paths import BUILD_NAME, SETTINGS_NAME
from flashdeck.project.settings import Settings
from flashdeck.text import slug

_PATH_CHARACTERS = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def package_name(root_deck: str) -> str:
    """Return the file name for a root deck; a name without ASCII letters is kept."""
    stem = slug(root_deck) or _PATH_CHARACTERS.sub("-", root_deck.lower())
    return f"{stem}-deck.apkg" if is_device(stem) else f"{stem}.apkg"


def package_of(deck: str, settings: Settings) -> str:
    """Return the package of a deck: that of the nearest deck in the settings, or of its root."""
    nearest = ""
    package = package_name(root(deck))
    whole = next((edition for edition, tags in settings.editions.items() if not tags), "")
    for file, decks in settings.packages.items():
        for parent in decks:
            if is_within(deck, parent) and len(parent) > len(nearest):
                nearest, package = parent, file
    return with_suffix(package, whole)


def with_suffix(file: str, *words: str) -> str:
    """Add words to the name of a package: `spanish-full.apkg`."""
    return "-".join([file.removesuffix(".apkg"), *filter(None, words)]) + ".apkg"


def parts_of(file: str, settings: Settings) -> dict[str, str]:
    """Return the packages of editions that have a part of the notes of a package, by edition."""
    whole = next((edition for edition, tags in settings.editions.items() if not tags), "")
    stem = file.removesuffix(".apkg").removesuffix(f"-{whole}" if whole else "")
    parts = [edition for edition, tags in settings.editions.items() if tags]
    return {edition: f"{stem}-{edition}.apkg" for edition in parts}


def is_in_edition(note: Note, tags: Iterable[str]) -> bool:
    """Whether a note is in the edition with these tags; removed notes are in every edition."""
    own = [f"{tag}::".casefold() for tag in note.tags]
    chosen = [f"{tag}::".casefold() for tag in tags]
    return not note.cards or any(tag.startswith(one) for tag in own for one in chosen)


def package_files(
    decks: Iterable[str], settings: Settings
) -> tuple[Mapping[str, str], list[Diagnostic]]:
    """Map decks to package file names; invalid and ambiguous names are reported."""
    files = {deck: package_of(deck, settings) for deck in decks}
    problems: list[Diagnostic] = []
    span = Span.point(SETTINGS_NAME)
    roots: dict[str, str] = {}
    spellings: dict[str, str] = {}
    for deck, file in files.items():
        top = root(deck)
        if not top:
            continue  # reported at the deck
        try:
            check_package_name(file)
        except FlashdeckError as refused:
            hint = f"choose another name in {SETTINGS_NAME}: 'packages: {{other.apkg: [{deck}]}}'"
            problems.append(Diagnostic("package-name", str(refused), span, hint=hint))
        same = spellings.setdefault(file.lower(), file)
        if same != file:
            message = f"'{same}' and '{file}' are the same file on Windows and macOS"
            problems.append(Diagnostic("package-name", message, span, hint="rename one of them"))
        problems += _shared_names(file, files.values(), settings)
        if file in settings.packages:
            continue
        other = roots.setdefault(file.lower(), top)
        if other.lower() != top.lower():  # else reported as `deck-spelling`
            message = f"the decks '{other}' and '{top}' would both be written to {file}"
            hint = f"name one of them in {SETTINGS_NAME}: 'packages: {{other.apkg: [{top}]}}'"
            problems.append(Diagnostic("package-name", message, span, hint=hint))
    return files, list(dict.fromkeys(problems))


def _shared_names(file: str, others: Iterable[str], settings: Settings) -> Iterator[Diagnostic]:
    """Report an edition that would be written to another package."""
    taken = {other.lower() for other in others}
    for edition, part in parts_of(file, settings).items():
        if part.lower() in taken:
            message = f"the edition '{edition}' of {file} and another deck would both be {part}"
            hint = f"rename the edition or the deck in {SETTINGS_NAME}"
            yield Diagnostic("package-name", message, Span.point(SETTINGS_NAME), hint=hint)


def delete_packages(root: Path, files: Iterable[str]) -> list[str]:
    """Delete packages that are no longer built from `build/`; returns those that were there.

    `files` are names from the lock, which may not be names of packages.
    """
    deleted: list[str] = []
    for file in files:
        with suppress(FlashdeckError, OSError):
            check_package_name(file)
            (root / BUILD_NAME / file).unlink()
            deleted.append(file)
    return deleted
