"""flashdeck: the compiler for Anki decks.

The Python API offers what the commands use: load a project, compile it to a `Collection`, render
cards, build packages, read and write packages. Only the names in `__all__` are public. Each name is
imported on first use.
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes longer than the rest of this module
if TYPE_CHECKING:
    from flashdeck.anki.new_note import new_note
    from flashdeck.anki.read.apkg import read_apkg
    from flashdeck.anki.write.apkg import write_apkg
    from flashdeck.checking.check import check
    from flashdeck.checking.check import check as lint
    from flashdeck.comparison.changes import Changes
    from flashdeck.comparison.compare import diff
    from flashdeck.compile.compiler import Compiled, compile_project
    from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span, Text
    from flashdeck.model import Card, Collection, Deck, Field, Media, Note, NoteType, Template
    from flashdeck.project.ids import stable_id
    from flashdeck.project.project import Project, load_project
    from flashdeck.release.build import build
    from flashdeck.release.dated import dated
    from flashdeck.release.result import BuildResult, Options
    from flashdeck.rendered_cards import RenderedCard, cards

__version__ = "0.1.0"

_MODULES = {
    "anki.new_note": ("new_note",),
    "anki.read.apkg": ("read_apkg",),
    "anki.write.apkg": ("write_apkg",),
    "checking.check": ("check", "lint"),
    "comparison.changes": ("Changes",),
    "comparison.compare": ("diff",),
    "compile.compiler": ("Compiled", "compile_project"),
    "diagnostics": ("Diagnostic", "FlashdeckError", "Severity", "Span", "Text"),
    "model": ("Card", "Collection", "Deck", "Field", "Media", "Note", "NoteType", "Template"),
    "project.ids": ("stable_id",),
    "project.project": ("Project", "load_project"),
    "release.build": ("build",),
    "release.dated": ("dated",),
    "release.result": ("BuildResult", "Options"),
    "rendered_cards": ("RenderedCard", "cards"),
}
_ALIASES = {"lint": "check"}

__all__ = [
    "BuildResult",
    "Card",
    "Changes",
    "Collection",
    "Compiled",
    "Deck",
    "Diagnostic",
    "Field",
    "FlashdeckError",
    "Media",
    "Note",
    "NoteType",
    "Options",
    "Project",
    "RenderedCard",
    "Severity",
    "Span",
    "Template",
    "Text",
    "build",
    "cards",
    "check",
    "compile_project",
    "dated",
    "diff",
    "lint",
    "load_project",
    "new_note",
    "read_apkg",
    "stable_id",
    "write_apkg",
]


def __getattr__(name: str) -> object:
    from importlib import import_module

    for path, names in _MODULES.items():
        if name in names:
            module = import_module(f"flashdeck.{path}")
            return getattr(module, _ALIASES.get(name, name))
    raise AttributeError(f"module 'flashdeck' has no attribute '{name}'")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
