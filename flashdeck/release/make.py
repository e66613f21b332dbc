"""Builds packages: compiles, checks, dates, writes and publishes them, all or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from flashdeck.anki.read.proof import holds
from flashdeck.anki.write.apkg import write_apkg
from flashdeck.compile.cache import Cache
from flashdeck.compile.compiler import Compiled, known_kinds
from flashdeck.compile.identity import Identified
from flashdeck.compile.media.cache import load_media_cache, save_media_cache
from flashdeck.compile.pipeline import Outcome, compile_loaded
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span
from flashdeck.files.files import Publication
from flashdeck.model import Collection
from flashdeck.project.digest import note_digest, stream_digest
from flashdeck.project.ids import new_project_id
from flashdeck.project.lockfile import Lock, lock_text
from flashdeck.project.packages import delete_packages, is_in_edition, parts_of
from flashdeck.project.paths import BUILD_NAME, LOCK_NAME, SCHEMAS_NAME, SETTINGS_NAME
from flashdeck.project.project import Project, load_project
from flashdeck.project.project_id import stamped_settings
from flashdeck.project.published import Healed, healed, record
from flashdeck.project.settings import Settings
from flashdeck.release.consequences import changed_fronts, consequences
from flashdeck.release.recover import recover_lock
from flashdeck.release.release import Content, Policy, Release, last_time, release, without_removed
from flashdeck.release.removals import last_texts, without_others
from flashdeck.release.result import BuildResult, BuiltPackage, Counts, Options, Progress
from flashdeck.release.stamp import (
    Stamped,
    encoded,
    require_unchanged,
    stamped_sources,
    unstamped_reserves,
)
from flashdeck.release.state import Made
from flashdeck.text import counted
from flashdeck.yamlnode import YamlFile

_TITLE = 40  # characters

# Rules about what a build repairs itself, so that the next package has nothing to report.
_TRANSIENT = frozenset(
    {
        *("changed-kind", "history-cut-off", "lock-lost", "lock-merged", "older-lock"),
        *("project-id-restored", "published-elsewhere", "reserve-used"),
    }
)


class _Ready(NamedTuple):
    """The packages to publish, and other files by path.

    `releases` is None if there are errors, or no notes in the sources and in the lock. `read` are
    the sources that were read as a whole, `obsolete` packages that are built no more. The compiled
    project is not part of it, to free memory before packages are written.
    """

    problems: tuple[Diagnostic, ...]
    lasting: tuple[Diagnostic, ...] = ()
    releases: tuple[Release, ...] | None = None
    written: Mapping[Path, bytes] = MappingProxyType({})
    read: tuple[YamlFile, ...] = ()
    others: tuple[Path, ...] = ()
    obsolete: tuple[str, ...] = ()
    settings: Settings = Settings()


def make(root: Path, options: Options, progress: Progress) -> Made:
    """Build every package of the locked project at `root`.

    Raises `FlashdeckError` for causes outside the sources.
    """
    with Publication() as publication:
        ready = _prepare(root, options, publication)
        if ready.releases is None:
            return Made(BuildResult((), ready.problems))
        releases = [*_with_editions(ready.releases, ready.settings, options)]
        fresh = _fresh(releases, options.fresh) if options.fresh is not None else {}
        # `--output` and `--fresh` may name files outside the project.
        inside = root if options.output is None else None
        packages = []
        for release in releases:
            target = options.output or root / BUILD_NAME / release.file
            stream = publication.stage(target, inside)
            report = partial(progress, release.file)
            packages.append(_package(stream, release, target, report, digest=options.digests))
        fresh_packages = []
        for target, release in fresh.items():
            stream = publication.stage(target)
            report = partial(progress, str(target))
            fresh_packages.append(_package(stream, release, target, report, digest=options.digests))
        # The sources may have been edited while packages were written.
        publication.commit(lambda: require_unchanged(root, ready.read, ready.written))
    delete_packages(root, ready.obsolete)
    result = BuildResult(tuple(packages), ready.problems, ready.written, tuple(fresh_packages))
    return Made(result, ready.lasting, ready.others)


def _prepare(root: Path, options: Options, publication: Publication) -> _Ready:
    """Compile and date the project; stage all files but the packages."""
    project, problems = load_project(root)
    with_published, lost = _with_identity(project, problems, options)
    project = with_published.project
    is_merged = len(project.lock.projects) > 1
    cache = Cache.load(root) if project.lock_text and not is_merged else Cache()
    media_cache = load_media_cache(root)
    outcome = compile_loaded(
        project,
        problems,
        allow_scripts=options.allow_scripts,
        cache=None if is_merged else cache,  # all notes are needed
        media_cache=media_cache,
        single_package=options.output is not None,
    )
    save_media_cache(root, media_cache, whole=not outcome.errors)
    compiled = outcome.compiled
    lost += with_published.left_out(compiled.kinds) if not options.take_back else []
    lost = outcome.suppressions.applied(lost) if compiled.has_stamps else []
    reported = [*lost, *outcome.problems]
    if outcome.errors or not (compiled.collection.notes or project.lock.notes):
        return _Ready(tuple(reported))
    project = with_published.with_notes(compiled.kinds)
    outcome = replace(outcome, project=without_others(project, compiled) if is_merged else project)
    releases, lock, release_problems = _released(outcome, options)
    new_lock = lock_text(lock)
    stamped = stamped_sources(compiled, project.settings.limits)
    written = _texts(outcome, stamped, new_lock)
    if options.frozen:
        release_problems += _frozen(written, compiled)
    reported += outcome.suppressions.applied(release_problems)
    if any(problem.severity is Severity.ERROR for problem in reported):
        return _Ready(tuple(reported))
    if options.frozen:
        written = {}
    else:
        if (root / SCHEMAS_NAME).is_dir():
            from flashdeck.editor.files import changed_schemas  # loaded where it has work

            written |= changed_schemas(project)
        cache.save(root, publication)
    for path, data in written.items():
        publication.stage(root / path, root).write(data)
    record(publication, root, new_lock, with_published.elsewhere)
    read = [*compiled.yaml_files]
    read += [project.settings.yaml] if project.settings.yaml is not None else []
    others = compiled.media.outside()
    lasting = (problem for problem in outcome.problems if problem.rule not in _TRANSIENT)
    return _Ready(
        tuple(_moved(problem, stamped) for problem in reported),
        tuple(_moved(problem, stamped) for problem in lasting),
        releases,
        {root / path: data for path, data in written.items()},
        tuple(read),
        (*others, root / project.settings.css_file) if project.settings.css_file else others,
        _without_notes(project.lock, lock),
        project.settings,
    )


def _without_notes(before: Lock, after: Lock) -> tuple[str, ...]:
    """Return the packages from which the last notes were dropped."""
    dropped = {note.package for name, note in before.notes.items() if name not in after.notes}
    return tuple(dropped - {note.package for note in after.notes.values()})


def _with_identity(
    project: Project, problems: Sequence[Diagnostic], options: Options
) -> tuple[Healed, list[Diagnostic]]:
    """Bring the lock up to date with what was published, or recover it; add an id if needed."""
    state = healed(project, problems, options.now)
    project, lost = state.project, state.problems
    if options.take_back:
        project = state.with_all_notes()
    if not project.settings.id:
        project = replace(project, settings=replace(project.settings, id=new_project_id()))
    elif not project.lock_text and not lost:
        lock, lost = recover_lock(
            project.build, known_kinds(project), options.now, _part_names(project.settings)
        )
        project = replace(project, lock=lock)
    return state._replace(project=project), lost


def _part_names(settings: Settings) -> tuple[str, ...]:
    """Return the ends of names of packages that are parts of others."""
    return tuple(f"-{edition}.apkg" for edition, tags in settings.editions.items() if tags)


def _released(
    outcome: Outcome, options: Options
) -> tuple[tuple[Release, ...], Lock, list[Diagnostic]]:
    """Date the content, and report what an import will not carry over by itself."""
    lock, compiled = outcome.project.lock, outcome.compiled
    releases, new_lock, problems = _dated(outcome, options)
    problems += consequences(compiled.collection, lock, compiled.digests)
    problems += changed_fronts(compiled.collection.notetypes, lock, compiled.places)
    return releases, new_lock, problems


def with_times(outcome: Outcome, now: int | None) -> Collection:
    """Return a project's notes with the times and ids in Anki that a build at `now` gives them.

    Without `now` they are those of the last build, without times for notes that changed since.
    There are none without a lock, with errors, and by a wrong clock.
    """
    lock, collection = outcome.project.lock, outcome.compiled.collection
    known: dict[str, tuple[int, int]] = {}
    if now is None:
        days = outcome.project.settings.resend_days
        for note in collection.notes:
            entry = lock.notes.get(note.guid)
            if entry is not None:
                is_same = entry.content == note_digest(note)
                mod = last_time(entry, lock, days) + entry.ahead
                known[note.guid] = entry.note_id, mod * is_same
    elif lock.notes and not outcome.errors:
        with suppress(FlashdeckError):
            for item in _dated(outcome, Options(now))[0]:
                known |= {note.guid: (note.id, note.mod) for note in item.collection.notes}
    notes = []
    for note in collection.notes:
        note_id, mod = known.get(note.guid, (0, 0))
        notes.append(replace(note, id=note_id, mod=mod))
    return replace(collection, notes=tuple(notes))


def _dated(
    outcome: Outcome, options: Options
) -> tuple[tuple[Release, ...], Lock, list[Diagnostic]]:
    project, compiled = outcome.project, outcome.compiled
    content = Content(
        project=project.settings.id,
        name=compiled.name,
        collection=compiled.collection,
        kinds=compiled.kinds,
        notetypes=compiled.notetypes,
        packages=outcome.packages,
        digests=compiled.digests,
        last_texts=partial(last_texts, project.build),
        places=compiled.places,
        replaced={note.id: note.was for note in compiled.notes if note.was},
    )
    policy = Policy(
        project.settings.removed == "empty",
        project.settings.resend_days,
        options.accept_removals,
        options.accept_schema_change,
    )
    single = options.output.name if options.output is not None else ""
    return release(content, project.lock, options.now, policy, single)


def _with_editions(
    releases: Iterable[Release], settings: Settings, options: Options
) -> Iterator[Release]:
    """Return all packages: those of the lock, and of editions with some of their notes."""
    for item in releases:
        yield item
        parts = parts_of(item.file, settings) if options.output is None else {}
        for edition, file in parts.items():
            tags = settings.editions[edition]
            notes = [note for note in item.collection.notes if is_in_edition(note, tags)]
            if any(note.cards for note in notes):
                yield item.part(file, edition, notes)


def _fresh(releases: Iterable[Release], path: Path) -> dict[Path, Release]:
    """Return the packages without removed notes by target; `path` is a file or a folder."""
    packages: dict[str, Release] = {}
    for package in releases:
        collection = without_removed(package.collection)
        if collection.notes:
            counts = Counts(new=len(collection.notes))
            packages[package.file] = replace(package, collection=collection, counts=counts)
    if not packages:
        message = f"there are no notes for {path.name}"
        raise FlashdeckError(message, "write notes; or build without --fresh")
    if path.is_dir():
        return {path / file: package for file, package in packages.items()}
    (first, *others) = packages.values()
    chosen = packages.get(path.name, first)
    if others and path.name not in packages:
        message = f"{path.name} can be only one of the packages: {', '.join(packages)}"
        raise FlashdeckError(message, "give the file the name of one, or name a folder for all")
    return {path: chosen}


def _moved(problem: Diagnostic, stamped: Mapping[str, Stamped]) -> Diagnostic:
    """Return a problem with its span in the text that the build writes."""
    span = problem.span
    if span is None or span.path not in stamped:
        return problem
    moved = stamped[span.path].moved
    return problem if moved is None else replace(problem, span=moved(span), fix=None)


def _texts(outcome: Outcome, stamped: Mapping[str, Stamped], new_lock: str) -> dict[str, bytes]:
    """Return the new content of changed files, in the order in which to write them."""
    project, compiled = outcome.project, outcome.compiled
    texts: dict[str, bytes] = {}
    yaml = project.settings.yaml
    settings = stamped_settings(project.settings, compiled.name)
    if yaml is None:
        texts[SETTINGS_NAME] = settings.encode()
    elif settings != yaml.text:
        path = project.root / SETTINGS_NAME
        texts[SETTINGS_NAME] = encoded(path, project.root, yaml.text, settings)
    before = {file.path: file.text for file in compiled.yaml_files}
    for name, new in stamped.items():
        texts[name] = encoded(project.root / name, project.root, before[name], new.text)
    if new_lock != project.lock_text:
        texts[LOCK_NAME] = new_lock.encode()
    return texts


def _frozen(changed: Iterable[str], compiled: Compiled) -> list[Diagnostic]:
    """Report files that a build would change, at the first part of each that it would change.

    The lock is reported only by itself: it changes with each of the others.
    """
    hint = "build without --frozen, and commit what changes"
    new: dict[str, list[Identified]] = {}
    for note in compiled.notes:
        if not note.is_settled:
            new.setdefault(note.note.span.path, []).append(note)
    reserves: dict[str, list[Span]] = {}
    for key, source in compiled.custom.items():
        for part, _ in unstamped_reserves(source, compiled.notetypes[key]):
            reserves.setdefault(source.file.path, []).append(part.span)
    problems = []
    for path in changed:
        message, span = f"a build would change {path}", Span.point(path)
        if first := new.get(path):
            what = "number of a mask or item" if all(note.stamped for note in first) else "id"
            message += f": the {what} is missing in {counted(len(first), 'note')}"
            span = first[0].note.span
        elif spans := reserves.get(path):
            missing = counted(len(spans), "field(s) or template(s)")
            message += f": the reserve is missing in {missing}"
            span = spans[0]
        problems.append(Diagnostic("frozen", message, span, hint=hint))
    others = [problem for problem in problems if problem.span != Span.point(LOCK_NAME)]
    return others or problems


def _package(
    stream: BinaryIO,
    package: Release,
    target: Path,
    progress: Callable[[int, int], None],
    *,
    digest: bool,
) -> BuiltPackage:
    """Write a package to a temporary file, read it back, and compare.

    Media are not read back: each was hashed while it was written, or is unchanged on disk.
    """
    write_apkg(package.collection, stream, progress=progress)
    stream.seek(0)
    if not holds(stream, package.collection):
        message = f"{package.file} differs when it is read back; nothing was written"
        raise FlashdeckError(message, "this is a bug in flashdeck: please report it")
    stream.seek(0)
    notes = [note for note in package.collection.notes if note.cards]
    return BuiltPackage(
        path=target,
        sha256=stream_digest(stream) if digest else None,
        content=package.digest,
        decks=tuple(deck.name for deck in package.collection.decks),
        notes=len(notes),
        cards=sum(len(note.cards) for note in notes),
        media=len(package.collection.media),
        counts=package.counts,
        edition=package.edition,
    )
