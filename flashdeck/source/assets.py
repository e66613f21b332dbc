"""The texts of a note type with the names of their files in the package."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from flashdeck.markup import Problem
from flashdeck.text import counted

_DIGITS = 12


class Rewritten(NamedTuple):
    """A style or a template side, and its problems.

    `active` are the places of scripts and the like, `scripts` is a digest of the side if it has
    any, and of the files that it runs.
    """

    text: str
    problems: Sequence[Problem] = ()
    active: Sequence[Problem] = ()
    scripts: str = ""


class RewriteAssets(Protocol):
    """Replaces media names in a style or a template side by those in the package."""

    def __call__(self, text: str, folder: Path, *, css: bool, verbatim: bool) -> Rewritten:
        """Return the new text; with `verbatim` names stay the same."""


def scripts_digest(sides: Iterable[str]) -> str:
    """Return the digest of a note type's scripts from those of its sides; '' without any."""
    digests = [side for side in sides if side]
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:_DIGITS] if digests else ""


def acceptance_hint(notetype: str, digest: str) -> str:
    """Return the setting that accepts the scripts of a note type, as a hint."""
    entry = f'allow_scripts: {{notetypes: {{"{notetype}": "{digest}"}}}}'
    return f"if you trust it, write in flashdeck.yaml: {entry}"


def active_message(first: Problem, places: int, changed: str) -> str:
    """Return the message for a template; `changed` is a note type whose scripts were accepted."""
    more = f", in {counted(places - 1, 'more place')} of this template" if places > 1 else ""
    since = f"; the scripts of '{changed}' changed since they were accepted" if changed else ""
    return f"{first.message}{more}{since}"
