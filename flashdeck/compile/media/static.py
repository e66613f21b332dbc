"""Files that are named where Anki does not look for media, so that their names begin with `_`.

These are templates and styles, and in a field CSS, `srcset` and the like. Anki imports a file there
only if its name begins with `_`, and never replaces it, so a changed file needs another name.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from flashdeck.css import loads
from flashdeck.html.addresses import is_remote, plain_name
from flashdeck.markup import MediaRefusal, MediaResolver
from flashdeck.markup.results import NOT_FOUND
from flashdeck.model import Media
from flashdeck.records import dataclass

_LONGEST_SHEET = 2**20

MORE_ENDINGS = frozenset({"otf", "ttf", "woff", "woff2", "css", "js"})
"""Endings of the names of static files, beside those of media."""

_TOO_LONG = MediaRefusal(
    "this style is larger than 1 MiB, and the files that it names are not packed",
    "make it smaller",
    NOT_FOUND,
)


@dataclass(frozen=True, slots=True)
class ByAddress:
    """Looks up a file by its name or, as a browser does, by its decoded address."""

    resolve: MediaResolver

    def __call__(self, address: str) -> str | MediaRefusal:
        """Return the name of a file in the package."""
        if not address:
            return _TOO_LONG
        name = self.resolve(address)
        plain = plain_name(address)
        if isinstance(name, MediaRefusal) and plain != address:
            return self.resolve(plain)
        return name


def is_elsewhere(address: str) -> bool:
    """Whether an address loads nothing from the project: data, or a place in the same document."""
    return address.startswith(("data:", "#"))


def not_found(name: str) -> MediaRefusal:
    """Refuse a file that Anki would leave out."""
    message = f"Anki does not look for {name} here, and would leave it out"
    plain = PurePosixPath(plain_name(name)).name
    return MediaRefusal(message, f"rename it to _{plain}: such files are always packed", NOT_FOUND)


def in_sheet(address: str, sheet: Media, resolve: MediaResolver) -> MediaRefusal | None:
    """Return why something that a CSS file loads, and `resolve` names, would be missing."""
    if not sheet.name.endswith(".css"):
        return None
    with sheet.open() as file:
        css = file.read(_LONGEST_SHEET).decode(errors="replace")
    for load in loads(css):
        if is_elsewhere(load.address) or is_remote(load.address):
            continue
        found = ByAddress(resolve)(load.address)
        if isinstance(found, MediaRefusal):
            return replace(found, message=f"in {address}: {found.message}")
    return None


def renamed(address: str) -> MediaRefusal:
    """Refuse a file in a CSS file, which is packed unchanged."""
    message = f"{address} has another name in the package"
    return MediaRefusal(message, "write this style into 'css' of the note type")
