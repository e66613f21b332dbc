"""Rules for tags that are spelled in two ways."""

from __future__ import annotations

from collections.abc import Iterator

from flashdeck.anki import deck_names
from flashdeck.diagnostics import Fix, Text
from flashdeck.rules.context import LintContext
from flashdeck.rules.rule import Finding

_SHORTEST = 3
# Words that end in s, but are not plurals.
_NO_PLURALS = frozenset("news means arms glasses goods times customs series species works".split())


def tag_spelling(context: LintContext) -> Iterator[Finding]:
    """A tag is written with different capitals.

    Anki treats both as one tag, and keeps the spelling that is imported first. Each level of a
    tag counts.

    Fix: spell it the same way. `check --fix` takes the first spelling.

    Fails::

        notes:
          - {q: Who created Flask?, a: Armin Ronacher, tags: [Web]}
          - {q: Who created Django?, a: Adrian Holovaty, tags: [web]}

    Passes::

        notes:
          - {q: Who created Flask?, a: Armin Ronacher, tags: [web]}
          - {q: Who created Django?, a: Adrian Holovaty, tags: [web]}
    """
    first: dict[str, Text] = {}
    for tag in context.tags:
        names = deck_names.with_parents(tag.value)
        known = [first.setdefault(name.casefold(), Text(name, tag.span)) for name in names]
        leaves = [deck_names.leaf(other.value) for other in known]
        better = deck_names.join(leaves)
        if better != tag.value:
            levels = map(deck_names.leaf, names)
            level = next(i for i, name in enumerate(levels) if name != leaves[i])
            place = f"{known[level].span.path}:{known[level].span.line}"
            message = f"the tag '{names[level]}' is spelled '{known[level].value}' in {place}"
            hint = "spell it the same way; Anki treats both as one tag"
            fix = Fix(tag.span, better) if deck_names.PLAIN.fullmatch(better) else None
            yield Finding(tag.span, message, hint, fix)


def tag_plural(context: LintContext) -> Iterator[Finding]:
    """Two tags differ in the English plural alone: `verb` and `verbs`.

    A search for one of them misses the notes of the other.

    Fix: choose one of them.

    Fails::

        notes:
          - {q: ser, a: to be, tags: [verb]}
          - {q: estar, a: to be, tags: [verbs]}

    Passes::

        notes:
          - {q: ser, a: to be, tags: [verb]}
          - {q: estar, a: to be, tags: [verb]}
    """
    first: dict[str, Text] = {}
    for tag in context.tags:
        first.setdefault(tag.value.casefold(), tag)
    for name, tag in first.items():
        *above, last = deck_names.levels(name)
        for single in _singulars(last):
            other = first.get(deck_names.join([*above, single]))
            if other is not None:
                later, former = (tag, other) if tag.span > other.span else (other, tag)
                place = f"{former.span.path}:{former.span.line}"
                message = f"the tag '{later.value}' is '{former.value}' in {place}"
                yield Finding(later.span, message, "choose one of the two")
                break


def _singulars(word: str) -> Iterator[str]:
    if not word.endswith("s") or word.endswith("ss") or word in _NO_PLURALS:
        return
    forms = [word[:-1]]
    if word.endswith("ies"):
        forms = [word[:-3] + "y"]
    elif word.endswith(("ches", "shes", "xes", "sses", "zes")):
        forms = [word[:-2]]
    yield from (form for form in forms if len(form) >= _SHORTEST)
