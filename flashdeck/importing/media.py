"""Pictures and sounds that are other ones in Anki than in a project, under the same name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.files.files import RefusedFileError, open_regular
from flashdeck.importing.layout import MEDIA
from flashdeck.model import Media
from flashdeck.project.digest import stream_digest


def other_media(root: Path, media: Iterable[Media]) -> list[Diagnostic]:
    """Say which files of a collection are left there: those here are their author's."""
    found: list[Diagnostic] = []
    for one in media:
        name = f"{MEDIA}/{one.name}"
        try:
            with open_regular(root / name, root) as file:
                same = stream_digest(file) == one.sha256
        except RefusedFileError:
            continue  # there is none here
        if not same:
            message = f"{one.name} is another file in Anki; the one here stays"
            hint = "copy Anki's from its media folder, if that is the right one"
            span = Span.point(name)
            found.append(Diagnostic("import-conflict", message, span, Severity.WARNING, hint))
    return found
