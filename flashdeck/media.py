"""Pictures and sounds: from what an author names to the file that a package holds."""

from __future__ import annotations

import difflib
import hashlib
import html
import re
from collections.abc import Container
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from flashdeck.files import Refusal, RefusedFileError, open_regular
from flashdeck.markup import MediaRefusal
from flashdeck.markup.results import MediaResolver
from flashdeck.model import Media
from flashdeck.slug import slug

# Anki's sync passes over larger files.
LARGEST = 100 * 2**20
_CHUNK = 1 << 20
_LONGEST_STEM = 40
# What makes a drawing run something. Inside of `<img>` none of it would run; for a learner who
# opens the file itself it would.
_SCRIPT = re.compile(
    rb"<(?:\w{1,40}:)?script\b|<[a-z][^<>]{0,999}\son[a-z]{2,40}\s*=|javascript:", re.IGNORECASE
)
_LONGEST_SCRIPT = 1_000
# Names that are compared with all others to guess what was meant: that takes its time.
_MOST_GUESSES = 100
_ENDINGS = frozenset(
    "apng avif bmp gif ico jpeg jpg png svg tif tiff webp "
    "3gp aac flac m4a mp3 oga ogg opus spx wav "
    "avi flv m4v mkv mov mp4 mpeg mpg ogv webm".split()
)
# The forms of references that every Anki release finds in a field (rslib/src/text.rs).
_REFERENCE = re.compile(r'\[sound:([^\]]+)\]|(?:src|data)=(?:"([^"]+)"|\'([^\']+)\'|([^\s>"\']+))')


def media_name(stem: str, sha256: str, ending: str) -> str:
    """Name a file in a package: `map-0123456789ab.png`.

    A changed picture gets another name, and so changes the note that shows it: without that Anki
    would not take the new picture. The rule is frozen.
    """
    short = slug(stem)[:_LONGEST_STEM].strip("-") or "media"
    return f"{short}-{sha256[:12]}{ending.lower()}"


def references(text: str) -> list[str]:
    """Find the names of media that a field refers to."""
    if "=" not in text and "[sound:" not in text:
        return []
    found = (next(filter(None, groups), "") for groups in _REFERENCE.findall(text))
    return [html.unescape(name) for name in found]


class MediaTable:
    """Finds the files that texts name; knows each file once, whoever names it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[Path, str | MediaRefusal] = {}
        self._files: dict[str, Media] = {}
        self._names: dict[Path, list[str]] = {}
        self._guesses = _MOST_GUESSES

    def resolver(self, folder: Path) -> MediaResolver:
        """Give the way to look up names as a file in `folder` writes them."""
        return partial(self._resolve, folder)

    def template_resolver(self, folder: Path, more: Container[str]) -> MediaResolver:
        """Give the way to look up what a template or a style in `folder` names.

        `more` are endings that are allowed there. What holds a field (`{{Picture}}`) or its own
        data stays as it is.
        """

        def resolve(destination: str) -> str | MediaRefusal:
            if "{{" in destination or destination.startswith(("data:", "#")):
                return destination
            if "://" in destination or destination.startswith("//"):
                message = f"{destination} is on another machine; note types must bring their media"
                return MediaRefusal(message, "put the file beside the note type", "remote-media")
            found = self._add(folder, folder / destination, destination, more)
            if isinstance(found, MediaRefusal):
                return found
            name = f"_fd-{found.sha256[:12]}{PurePosixPath(destination).suffix.lower()}"
            self._files.setdefault(name, replace(found, name=name))
            return name

        return resolve

    def files(self) -> tuple[Media, ...]:
        """Give every file that was found, in order of the names."""
        return tuple(media for _, media in sorted(self._files.items()))

    def _resolve(self, folder: Path, destination: str) -> str | MediaRefusal:
        path = folder / destination
        known = self._known.get(path)
        if known is None:
            found = self._add(folder, path, destination)
            if isinstance(found, Media):
                self._files.setdefault(found.name, found)
            known = self._known[path] = found.name if isinstance(found, Media) else found
        return known

    def _add(
        self, folder: Path, path: Path, destination: str, more: Container[str] = ()
    ) -> Media | MediaRefusal:
        suffix = PurePosixPath(destination).suffix
        ending = suffix.lower().lstrip(".")
        if ending not in _ENDINGS and ending not in more:
            return MediaRefusal(
                f"'{destination}' is no picture, sound or video that Anki shows",
                "use png, jpg, svg, webp, gif, mp3, ogg, mp4 or webm",
                "media-kind",
            )
        try:
            digest, size, active = self._hash(path, is_svg=ending == "svg")
        except RefusedFileError as refused:
            return self._refusal(folder, destination, refused)
        except ValueError:
            return MediaRefusal(f"no file {destination!r}", "check its name")
        if not size:
            message = f"{destination} is empty; Anki would call it missing"
            return MediaRefusal(message, "save the file again", "media-size")
        if active:
            message = f"{destination} holds a script"
            return MediaRefusal(message, "save it as plain SVG, or as png", "active-content")
        name = media_name(PurePosixPath(destination).stem, digest, suffix)
        return Media(name, digest, size, partial(open_regular, path, self._root))

    def _hash(self, path: Path, *, is_svg: bool) -> tuple[str, int, bool]:
        """Give a file's digest, its size, and whether it is a drawing with a script in it."""
        total, size, active, tail = hashlib.sha256(), 0, False, b""
        with open_regular(path, self._root) as file:
            while chunk := file.read(_CHUNK):
                total.update(chunk)
                size += len(chunk)
                if size > LARGEST:
                    raise RefusedFileError(path, Refusal.TOO_LARGE)
                if is_svg and not active:
                    active = _SCRIPT.search(tail + chunk) is not None
                    tail = chunk[-_LONGEST_SCRIPT:]
        return total.hexdigest(), size, active

    def _refusal(self, folder: Path, destination: str, refused: RefusedFileError) -> MediaRefusal:
        match refused.refusal:
            case Refusal.MISSING:
                return MediaRefusal(
                    f"no file {destination} beside {self._place(folder)}",
                    self._did_you_mean(folder, destination),
                )
            case Refusal.TOO_LARGE:
                message = f"{destination} is larger than 100 MiB; Anki would not sync it"
                return MediaRefusal(message, "make it smaller", "media-size")
            case Refusal.OUTSIDE:
                message = f"{destination} lies outside the project"
                return MediaRefusal(message, "put it below cards/", "media-outside")
            case _:
                return MediaRefusal(f"{destination}: {refused.refusal}", "check the file")

    def _place(self, folder: Path) -> str:
        return f"the deck in {folder.relative_to(self._root).as_posix()}/"

    def _did_you_mean(self, folder: Path, destination: str) -> str:
        names = self._names_in(folder)
        name = PurePosixPath(destination).name.lower()
        near = [one for one in names if PurePosixPath(one).name.lower() == name]
        if not near and self._guesses:
            self._guesses -= 1
            near = difflib.get_close_matches(destination, names, n=1, cutoff=0.6)
        return f"did you mean {near[0]}?" if near else "a name is relative to the deck's file"

    def _names_in(self, folder: Path) -> list[str]:
        """Give the media that lie in a folder or below it; looked up once for each folder."""
        if folder not in self._names:
            self._names[folder] = [
                path.relative_to(folder).as_posix()
                for path in sorted(folder.rglob("*"))
                if path.suffix.lower().lstrip(".") in _ENDINGS
            ]
        return self._names[folder]
