"""Makes packages: compile, check, date, write, and publish all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from flashdeck.built import Built, BuiltPackage, Options, Progress
from flashdeck.compiler import Compiled, compile_project, known_kinds
from flashdeck.consequences import consequences
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span
from flashdeck.digest import stream_digest
from flashdeck.files import Publication
from flashdeck.identity import new_project_id
from flashdeck.judging import Judge
from flashdeck.keeping import Keeper
from flashdeck.kept import Kept
from flashdeck.lockfile import LOCK_NAME, lock_text
from flashdeck.packages import package_files
from flashdeck.project import Project, load_project, stamped_settings
from flashdeck.read.apkg import read_apkg
from flashdeck.recover import recover_lock
from flashdeck.release import Content, Policy, Release, release
from flashdeck.roots import SETTINGS_NAME
from flashdeck.stamp import encoded, require_unchanged, stamped_sources
from flashdeck.write.apkg import write_apkg


def make(root: Path, options: Options, progress: Progress) -> Built:
    """Build every package of the project at `root`, while holding its lock.

    Raises `FlashdeckError` where nothing an author writes is to blame.
    """
    project, problems = load_project(root)
    unsaved = not project.settings.id
    if unsaved:
        settings = replace(project.settings, id=new_project_id())
        project = replace(project, settings=settings)
    lost: list[Diagnostic] = []
    if not project.lock_text and not unsaved:
        lock, lost = recover_lock(project.build, known_kinds(project))
        project = replace(project, lock=lock)
    keeper = Keeper(root)
    kept = keeper.read() if project.lock_text else Kept()
    compiled, found = compile_project(project, allow_scripts=options.allow_scripts, kept=kept)
    judge = Judge(project.settings.rules, compiled.sources)
    problems += lost if any(one.stamped for one in compiled.notes) else []
    problems += found
    files, found = package_files(
        sorted({card.deck for note in compiled.collection.notes for card in note.cards}),
        project.settings,
    )
    problems += found if options.output is None else []
    problems = judge.judged(problems)
    if _fatal(problems) or not (compiled.collection.notes or project.lock.notes):
        return Built((), tuple(problems))
    single = options.output.name if options.output is not None else ""
    policy = Policy(
        project.settings.removed == "empty", options.accept_removals, options.accept_schema_change
    )
    releases, new_lock, found = release(
        _content(compiled, files), project.lock, options.now, policy, single
    )
    found += consequences(compiled.collection, project.lock, compiled.digests)
    problems += judge.judged(found)
    texts = _texts(project, compiled, unsaved=unsaved)
    new_text = lock_text(new_lock)
    if options.frozen:
        problems += _frozen(texts, project.lock_text, new_text)
    if _fatal(problems):
        return Built((), tuple(problems))
    written: dict[Path, bytes] = {}
    if not options.frozen:
        written = {root / path: words for path, words in texts.items()}
        if new_text != project.lock_text:
            written[root / LOCK_NAME] = new_text.encode()
    with Publication() as publication:
        for path, data in written.items():
            publication.stage(path, root).write(data)
        packages = []
        for one in releases:
            # Where the author names a file, that may lie anywhere.
            inside = root if options.output is None else None
            target = options.output or project.build / one.file
            stream = publication.stage(target, inside)
            packages.append(_package(stream, one, target, progress))
        keeper.write(compiled.kept, publication)
        # Packages take their time, and their author may have saved a file meanwhile.
        sources = [source.yaml for source in compiled.sources]
        sources += [project.settings.yaml] if project.settings.yaml is not None else []
        publication.commit(lambda: require_unchanged(root, sources, written))
    return Built(tuple(packages), tuple(problems), written)


def _content(compiled: Compiled, files: Mapping[str, str]) -> Content:
    return Content(
        collection=compiled.collection,
        kinds=compiled.kinds,
        notetypes=compiled.notetypes,
        packages=files,
        digests=compiled.digests,
    )


def _texts(project: Project, compiled: Compiled, *, unsaved: bool) -> dict[str, bytes]:
    """Give the sources that will change, in the order in which they must appear on disk."""
    found: dict[str, bytes] = {}
    if unsaved:
        settings = replace(project.settings, id="")
        words = stamped_settings(settings, project.settings.id, compiled.name)
        before = settings.yaml.text if settings.yaml is not None else None
        found[SETTINGS_NAME] = (
            words.encode()
            if before is None
            else encoded(project.root / SETTINGS_NAME, project.root, before, words)
        )
    texts = {source.yaml.path: source.yaml.text for source in compiled.sources}
    for path, words in stamped_sources(
        compiled.sources, compiled.notes, project.settings.limits
    ).items():
        found[path] = encoded(project.root / path, project.root, texts[path], words)
    return found


def _frozen(texts: dict[str, bytes], old: str, new: str) -> list[Diagnostic]:
    changed = [*texts, *([LOCK_NAME] if old != new else [])]
    hint = "build without --frozen, and commit what changes"
    return [
        Diagnostic("frozen", f"a build would change {path}", Span.point(path), hint=hint)
        for path in changed
    ]


def _package(stream: BinaryIO, one: Release, target: Path, progress: Progress) -> BuiltPackage:
    """Write a package beside its place, read it back, and compare."""
    write_apkg(one.collection, stream, progress=lambda done, all_: progress(one.file, done, all_))
    stream.seek(0)
    sha256 = stream_digest(stream)
    stream.seek(0)
    if read_apkg(stream, one.collection.media) != one.collection:
        message = f"{one.file} does not read back as what was meant; nothing was written"
        raise FlashdeckError(message, "this is a bug in flashdeck: please report it")
    notes = [note for note in one.collection.notes if note.cards]
    return BuiltPackage(
        path=target,
        sha256=sha256,
        decks=tuple(deck.name for deck in one.collection.decks),
        notes=len(notes),
        cards=sum(len(note.cards) for note in notes),
        media=len(one.collection.media),
        counts=one.counts,
    )


def _fatal(problems: Sequence[Diagnostic]) -> bool:
    return any(one.severity is Severity.ERROR for one in problems)
