"""Rules for pictures that are too large, or have no alternative text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import BinaryIO

from flashdeck.anki.html_text import display_name
from flashdeck.diagnostics import FlashdeckError, Span
from flashdeck.model import Media
from flashdeck.rules.context import LintContext
from flashdeck.rules.rule import Finding
from flashdeck.text import slug

# The largest phone screens have under four million pixels (1440 by 3120 is 4.5, of which the card
# is a part); AnkiDroid needs four bytes of memory for each.
_MOST_PIXELS = 5_000_000
_MOST_READ = 2**16
_NO_ALT = re.compile(
    r"<img\b(?![^<>]*(?<![\w-])alt\s*+=\s*+(?:\"[^\"]|'[^']|[^\s\"'>]))[^<>]*+>", re.IGNORECASE
)
# The address of a picture in Markdown, or in HTML.
_LINK = re.compile(
    r"\]\(<?([^()\[\]<>\n]+)|\bsrc\s*+=\s*+[\"']?([^\"'<>=\n]+)", re.IGNORECASE | re.ASCII
)
_LONGEST_SLUG = 40
_MARKDOWN_NO_ALT = re.compile(r"!\[\s*\]\([^)\n]*\)?")


def large_picture(context: LintContext) -> Iterator[Finding]:
    """A picture of more than five million pixels.

    No screen that cards are studied on shows that many. They only make the package larger, every
    learner's sync slower, and fill the phone's memory (four bytes for each pixel).

    Fix: make it smaller; 2,000 pixels are wide enough for any card.

    Fails::

        notes:
          - {q: "![the map](map.png) Which country is this?", a: Chile}
        == cards/map.png (a picture of 3000 by 2000 pixels)

    Passes::

        notes:
          - {q: "![the map](map.png) Which country is this?", a: Chile}
        == cards/map.png (a picture of 1500 by 1000 pixels)
    """
    for media in context.collection.media:
        width, height = _size(media)
        if width * height > _MOST_PIXELS:
            span, name = _written(context, media)
            message = f"{name} has {width:,} by {height:,} pixels"
            hint = "make it smaller: 2,000 pixels are wide enough for any card"
            yield Finding(span, message, hint)


def missing_alt(context: LintContext) -> Iterator[Finding]:
    """A picture without alternative text.

    Screen readers read it out, and it is shown where the picture does not load. It also tells
    reviewers of the deck what the picture shows. Where it would give the answer away, describe what
    can be seen and not what it is: "a flag with a red disc".

    Fix: write what the picture shows between the brackets.

    Fails::

        notes:
          - {q: "![](flag.png) Whose flag is this?", a: Japan's}
        == cards/flag.png (a picture of 60 by 40 pixels)

    Passes::

        notes:
          - {q: "![a red disc on white](flag.png) Whose flag is this?", a: Japan's}
        == cards/flag.png (a picture of 60 by 40 pixels)
    """
    for entry in context.entries:
        for passages in entry.passages.values():
            for passage in passages:
                if not _NO_ALT.search(passage.html):
                    continue
                match = _MARKDOWN_NO_ALT.search(passage.text)
                span = passage.place(*match.span()) if match else passage.span
                message = "this picture has no description for those who can't see it"
                yield Finding(span, message, "write ![what it shows](…)")


class _LimitedFile:
    """A file with a limit on the bytes that are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._left = _MOST_READ
        self._file = file
        self.seek = file.seek

    def read(self, size: int = -1) -> bytes:
        """Read up to the limit."""
        data = self._file.read(size if 0 <= size <= self._left else self._left)
        self._left -= len(data)
        return data


def _size(media: Media) -> tuple[int, int]:
    from imagesize import get  # slow: it imports an HTTP client

    try:
        with media.open() as file:
            width, height = get(_LimitedFile(file), exif_rotation=False)
    except (OSError, FlashdeckError):  # removed meanwhile: the build reports it
        return 0, 0
    # Vector graphics have no pixels: imagesize returns fractional lengths.
    return (width, height) if isinstance(width, int) and min(width, height) > 0 else (0, 0)


def _written(context: LintContext, media: Media) -> tuple[Span | None, str]:
    """Return where a picture is first shown, and its name there."""
    for entry in context.entries:
        for passage in itertools.chain.from_iterable(entry.passages.values()):
            if media.name not in passage.html:
                continue
            for match in _LINK.finditer(passage.text):
                name = match[match.lastindex or 0].partition(' "')[0].rstrip()
                if _is_name_of(name, media):
                    start = match.start(match.lastindex or 0)
                    return passage.place(start, start + len(name)), name
            return passage.span, display_name(media.name)
    notes = context.collection.notes  # a picture with masks is in no text
    shown = (note.source for note in notes if any(media.name in field for field in note.fields))
    return next(shown, None), display_name(media.name)


def _is_name_of(path: str, media: Media) -> bool:
    """Whether a path in a source is that of a media file, whose name begins with its slug."""
    name = path.rpartition("/")[2]
    start = slug(name.rpartition(".")[0])[:_LONGEST_SLUG].strip("-")
    return name == media.name or (bool(start) and media.name.startswith(f"{start}-"))
