"""Makes packages: compile, check, date, write, and publish all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from flashdeck.anki.read.proof import holds
from flashdeck.anki.write.apkg import write_apkg
from flashdeck.compile.cache.keeping import Keeper, News
from flashdeck.compile.cache.kept import Kept
from flashdeck.compile.cache.mediacache import keep_media, kept_media
from flashdeck.compile.compiler import Compiled, compile_project, known_kinds
from flashdeck.compile.suppress import Judge
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span
from flashdeck.files.files import Publication
from flashdeck.project.digest import stream_digest
from flashdeck.project.ids import new_project_id
from flashdeck.project.lockfile import LOCK_NAME, lock_text
from flashdeck.project.packages import package_files
from flashdeck.project.paths import BUILD_NAME, SETTINGS_NAME
from flashdeck.project.project import Project, load_project
from flashdeck.project.project_id import stamped_settings
from flashdeck.release.consequences import consequences
from flashdeck.release.recover import recover_lock
from flashdeck.release.release import Content, Policy, Release, release
from flashdeck.release.result import Built, BuiltPackage, Options, Progress
from flashdeck.release.stamp import encoded, require_unchanged, stamped_sources
from flashdeck.yamlnode import YamlFile


@dataclass(slots=True)
class _Ready:
    """What is to be published: packages, sources by their paths, and what the next build takes.

    Nothing is where `releases` is None: there are errors, or no notes and never were any.
    `read` are the sources that were read in full. What they were compiled to is gone by now, which
    leaves room for the packages.
    """

    problems: list[Diagnostic]
    releases: tuple[Release, ...] | None = None
    written: dict[Path, bytes] = field(default_factory=dict)
    read: tuple[YamlFile, ...] = ()
    news: News | None = None


def make(root: Path, options: Options, progress: Progress) -> Built:
    """Build every package of the project at `root`, while holding its lock.

    Raises `FlashdeckError` where nothing an author writes is to blame.
    """
    keeper = Keeper(root)
    ready = _prepare(root, options, keeper)
    if ready.releases is None:
        return Built((), tuple(ready.problems))
    with Publication() as publication:
        for path, data in ready.written.items():
            publication.stage(path, root).write(data)
        if ready.news is not None:
            keeper.write(ready.news, publication)
            ready.news = None  # as large as the sources
        packages = []
        for one in ready.releases:
            # Where the author names a file, that may lie anywhere.
            inside = root if options.output is None else None
            target = options.output or root / BUILD_NAME / one.file
            stream = publication.stage(target, inside)
            told = partial(progress, one.file)
            packages.append(_package(stream, one, target, told, digest=options.digests))
        # Packages take their time, and their author may have saved a file meanwhile.
        publication.commit(lambda: require_unchanged(root, ready.read, ready.written))
    return Built(tuple(packages), tuple(ready.problems), ready.written)


def _prepare(root: Path, options: Options, keeper: Keeper) -> _Ready:
    """Compile and date everything."""
    project, problems = load_project(root)
    unsaved = not project.settings.id
    if unsaved:
        settings = replace(project.settings, id=new_project_id())
        project = replace(project, settings=settings)
    lost: list[Diagnostic] = []
    if not project.lock_text and not unsaved:
        lock, lost = recover_lock(project.build, known_kinds(project))
        project = replace(project, lock=lock)
    kept = keeper.read() if project.lock_text else Kept()
    counted = kept_media(root)
    compiled, found = compile_project(
        project, allow_scripts=options.allow_scripts, kept=kept, counted=counted
    )
    keep_media(root, counted, whole=not _fatal([*problems, *found]))
    judge = Judge(project.settings.rules, compiled.sources)
    problems += lost if compiled.has_stamps else []
    problems += found
    files, found = package_files(
        sorted({card.deck for note in compiled.collection.notes for card in note.cards}),
        project.settings,
    )
    problems += found if options.output is None else []
    problems = judge.judged(problems)
    if _fatal(problems) or not (compiled.collection.notes or project.lock.notes):
        return _Ready(problems)
    single = options.output.name if options.output is not None else ""
    policy = Policy(
        project.settings.removed == "empty", options.accept_removals, options.accept_schema_change
    )
    releases, new_lock, found = release(
        _content(project, compiled, files), project.lock, options.now, policy, single
    )
    found += consequences(compiled.collection, project.lock, compiled.digests)
    problems += judge.judged(found)
    written = _texts(project, compiled)
    lock_words = lock_text(new_lock)
    if lock_words != project.lock_text:
        written[LOCK_NAME] = lock_words.encode()
    if options.frozen:
        problems += _frozen(written)
        written = {}
    if _fatal(problems):
        return _Ready(problems)
    read = [source.yaml for source in compiled.sources]
    read += [project.settings.yaml] if project.settings.yaml is not None else []
    paths = {root / path: words for path, words in written.items()}
    return _Ready(problems, releases, paths, tuple(read), keeper.news(compiled.kept))


def _content(project: Project, compiled: Compiled, files: Mapping[str, str]) -> Content:
    return Content(
        project=project.settings.id,
        name=compiled.name,
        collection=compiled.collection,
        kinds=compiled.kinds,
        notetypes=compiled.notetypes,
        packages=files,
        digests=compiled.digests,
    )


def _texts(project: Project, compiled: Compiled) -> dict[str, bytes]:
    """Give the sources that will change, in the order in which they must appear on disk."""
    found: dict[str, bytes] = {}
    yaml = project.settings.yaml
    words = stamped_settings(project.settings, compiled.name)
    if yaml is None:
        found[SETTINGS_NAME] = words.encode()
    elif words != yaml.text:
        found[SETTINGS_NAME] = encoded(project.root / SETTINGS_NAME, project.root, yaml.text, words)
    texts = {source.yaml.path: source.yaml.text for source in compiled.sources}
    for path, words in stamped_sources(
        compiled.sources, compiled.notes, project.settings.limits
    ).items():
        found[path] = encoded(project.root / path, project.root, texts[path], words)
    return found


def _frozen(changed: Iterable[str]) -> list[Diagnostic]:
    hint = "build without --frozen, and commit what changes"
    return [
        Diagnostic("frozen", f"a build would change {path}", Span.point(path), hint=hint)
        for path in changed
    ]


def _package(
    stream: BinaryIO,
    one: Release,
    target: Path,
    progress: Callable[[int, int], None],
    *,
    digest: bool,
) -> BuiltPackage:
    """Write a package beside its place, read it back, and compare.

    Media are not read back: each was counted while it was written, or looked untouched afterwards.
    """
    write_apkg(one.collection, stream, progress=progress)
    stream.seek(0)
    if not holds(stream, one.collection):
        message = f"{one.file} does not read back as what was meant; nothing was written"
        raise FlashdeckError(message, "this is a bug in flashdeck: please report it")
    stream.seek(0)
    notes = [note for note in one.collection.notes if note.cards]
    return BuiltPackage(
        path=target,
        sha256=stream_digest(stream) if digest else None,
        content=one.digest,
        decks=tuple(deck.name for deck in one.collection.decks),
        notes=len(notes),
        cards=sum(len(note.cards) for note in notes),
        media=len(one.collection.media),
        counts=one.counts,
    )


def _fatal(problems: Sequence[Diagnostic]) -> bool:
    return any(one.severity is Severity.ERROR for one in problems)
