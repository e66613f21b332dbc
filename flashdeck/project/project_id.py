"""The project's id, on which learners' notes depend, and its backup in the lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.kinds.registry import KINDS
from flashdeck.project.ids import stable_id
from flashdeck.project.lockfile import Lock
from flashdeck.project.paths import BUILD_NAME, LOCK_NAME, SETTINGS_NAME
from flashdeck.project.settings import Settings
from flashdeck.yamlnode import (
    Edit,
    MappingNode,
    ScalarNode,
    YamlFile,
    insertion_into,
    quoted,
    splice,
)

_CONSEQUENCE = "with another id Anki would refuse every edit of the notes that learners have"


def notetype_id(project_id: str, *words: str) -> int:
    """Derive the id of a note type, or of its fields and templates, from the project's id."""
    return stable_id(project_id, "notetype", *words)


def with_id(settings: Settings, lock: Lock) -> tuple[Settings, list[Diagnostic]]:
    """Compare the id and name in the settings with those in the lock.

    Missing ones are taken from the lock, and from the oldest project if there are several. An id
    that is not in the lock is an error; the settings get the lock's id, to avoid further errors.
    """
    if not lock.projects:
        return settings, _unrecorded(settings, lock)
    oldest = min(lock.projects.values(), key=attrgetter("first_built", "id"))
    entry = lock.projects.get(settings.id, oldest)
    problems: list[Diagnostic] = []
    if not settings.id:
        message = (
            f"{SETTINGS_NAME} has lost the project's id; '{entry.id}' is taken from {LOCK_NAME}, "
            "and the next build writes it back"
        )
        place = Span.point(SETTINGS_NAME)
        problems.append(_restored(message, "build, and commit the file", place))
    elif settings.id not in lock.projects:
        ids = " and ".join(f"'{name}'" for name in lock.projects)
        message = (
            f"the project's id is '{settings.id}' here, and {ids} in {LOCK_NAME}: {_CONSEQUENCE}"
        )
        hint = (
            f"write id: {entry.id} here again; for a project of its own, which shares no note with "
            f"that one, delete {LOCK_NAME} instead"
        )
        problems.append(Diagnostic("project-id", message, _place(settings.yaml), hint=hint))
    elif len(lock.projects) > 1:
        others = [name for name in lock.projects if name != entry.id]
        named = " and ".join(f"'{name}'" for name in others)
        message = (
            f"{LOCK_NAME} also has the id {named}, of another first build; '{entry.id}' stays, and "
            "Anki refuses edits of notes that learners have from a package of the other"
        )
        hint = (
            "build, and commit the lock; if only packages of the other were published, write id: "
            f"{others[0]} here first"
        )
        problems.append(_restored(message, hint, _place(settings.yaml)))
    return replace(settings, id=entry.id, name=settings.name or entry.name), problems


def kinds_of_others(project_id: str, lock: Lock, names: Mapping[str, str]) -> dict[str, str]:
    """Map kinds of custom notes of other first builds, as in the lock, to those of this project.

    `names` are the names of the note types by kind.
    """
    return {
        f"custom:{notetype_id(other, 'custom', name)}": kind
        for other in lock.projects
        if other != project_id
        for kind, name in names.items()
    }


def stamped_settings(settings: Settings, name: str) -> str:
    """Return the text of `flashdeck.yaml` with the project's id, and its name if missing.

    A file with an id is not changed.
    """
    file = settings.yaml
    root = file.documents[0] if file is not None and file.documents else None
    pairs = root.pairs if isinstance(root, MappingNode) else []
    keys = {key.value for key, _ in pairs}
    if file is not None and "id" in keys:
        return file.text
    stamps = [("id", settings.id)]
    if "name" not in keys:
        stamps.append(("name", quoted(name)))
    if file is not None and isinstance(root, MappingNode) and not pairs:
        inside = root.start.index + 1
        text = ", ".join(f"{key}: {value}" for key, value in stamps)
        return splice(file.text, [Edit(inside, inside, text)])
    if file is not None and isinstance(root, MappingNode):
        edits = [insertion_into(file.text, root, f"{key}: {value}") for key, value in stamps]
        merged = Edit(edits[0].start, edits[0].end, "".join(edit.text for edit in edits))
        return splice(file.text, [merged])
    head = file.text if file is not None else "# Settings of this flashdeck project.\n"
    head += "" if head.endswith("\n") or not head else "\n"
    comments = {"id": "  # unique to this project: never change it", "name": ""}
    return head + "".join(f"{key}: {value}{comments[key]}\n" for key, value in stamps)


def _unrecorded(settings: Settings, lock: Lock) -> list[Diagnostic]:
    """Compare the id with a lock of format 1, which has only ids derived from it."""
    kinds = {entry.kind for entry in lock.notes.values()}
    used = {kind.notetype for kind in KINDS if kind.name in kinds and kind.notetype}
    if not used or not lock.notetypes:
        return []
    if settings.id and any(notetype_id(settings.id, name) in lock.notetypes for name in used):
        return []
    lacks = f"'{settings.id}' is not the id that" if settings.id else "the project's id is missing:"
    message = f"{lacks} {LOCK_NAME} was built with; {_CONSEQUENCE}"
    hint = f"restore {SETTINGS_NAME} from git"
    return [Diagnostic("project-id", message, _place(settings.yaml), hint=hint)]


def lost_id() -> Diagnostic:
    """Report that the project's id is neither in the settings nor in a lock."""
    message = (
        f"the project's id is neither in {SETTINGS_NAME} nor in {LOCK_NAME}, but {BUILD_NAME}/ has "
        f"packages that were built with it; {_CONSEQUENCE}"
    )
    hint = f"restore {SETTINGS_NAME} from git; for a project of its own, delete {BUILD_NAME}/"
    return Diagnostic("project-id", message, Span.point(SETTINGS_NAME), hint=hint)


def _restored(message: str, hint: str, place: Span) -> Diagnostic:
    return Diagnostic("project-id-restored", message, place, Severity.WARNING, hint)


def _place(file: YamlFile | None) -> Span:
    root = file.documents[0] if file is not None and file.documents else None
    node = root.get("id") if isinstance(root, MappingNode) else None
    if file is None or not isinstance(node, ScalarNode):
        return Span.point(SETTINGS_NAME)
    return file.span(node)
