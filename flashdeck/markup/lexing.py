"""Pygments' lexers, asking at a character only the rules that can begin there.

By itself a lexer asks every rule of its state at every place, and of some fifty all but a few
begin with other characters. What they begin with is read from their expressions, as `re` parses
them. The lexer's own loop stays as it is, and so does what it finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any

from pygments.lexer import Lexer

_Rule = tuple[Any, Any, Any]  # Pygments' own: what looks for a match, its kind, the next state

_FEW = 4  # rules that are asked as fast as they are chosen
_ASCII = frozenset(map(chr, range(128)))
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
_OF_OTHER_SCRIPTS = frozenset("iIkKsS")  # a dotless i, Kelvin's sign and a long s are these, too
# Python's own module has no public door to this; without it rules begin anywhere.
_PARSER = getattr(re, "_parser", None)


def hasten(lexer: Lexer) -> None:
    """Sort a lexer's rules by their beginnings; worth its time where much code is to be read."""
    states: dict[str, list[_Rule]] = getattr(lexer, "_tokens", {})
    lexer._tokens = {  # type: ignore[attr-defined]  # noqa: SLF001 - it has no public name
        name: rules if len(rules) <= _FEW else _State(rules) for name, rules in states.items()
    }


class _State:
    """The rules of a state; a lexer's loop takes it for a list, whose first rule only looks."""

    def __init__(self, rules: list[_Rule]) -> None:
        self._rules = rules
        self._beginning: dict[str, list[_Rule]] = {}
        self._first: list[_Rule] = [(self._look, None, None)]
        self._others: list[_Rule] = []

    def __iter__(self) -> Iterator[_Rule]:
        return chain(self._first, self._others)

    def _look(self, text: str, place: int, *_: int) -> None:
        """Find nothing, as a rule that does not fit; the rules that may fit here come next."""
        here = text[place : place + 1]
        rules = self._beginning.get(here) if here in _ASCII else self._rules
        if rules is None:
            rules = [rule for rule in self._rules if here in _beginnings(rule[0])]
            self._beginning[here] = rules
        self._others[:] = rules


@cache
def _beginnings(match: Any) -> frozenset[str]:
    """The ASCII characters at which an expression may match, and maybe some more."""
    expression = getattr(match, "__self__", None)
    if _PARSER is None or not isinstance(expression, re.Pattern):
        return _ASCII
    characters, empty = _first(_PARSER.parse(expression.pattern, expression.flags))
    if expression.flags & re.IGNORECASE:
        characters |= {character.swapcase() for character in characters} | _OF_OTHER_SCRIPTS
    return _ASCII if empty else characters


def _first(parsed: Iterable[Any]) -> tuple[frozenset[str], bool]:
    """Characters that may come first in a parsed expression, and whether it matches nothing."""
    characters: frozenset[str] = frozenset()
    for operation, argument in parsed:
        more, empty = _first_of(str(operation), argument)
        characters |= more
        if not empty:
            return characters, False
    return characters, True


def _first_of(operation: str, argument: Any) -> tuple[frozenset[str], bool]:
    match operation:
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return frozenset(), True
        case "IN":
            return _set(argument), False
        case "LITERAL":
            return frozenset({chr(argument)}), False
        case "NOT_LITERAL":
            return _ASCII - {chr(argument)}, False
        case "BRANCH":
            branches = [_first(branch) for branch in argument[1]]
            characters = frozenset().union(*(characters for characters, _ in branches))
            return characters, any(empty for _, empty in branches)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            characters, empty = _first(argument[2])
            return characters, empty or argument[0] == 0
        case "SUBPATTERN" if not argument[1]:  # sets no flags
            return _first(argument[3])
    return _ASCII, True


def _set(members: list[tuple[Any, Any]]) -> frozenset[str]:
    characters: set[str] = set()
    negated = False
    for operation, argument in members:
        match str(operation):
            case "NEGATE":
                negated = True
            case "LITERAL":
                characters.add(chr(argument))
            case "RANGE":
                characters.update(map(chr, range(argument[0], min(argument[1], 127) + 1)))
            case "CATEGORY" if category := _CATEGORIES.get(str(argument)):
                characters.update(filter(re.compile(category).match, _ASCII))
            case _:
                return _ASCII
    return _ASCII - characters if negated else frozenset(characters)
