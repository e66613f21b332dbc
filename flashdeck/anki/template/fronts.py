"""Fields that a front needs to be non-empty, which decides whether Anki generates the card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flashdeck.anki.html_text import BLANK_STARTS, is_blank
from flashdeck.anki.template.parse import Fault, Nodes, Replacement, Section

# Special fields that every card has. `FrontSide` is not among them, and `Tags` only with tags.
ALWAYS_FILLED = ("Card", "CardFlag", "CardID", "Deck", "Subdeck", "Type")
TAGS = "Tags"
# The size of the cache per note type, whose keys are sets of non-empty fields.
_MOST = 4096


class Fronts:
    """The fields that the fronts of a note type need.

    Each field is a bit of a mask. A front is not empty if one of its replacements is not, that is,
    if all its needed bits are set (its own, and those of the sections around it) and none of its
    excluding bits (those of negated sections).
    """

    __slots__ = ("_bits", "_by_mask", "_fronts", "_tags")

    def __init__(self, names: Sequence[str], fronts: Sequence[Nodes | Fault]) -> None:
        bits = {name: 1 << (index + 1) for index, name in enumerate(names)}
        self._bits = tuple(bits.values())
        self._tags = 0 if TAGS in bits else 1 << (len(names) + 1)
        if self._tags:
            bits[TAGS] = self._tags
        for name in ALWAYS_FILLED:
            # Bit 0 is always set; a field of the same name wins.
            bits.setdefault(name, 1)
        self._fronts = tuple(
            () if isinstance(front, Fault) else tuple(_ways(front, bits)) for front in fronts
        )
        self._by_mask: dict[int, tuple[int, ...]] = {}

    def showing(self, fields: Sequence[str], tags: Sequence[str]) -> tuple[int, ...]:
        """Return the indices of the fronts that show something for these fields, ascending."""
        mask = self._tags | 1 if tags else 1
        for bit, text in zip(self._bits, fields, strict=False):
            if text and (text[0] not in BLANK_STARTS or not is_blank(text)):
                mask |= bit
        ordinals = self._by_mask.get(mask)
        return self._evaluate(mask) if ordinals is None else ordinals

    def _evaluate(self, mask: int) -> tuple[int, ...]:
        if len(self._by_mask) >= _MOST:
            self._by_mask.clear()
        ordinals = self._by_mask[mask] = tuple(
            ordinal
            for ordinal, ways in enumerate(self._fronts)
            if any(mask & needed == needed and not mask & excluded for needed, excluded in ways)
        )
        return ordinals


def _ways(nodes: Nodes, bits: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """Yield the needed and the excluding bits of each replacement that can ever show.

    A name without a bit is never filled: it is neither a special field nor one of the note type.
    """
    sections = [(len(nodes), 0, 0)]
    hidden_until = 0
    for index, node in enumerate(nodes):
        while index >= sections[-1][0]:
            sections.pop()
        if index < hidden_until or not isinstance(node, Replacement | Section):
            continue
        _, needed, excluded = sections[-1]
        bit = bits.get(node.name, 0)
        if isinstance(node, Section):
            if not node.negated and not bit:
                hidden_until = node.end
            elif node.negated:
                sections.append((node.end, needed, excluded | bit))
            else:
                sections.append((node.end, needed | bit, excluded))
        elif bit:
            yield needed | bit, excluded
