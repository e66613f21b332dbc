"""Pictures and sounds: from what an author names to the file that a package holds."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from flashdeck.compile.media.cache import Counted, MediaCache
from flashdeck.compile.media.folder import MediaFolder
from flashdeck.compile.media.svg import Drawing
from flashdeck.files.files import Refusal, RefusedFileError
from flashdeck.files.many_files import ManyFiles
from flashdeck.markup import MediaRefusal
from flashdeck.markup.results import MediaResolver
from flashdeck.model import Media, Seen
from flashdeck.project.paths import KEPT_MEDIA
from flashdeck.text import slug

# Anki's sync passes over larger files.
LARGEST = 100 * 2**20
_CHUNK = 1 << 17  # stays in the processor's cache between one sum and the next
_LONGEST_STEM = 40
_QUOTED = 100  # characters of a name in a message
MEDIA_ENDINGS = frozenset(
    "apng avif bmp gif ico jpeg jpg png svg tif tiff webp "
    "3gp aac flac m4a mp3 oga ogg opus spx wav "
    "avi flv m4v mkv mov mp4 mpeg mpg ogv webm".split()
)


def media_name(stem: str, sha256: str, ending: str) -> str:
    """Name a file in a package: `map-0123456789ab.png`.

    A changed picture gets another name, and so changes the note that shows it: without that Anki
    would not take the new picture. The rule is frozen.
    """
    short = slug(stem)[:_LONGEST_STEM].strip("-") or "media"
    return f"{short}-{sha256[:12]}{ending.lower()}"


@dataclass(frozen=True, slots=True)
class _Request:
    """A name, the folder that it is seen from, the file or folder to tell of, what it may be."""

    name: str
    folder: Path
    place: str
    endings: AbstractSet[str] = MEDIA_ENDINGS

    @property
    def words(self) -> str:
        """The name as a message shows it."""
        shown = self.name if self.name == self.name.strip() else f"'{self.name}'"
        return shown if len(shown) <= _QUOTED else f"{shown[:_QUOTED]}…"

    @property
    def is_drawing(self) -> bool:
        return _ending(self.name) == "svg"


@dataclass(frozen=True, slots=True)
class Resolvers:
    """The ways to look up what a text names: files get names of ours, or keep theirs.

    `present` takes in a file that Anki knows by its very name; it gives '' where there is none.
    """

    hashed: MediaResolver
    verbatim: MediaResolver
    present: Callable[[str], str]


class MediaTable:
    """Finds the files that texts name; reads each file once, whoever names it.

    Not even once where `counted` knows it from an earlier time. Where two files would keep one name
    the first that is named does; then there is a `clash`.
    """

    def __init__(self, root: Path, cards: Path, counted: MediaCache | None = None) -> None:
        self.clash = False
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
        self._refused: dict[tuple[str, str], MediaRefusal] = {}
        self._named: set[Path] = set()

    def resolvers(self, source: str) -> Resolvers:
        """Give the ways to look up names as the file `source`, relative to the root, has them."""
        folder = (self._root / source).parent
        return Resolvers(
            partial(self._resolve, source, folder),
            partial(self._resolve_verbatim, f"beside {source}", folder),
            partial(self._resolve_present, f"beside {source}", folder),
        )

    def template_resolver(self, folder: Path, more: AbstractSet[str]) -> MediaResolver:
        """Give the way to look up what a template or a style in `folder` names.

        `more` are endings that are allowed there. What holds a field (`{{Picture}}`) or its own
        data stays as it is.
        """
        folder = folder.absolute()
        place = self._called(folder)

        def resolve(destination: str) -> str | MediaRefusal:
            if "{{" in destination or destination.startswith(("data:", "#")):
                return destination
            if "://" in destination or destination.startswith("//"):
                message = f"{destination} is on another machine; note types must bring their media"
                return MediaRefusal(message, "put the file beside the note type", "remote-media")
            found = self._find(_Request(destination, folder, place, MEDIA_ENDINGS | more))
            if isinstance(found, MediaRefusal):
                return found
            name = f"_fd-{found.sha256[:12]}{PurePosixPath(destination).suffix.lower()}"
            self._files.setdefault(name, replace(found, name=name))
            return name

        return resolve

    def template_resolver_verbatim(self, folder: Path) -> MediaResolver:
        """Give the way to look up what a template or style names whose files keep their names."""
        folder = folder.absolute()
        return partial(self._resolve_verbatim, self._called(folder), folder)

    def leave(self, folder: Path, name: str) -> None:
        """Take down that a file is named where Anki does not look for it."""
        self._named |= {folder.absolute() / name, self._root / KEPT_MEDIA / name}

    def _called(self, folder: Path) -> str:
        seen = folder.relative_to(self._root).as_posix()
        return "in the project's folder" if folder == self._root else f"in {seen}/"

    def outside(self) -> tuple[Path, ...]:
        """Give the files outside of `cards/` that were named, whether or not they are there."""
        cards = f"{self._cards}{os.sep}"
        return tuple(sorted(path for path in self._named if not str(path).startswith(cards)))

    def files(self) -> tuple[Media, ...]:
        """Give every file that was found, in order of the names."""
        return tuple(media for _, media in sorted(self._files.items()))

    def unused(self) -> tuple[str, ...]:
        """Give the media files below `cards/` that nothing named, relative to the root."""
        return tuple(
            path.relative_to(self._root).as_posix()
            for path in self._folder.files
            if path not in self._named and _ending(path.name) in MEDIA_ENDINGS
        )

    def _resolve(self, source: str, folder: Path, destination: str) -> str | MediaRefusal:
        known = self._known.get((source, destination))
        if known is None:
            found = self._find(_Request(destination, folder, f"beside {source}"))
            if isinstance(found, Media):
                self._files.setdefault(found.name, found)
            known = found.name if isinstance(found, Media) else found
            self._known[source, destination] = known
        return known

    def _resolve_verbatim(self, place: str, folder: Path, destination: str) -> str | MediaRefusal:
        """Find a file in the folder or among imported media; it keeps its name."""
        if "{{" in destination or PurePosixPath(destination).name in {"", ".."}:
            return destination
        asked = _Request(destination, folder, f"{place} or in {KEPT_MEDIA}/")
        path = self._folder.place(folder, destination)
        self._named |= {path} if path is not None else set()
        if path is None or not (self._folder.lists(path) and path.is_file()):
            path = self._folder.place(self._root / KEPT_MEDIA, destination)
        if path is None:
            return self._refusal(asked, Refusal.OUTSIDE)
        if path in self._kept:
            return self._kept[path]
        found = self._refused.get((place, destination)) or self._keep(asked, path)
        if isinstance(found, str):
            self._kept[path] = found
        else:
            self._refused[place, destination] = found
        return found

    def _resolve_present(self, place: str, folder: Path, name: str) -> str:
        """Find a file of this very name in the folder or among imported media."""
        if not name or "/" in name:
            return ""
        for path in (folder / name, self._root / KEPT_MEDIA / name):
            if self._folder.lists(path) and path.is_file():
                found = self._resolve_verbatim(place, folder, name)
                return found if isinstance(found, str) else ""
        return ""

    def _keep(self, asked: _Request, path: Path) -> str | MediaRefusal:
        self._named.add(path)
        if not self._folder.lists(path):
            return self._refusal(asked, Refusal.MISSING)
        try:
            media = self._hash(path)
        except RefusedFileError as refused:
            return self._refusal(asked, refused.refusal)
        held = self._files.setdefault(media.name, media)
        if held.sha256 == media.sha256:
            return media.name
        self.clash = True
        message = f"there is another file named {media.name}, and both would keep their name"
        return MediaRefusal(message, "rename one of them", "media-twice")

    def keep_static(self) -> None:
        """Take in the imported files whose names begin with `_`: Anki always brings them along."""
        folder = self._root / KEPT_MEDIA
        for path in sorted(folder.glob("_*")):
            self._resolve_verbatim(self._called(folder), folder, path.name)

    def _find(self, asked: _Request) -> Media | MediaRefusal:
        path = self._folder.place(asked.folder, asked.name)
        if path is None:
            return self._refusal(asked, Refusal.OUTSIDE)
        self._named.add(path)
        if path in self._read:
            return self._read[path]
        if _ending(asked.name) not in asked.endings:
            hint = self._did_you_mean(asked, "use png, jpg, svg, webp, gif, mp3, ogg, mp4 or webm")
            message = f"'{asked.words}' is no picture, sound or video that Anki shows"
            return MediaRefusal(message, hint, "media-kind")
        if not self._folder.lists(path):
            return self._refusal(asked, Refusal.MISSING)
        try:
            found = self._open(asked, path)
        except RefusedFileError as refused:
            if refused.refusal is Refusal.MISSING:
                message = f"{asked.words} is a link that leads nowhere"
                return MediaRefusal(message, "put the file itself in its place")
            return self._refusal(asked, refused.refusal)
        if isinstance(found, Media):
            self._read[path] = found
        return found

    def _open(self, asked: _Request, path: Path) -> Media | MediaRefusal:
        """Read a file for its digest and size, and a drawing for what else is in it."""
        drawing = Drawing() if asked.is_drawing else None
        media = self._hash(path, drawing)
        if not media.size:
            message = f"{asked.name} is empty; Anki would call it missing"
            return MediaRefusal(message, "save the file again", "media-size")
        if drawing is not None and (why := drawing.active or drawing.broken):
            hint = "save it as plain SVG, or as png"
            rule = "active-content" if drawing.active else "media-kind"
            return MediaRefusal(f"{asked.name} {why}", hint, rule)
        return replace(media, name=media_name(path.stem, media.sha256, path.suffix))

    def _hash(self, path: Path, drawing: Drawing | None = None) -> Media:
        """Give a file's digest and size, read where they are not known; named as on the disk."""
        again = partial(self._disk.open, path)
        name = str(path).removeprefix(self._prefix)
        with again() as file:
            # Taken down before it is read: what is written meanwhile shows by it later.
            seen = Seen.of(os.fstat(file.fileno()))
            known = self._counted.get(name, seen, drawing=drawing is not None)
            if known is not None:
                return Media(path.name, known.sha256, seen.size, again, known.crc32, seen)
            sha256, crc32, size = _count(path, file, drawing)
        good = drawing is None or not drawing.end()
        counted = Counted(seen, sha256, crc32, drawing is not None)
        sure = good and self._counted.keep(name, counted)
        return Media(path.name, sha256, size, again, crc32, seen if sure else None)

    def _refusal(self, asked: _Request, refusal: Refusal) -> MediaRefusal:
        match refusal:
            case Refusal.MISSING:
                message = f"no file {asked.words} {asked.place}"
                seen = asked.place.partition(" ")[2].replace(" or in ", " or ")
                hint = f"names are relative to {seen}"
                return MediaRefusal(message, self._did_you_mean(asked, hint))
            case Refusal.TOO_LARGE:
                message = f"{asked.name} is larger than {LARGEST >> 20} MiB; Anki would not sync it"
                return MediaRefusal(message, "make it smaller", "media-size")
            case Refusal.OUTSIDE:
                message = f"{asked.words} lies outside the project"
                return MediaRefusal(
                    message, self._did_you_mean(asked, "put it below cards/"), "media-outside"
                )
            case _:
                message = f"{asked.name} can't be packed: {refusal}"
                return MediaRefusal(message, "name a file that can be read")

    def _did_you_mean(self, asked: _Request, otherwise: str) -> str:
        if self._folder.has_twin(asked.folder, asked.name):
            return "its letters have another Unicode form on the disk: rename the file"
        meant = self._folder.meant(asked.folder, asked.name, asked.endings)
        return f"did you mean {meant}?" if meant else otherwise


def _count(path: Path, file: BinaryIO, drawing: Drawing | None) -> tuple[str, int, int]:
    """Read a file to its end, for its SHA-256 in hex, its CRC-32 and its size."""
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


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")
