"""Resolves names of media in the sources to files in the package."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from flashdeck.compile.media.cache import Counted, MediaCache
from flashdeck.compile.media.content import (
    PICTURE_ENDINGS,
    SOUND_ENDINGS,
    VIDEO_ENDINGS,
    Fault,
    fault_of,
    unshown,
)
from flashdeck.compile.media.folder import MediaFolder
from flashdeck.compile.media.inline import inline_picture, is_inline, is_replaced
from flashdeck.compile.media.speech import Recording
from flashdeck.compile.media.static import (
    MORE_ENDINGS,
    ByAddress,
    in_sheet,
    is_elsewhere,
    not_found,
    renamed,
)
from flashdeck.compile.media.svg import Drawing
from flashdeck.files.files import Refusal, RefusedFileError
from flashdeck.files.many_files import ManyFiles
from flashdeck.html.addresses import is_remote, plain_name
from flashdeck.markup import MediaRefusal
from flashdeck.markup.results import NOT_FOUND, MediaResolver
from flashdeck.model import Media, Seen
from flashdeck.project.paths import KEPT_MEDIA
from flashdeck.records import dataclass
from flashdeck.text import slug

# Anki's sync passes over larger files.
LARGEST = 100 * 2**20
_CHUNK = 1 << 17  # fits into the processor's cache
_LONGEST_STEM = 40
_QUOTED = 100  # characters of a name in a message
MEDIA_ENDINGS = PICTURE_ENDINGS | SOUND_ENDINGS | VIDEO_ENDINGS
_INLINE = "the data: picture"
_REPLACED = MediaRefusal(
    "Anki's Check Media replaces this data: picture by a file, and so edits the note",
    "save it as a file and name that here; 'check --fix' does",
    "inline-media",
)


def media_name(stem: str, sha256: str, ending: str) -> str:
    """Return the name of a file in a package, as in `map-0123456789ab.png`.

    A changed picture gets another name, and so changes its notes; otherwise Anki would not import
    it. The rule must never change.
    """
    short = slug(stem)[:_LONGEST_STEM].strip("-") or "media"
    return f"{short}-{sha256[:12]}{ending.lower()}"


@dataclass(frozen=True, slots=True)
class _Request:
    """A name, the folder it is relative to, that as shown in messages, and the allowed endings."""

    name: str
    folder: Path
    place: str
    endings: AbstractSet[str] = MEDIA_ENDINGS

    @property
    def words(self) -> str:
        """The name in a message."""
        name = self.name if self.name == self.name.strip() else f"'{self.name}'"
        return name if len(name) <= _QUOTED else f"{name[:_QUOTED]}…"

    def refusal(self, fault: Fault) -> MediaRefusal:
        """Return the refusal of the file."""
        words = _INLINE if is_inline(self.name) else self.words
        return MediaRefusal(f"{words} {fault.words}", fault.hint, fault.rule)


@dataclass(frozen=True, slots=True)
class Resolvers:
    """The ways to look up media: with hashed names, or with their own.

    The `static` ones are for addresses where Anki does not look for media in a field.
    `present` adds an optional file with its own name; it returns '' if there is none. `fault` tells
    why a file that keeps its name would not be shown.
    """

    hashed: MediaResolver
    verbatim: MediaResolver
    static: MediaResolver
    static_verbatim: MediaResolver
    present: Callable[[str], str]
    fault: Callable[[str], MediaRefusal | None]


class MediaTable:
    """Finds the files that texts name, and reads each file at most once.

    Files in the cache `counted` are not read. If two files would keep the same name, the first one
    does, and `clash` is set. `recordings` are the recordings that texts need, by their paths.
    """

    def __init__(self, root: Path, cards: Path, counted: MediaCache | None = None) -> None:
        self.clash = False
        self.recordings: dict[str, Recording] = {}
        self._counted = counted or MediaCache()
        self._root = root.absolute()
        self._prefix = f"{self._root}{os.sep}"
        self._disk = ManyFiles(self._root)
        self._cards = cards.absolute()
        self._folder = MediaFolder(self._root, self._cards)
        self._known: dict[tuple[str, str], str | MediaRefusal] = {}
        self._read: dict[Path, Media] = {}
        self._files: dict[str, Media] = {}
        self._kept: dict[Path, str] = {}
        self._faults: dict[Path, Fault] = {}
        self._places: dict[tuple[Path, str], Path | None] = {}
        self._refused: dict[tuple[str, str], MediaRefusal] = {}
        self._named: set[Path] = set()

    def resolvers(self, source: str) -> Resolvers:
        """Return the resolvers for names in the file `source`, a path relative to the root."""
        folder, place = (self._root / source).parent, f"beside {source}"
        return Resolvers(
            partial(self._resolve, source, folder),
            partial(self._resolve_verbatim, place, folder),
            self.static(folder, verbatim=False, place=place),
            self.static(folder, verbatim=True, place=place),
            partial(self._resolve_present, place, folder),
            partial(self.fault, folder),
        )

    def static(self, folder: Path, *, verbatim: bool, place: str = "") -> MediaResolver:
        """Return the resolver for addresses where Anki does not look for media, in `folder`.

        With `verbatim` files keep their names, which must begin with `_`.
        """
        folder = folder.absolute()
        resolve = self._resolve_static_verbatim if verbatim else self._resolve_static
        return ByAddress(partial(resolve, place or self._description(folder), folder))

    def _resolve_static(self, place: str, folder: Path, address: str) -> str | MediaRefusal:
        if "{{" in address or is_elsewhere(address):
            return address
        if is_remote(address):
            message = f"{address} is on another machine; packages must contain their media"
            return MediaRefusal(message, "put the file beside the note type", "remote-media")
        media = self._find(_Request(address, folder, place, MEDIA_ENDINGS | MORE_ENDINGS))
        if isinstance(media, MediaRefusal):
            return media
        name = f"_fd-{media.sha256[:12]}{PurePosixPath(address).suffix.lower()}"
        self._files.setdefault(name, replace(media, name=name))
        return in_sheet(address, media, renamed) or name

    def _resolve_static_verbatim(
        self, place: str, folder: Path, address: str
    ) -> str | MediaRefusal:
        if "{{" in address or is_elsewhere(address):
            return address
        if not address.startswith("_"):
            self._named |= {folder / address, self._root / KEPT_MEDIA / address}
            return not_found(address)
        found = self._resolve_verbatim(place, folder, address)
        if (fault := self.fault(folder, address)) is not None:
            return replace(fault, rule=NOT_FOUND)
        if isinstance(found, MediaRefusal):
            return found
        beside = partial(self._resolve_verbatim, place, folder)
        return in_sheet(address, self._files[found], beside) or found

    def fault(self, folder: Path, destination: str) -> MediaRefusal | None:
        """Tell why a file that keeps its name would not be shown."""
        request = _Request(destination, folder, "")
        if is_inline(destination):
            picture = self.inline(destination)
            if isinstance(picture, Fault):
                return request.refusal(picture)
            return _REPLACED if is_replaced(destination) else None
        path = self._verbatim_path(folder, destination)
        fault = self._faults.get(path) if path is not None else None
        return request.refusal(fault) if fault is not None else None

    def inline(self, address: str) -> Media | Fault:
        """Return an inline picture as a file."""
        picture = inline_picture(address)
        if isinstance(picture, Fault):
            return picture
        drawing = Drawing() if picture.ending == "svg" else None
        open_data = partial(BytesIO, picture.data)
        sha256, crc32, size = _count(Path(), open_data(), drawing)
        fault = _fault(open_data(), size, picture.ending, drawing)
        name = media_name("", sha256, f".{picture.ending}")
        return fault or Media(name, sha256, size, open_data, crc32)

    def active_drawings(self) -> tuple[Path, ...]:
        """Return the drawings with active content that were looked up."""
        return tuple(path for path, fault in self._faults.items() if fault.rule == "active-content")

    def _description(self, folder: Path) -> str:
        name = folder.relative_to(self._root).as_posix()
        return "in the project's folder" if folder == self._root else f"in {name}/"

    def outside(self) -> tuple[Path, ...]:
        """Return the used paths outside `cards/`, also of missing files."""
        cards = f"{self._cards}{os.sep}"
        return tuple(sorted(path for path in self._named if not str(path).startswith(cards)))

    def files(self) -> tuple[Media, ...]:
        """Return all files for the package, sorted by name."""
        return tuple(media for _, media in sorted(self._files.items()))

    def digest_of(self, name: str) -> str:
        """Return the digest of a file for the package, '' if there is none."""
        file = self._files.get(name)
        return file.sha256 if file is not None else ""

    def unused(self) -> tuple[str, ...]:
        """Return the unused media files in `cards/`, relative to the root."""
        return tuple(
            path.relative_to(self._root).as_posix()
            for path in self._folder.files
            if path not in self._named and _ending(path.name) in MEDIA_ENDINGS
        )

    def _resolve(self, source: str, folder: Path, destination: str) -> str | MediaRefusal:
        known = self._known.get((source, destination))
        if known is None:
            media = self._find(_Request(destination, folder, f"beside {source}"))
            if isinstance(media, Media):
                self._files.setdefault(media.name, media)
            known = media.name if isinstance(media, Media) else media
            self._known[source, destination] = known
        return known

    def _resolve_verbatim(self, place: str, folder: Path, destination: str) -> str | MediaRefusal:
        """Find a file in the folder or in the imported media; it keeps its name."""
        if "{{" in destination or PurePosixPath(destination).name in {"", ".."}:
            return destination
        request = _Request(destination, folder, f"{place} or in {KEPT_MEDIA}/")
        if is_inline(destination):
            picture = self.inline(destination)
            if isinstance(picture, Fault) and picture.rule == "active-content":
                return request.refusal(picture)
            return destination
        beside = self._folder.place(folder, destination)
        self._named |= {beside} if beside is not None else set()
        path = self._verbatim_path(folder, destination)
        if path is None:
            return self._refusal(request, Refusal.OUTSIDE)
        if path in self._kept:
            return self._kept[path]
        name = self._refused.get((place, destination)) or self._keep(request, path)
        if isinstance(name, str):
            self._kept[path] = name
        else:
            self._refused[place, destination] = name
        return name

    def _verbatim_path(self, folder: Path, destination: str) -> Path | None:
        """Return the path of a file that keeps its name, which may be missing."""
        if (folder, destination) not in self._places:
            path = self._folder.place(folder, destination)
            if path is None or not (self._folder.lists(path) and path.is_file()):
                path = self._folder.place(self._root / KEPT_MEDIA, destination)
            self._places[folder, destination] = path
        return self._places[folder, destination]

    def _resolve_present(self, place: str, folder: Path, name: str) -> str:
        """Find an optional file in the folder or in the imported media."""
        if not name or "/" in name:
            return ""
        for path in (folder / name, self._root / KEPT_MEDIA / name):
            if self._folder.lists(path) and path.is_file():
                resolved = self._resolve_verbatim(place, folder, name)
                return resolved if isinstance(resolved, str) else ""
        return ""

    def _keep(self, request: _Request, path: Path) -> str | MediaRefusal:
        self._named.add(path)
        if not self._folder.lists(path):
            return self._refusal(request, Refusal.MISSING)
        try:
            media, _ = self._hash(path)
        except RefusedFileError as refused:
            return self._refusal(request, refused.refusal)
        first = self._files.setdefault(media.name, media)
        if first.sha256 == media.sha256:
            return media.name
        self.clash = True
        message = f"there is another file named {media.name}, and both would keep their name"
        return MediaRefusal(message, "rename one of them", "media-twice")

    def keep_static(self) -> None:
        """Add all imported files whose names begin with `_`, as Anki does."""
        folder = self._root / KEPT_MEDIA
        for path in sorted(folder.glob("_*")):
            self._resolve_verbatim(self._description(folder), folder, path.name)

    def _find(self, request: _Request) -> Media | MediaRefusal:
        if is_inline(request.name):
            picture = self.inline(request.name)
            return request.refusal(picture) if isinstance(picture, Fault) else picture
        path = self._folder.place(request.folder, request.name)
        if path is None:
            return self._refusal(request, Refusal.OUTSIDE)
        self._named.add(path)
        if path in self._read:
            return self._read[path]
        if (fault := unshown(_ending(request.name))) is not None:
            return request.refusal(fault)
        if _ending(request.name) not in request.endings:
            hint = self._did_you_mean(
                request, "use png, jpg, svg, webp, gif, mp3, ogg, mp4 or webm"
            )
            message = f"'{request.words}' is not a picture, sound or video that Anki shows"
            return MediaRefusal(message, hint, "media-kind")
        if not self._folder.lists(path):
            return self._refusal(request, Refusal.MISSING)
        try:
            media = self._open(request, path)
        except RefusedFileError as refused:
            if refused.refusal is Refusal.MISSING:
                message = f"{request.words} is a broken link"
                return MediaRefusal(message, "replace it by the file itself")
            return self._refusal(request, refused.refusal)
        if isinstance(media, Media):
            self._read[path] = media
        return media

    def _open(self, request: _Request, path: Path) -> Media | MediaRefusal:
        """Read a file for its digest and size, and check what it contains."""
        media, fault = self._hash(path)
        if fault is not None:
            return request.refusal(fault)
        return replace(media, name=media_name(path.stem, media.sha256, path.suffix))

    def _hash(self, path: Path) -> tuple[Media, Fault | None]:
        """Return a file with its digest and size, and its fault, from the cache if possible."""
        open_file = partial(self._disk.open, path)
        name = str(path).removeprefix(self._prefix)
        with open_file() as file:
            # Before it is read, so that a later change shows.
            seen = Seen.of(os.fstat(file.fileno()))
            known = self._counted.get(name, seen)
            if known is not None:
                self._note_fault(path, known.fault)
                media = Media(path.name, known.sha256, seen.size, open_file, known.crc32, seen)
                return media, known.fault
            drawing = Drawing() if _ending(path.name) == "svg" else None
            sha256, crc32, size = _count(path, file, drawing)
            fault = _fault(file, size, _ending(path.name), drawing)
        self._note_fault(path, fault)
        is_cached = self._counted.keep(name, Counted(seen, sha256, crc32, fault))
        return Media(path.name, sha256, size, open_file, crc32, seen if is_cached else None), fault

    def _note_fault(self, path: Path, fault: Fault | None) -> None:
        if fault is not None:
            self._faults[path] = fault

    def _refusal(self, request: _Request, refusal: Refusal) -> MediaRefusal:
        match refusal:
            case Refusal.MISSING:
                # A browser shows it, as in `map.png?v=2`, though Anki does not import it.
                self._named.add(request.folder / plain_name(request.name))
                message = f"no file {request.words} {request.place}"
                folder = request.place.partition(" ")[2].replace(" or in ", " or ")
                hint = f"names are relative to {folder}"
                return MediaRefusal(message, self._did_you_mean(request, hint))
            case Refusal.TOO_LARGE:
                message = (
                    f"{request.name} is larger than {LARGEST >> 20} MiB; Anki would not sync it"
                )
                return MediaRefusal(message, "make it smaller", "media-size")
            case Refusal.OUTSIDE:
                message = f"{request.words} is outside the project"
                return MediaRefusal(
                    message, self._did_you_mean(request, "put it in cards/"), "media-outside"
                )
            case _:
                message = f"{request.name} can't be packed: {refusal}"
                return MediaRefusal(message, "name a file that can be read")

    def _did_you_mean(self, request: _Request, otherwise: str) -> str:
        if self._folder.has_twin(request.folder, request.name):
            return "its letters have another Unicode form on the disk: rename the file"
        meant = self._folder.meant(request.folder, request.name, request.endings)
        return f"did you mean {meant}?" if meant else otherwise


def _count(path: Path, file: BinaryIO, drawing: Drawing | None) -> tuple[str, int, int]:
    """Read a file, and return its SHA-256 in hex, its CRC-32 and its size."""
    total, crc32, size = hashlib.sha256(), 0, 0
    while chunk := file.read(_CHUNK):
        total.update(chunk)
        crc32 = zlib.crc32(chunk, crc32)
        size += len(chunk)
        if size > LARGEST:
            raise RefusedFileError(path, Refusal.TOO_LARGE)
        if drawing is not None:
            drawing.feed(chunk)
    return total.hexdigest(), crc32, size


def _fault(file: BinaryIO, size: int, ending: str, drawing: Drawing | None) -> Fault | None:
    """Return the fault of a file that was read, and parsed as a `drawing` if it is one."""
    return fault_of(file, size, ending) or (drawing.fault() if drawing is not None else None)


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")
