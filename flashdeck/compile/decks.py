"""The decks of a project, with one spelling and one description each."""

from __future__ import annotations

from collections.abc import Iterable

from flashdeck.anki.deck_names import root, with_parents
from flashdeck.diagnostics import Diagnostic, Span, Text
from flashdeck.model import Deck


class DeckTable:
    """Collects decks; `root` is the top-level deck of the first one."""

    def __init__(self) -> None:
        self.root = ""
        self.problems: list[Diagnostic] = []
        self._spellings: dict[str, Text] = {}
        self._descriptions: dict[str, Text] = {}

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

    def decks(self, used: Iterable[str]) -> tuple[Deck, ...]:
        """Return the decks with cards and their described parents, sorted by name.

        Decks between the two are included: Anki imports the parents of a deck up to the first one
        that is missing.
        """
        names = set(used)
        for name in list(names):
            parents = with_parents(name)[:-1]
            while parents and parents[0].casefold() not in self._descriptions:
                del parents[0]
            names.update(parents)
        return tuple(Deck(name, self._description(name)) for name in sorted(names))

    def _description(self, name: str) -> str:
        description = self._descriptions.get(name.casefold())
        return description.value if description is not None else ""

    def _report(self, rule: str, message: str, span: Span, hint: str) -> None:
        self.problems.append(Diagnostic(rule, message, span, hint=hint))


def _place(span: Span) -> str:
    return f"{span.path}:{span.line}"
