"""The decks of a project: each spelled one way, described once."""

from __future__ import annotations

from collections.abc import Iterable

from flashdeck.anki.deck_names import root, with_parents
from flashdeck.diagnostics import Diagnostic, Span, Text
from flashdeck.model import Deck


class DeckTable:
    """Gathers the decks that documents and notes name; `root` is that of the first one."""

    def __init__(self) -> None:
        self.root = ""
        self.problems: list[Diagnostic] = []
        self._spellings: dict[str, Text] = {}
        self._descriptions: dict[str, Text] = {}

    def name(self, deck: Text) -> None:
        """Note that a deck is named: one way, for to Anki 'verbs' and 'Verbs' are one deck."""
        self.root = self.root or root(deck.value)
        for name in with_parents(deck.value):
            first = self._spellings.setdefault(name.casefold(), Text(name, deck.span))
            if first.value != name:
                self._report(
                    "deck-spelling",
                    f"the deck '{name}' is spelled '{first.value}' in {_place(first.span)}",
                    deck.span,
                    "spell it one way; to Anki both are one deck",
                )
                return

    def describe(self, deck: Text, html: str) -> None:
        """Note a deck's description."""
        first = self._descriptions.setdefault(deck.value.casefold(), Text(html, deck.span))
        if first.span != deck.span:
            self._report(
                "deck-description",
                f"the deck '{deck.value}' is described in {_place(first.span)} already",
                deck.span,
                "keep one description",
            )

    def decks(self, used: Iterable[str]) -> tuple[Deck, ...]:
        """Give the decks that hold cards and the described ones above them, in order of names.

        Those between the two as well: from a deck that holds cards Anki goes up until one is
        missing, and does not look at what stands above that.
        """
        names = set(used)
        for name in list(names):
            parents = with_parents(name)[:-1]
            while parents and parents[0].casefold() not in self._descriptions:
                del parents[0]
            names.update(parents)
        return tuple(Deck(name, self._description(name)) for name in sorted(names))

    def _description(self, name: str) -> str:
        found = self._descriptions.get(name.casefold())
        return found.value if found is not None else ""

    def _report(self, rule: str, message: str, span: Span, hint: str) -> None:
        self.problems.append(Diagnostic(rule, message, span, hint=hint))


def _place(span: Span) -> str:
    return f"{span.path}:{span.line}"
