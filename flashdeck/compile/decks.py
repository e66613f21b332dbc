"""The decks of a project, with one spelling, one description and one preset each."""

from __future__ import annotations

from collections.abc import Iterable

from flashdeck.anki.deck_names import root, with_parents
from flashdeck.diagnostics import Diagnostic, Span, Text
from flashdeck.model import Deck, Preset
from flashdeck.project.ids import preset_id


class DeckTable:
    """Collects decks; `root` is the top-level deck of the first one."""

    def __init__(self) -> None:
        self.root = ""
        self.problems: list[Diagnostic] = []
        self._spellings: dict[str, Text] = {}
        self._descriptions: dict[str, Text] = {}
        self._presets: dict[str, tuple[Preset, Span]] = {}

    def name(self, deck: Text) -> None:
        """Add a deck; Anki ignores case, so two spellings are reported."""
        self.root = self.root or root(deck.value)
        for name in with_parents(deck.value):
            first = self._spellings.setdefault(name.casefold(), Text(name, deck.span))
            if first.value != name:
                self._report(
                    "deck-spelling",
                    f"the deck '{name}' is spelled '{first.value}' in {_place(first.span)}",
                    deck.span,
                    "spell it the same way; Anki treats both as one deck",
                )
                return

    def describe(self, deck: Text, html: str) -> None:
        """Add a deck's description."""
        first = self._descriptions.setdefault(deck.value.casefold(), Text(html, deck.span))
        if first.span != deck.span:
            self._report(
                "deck-description",
                f"the deck '{deck.value}' is described in {_place(first.span)} already",
                deck.span,
                "keep one description",
            )

    def set_options(self, deck: Text, preset: Preset) -> None:
        """Add a deck's preset; without a name it is named like the deck."""
        named = preset._replace(name=preset.name or deck.value)
        _, first = self._presets.setdefault(deck.value.casefold(), (named, deck.span))
        if first != deck.span:
            message = f"the deck '{deck.value}' has its preset in {_place(first)} already"
            self._report("deck-preset", message, deck.span, "keep one preset")

    def decks(self, used: Iterable[str], project_id: str) -> tuple[Deck, ...]:
        """Return the decks with cards and their parents with a description or preset, by name.

        Decks between the two are included: Anki imports the parents of a deck up to the first one
        that is missing.
        """
        names = set(used)
        for name in list(names):
            parents = with_parents(name)[:-1]
            while parents and parents[0].casefold() not in {*self._descriptions, *self._presets}:
                del parents[0]
            names.update(parents)
        return tuple(
            Deck(name, self._description(name), preset=self._preset(name, project_id))
            for name in sorted(names)
        )

    def _preset(self, name: str, project_id: str) -> Preset | None:
        """Return the preset of a deck, or of its nearest parent with one."""
        for deck in reversed(with_parents(name) if self._presets else []):
            if deck.casefold() in self._presets:
                preset, _ = self._presets[deck.casefold()]
                return preset._replace(id=preset_id(project_id, preset.name, preset.chosen))
        return None

    def _description(self, name: str) -> str:
        description = self._descriptions.get(name.casefold())
        return description.value if description is not None else ""

    def _report(self, rule: str, message: str, span: Span, hint: str) -> None:
        self.problems.append(Diagnostic(rule, message, span, hint=hint))


def _place(span: Span) -> str:
    return f"{span.path}:{span.line}"
