"""Comments with the key or item that each belongs to, so that it moves along with it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TypeAlias

from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode
from flashdeck.yamlnode.comments import Comment

Container: TypeAlias = MappingNode | SequenceNode


@dataclass(slots=True, eq=False)
class Slot:
    """A pair of a mapping or an item of a list, where it begins, and what it lies in.

    `above` are the comments over it, '' for an empty line; `beside` the one behind it.
    """

    start: int
    column: int
    node: Node
    container: Container
    parent: Slot | None
    above: list[str] = field(default_factory=list)
    beside: str = ""


class Attached:
    """A document's pairs and items with their comments."""

    def __init__(self, root: MappingNode) -> None:
        self._root = root
        self._slots: list[Slot] = []
        self._by_place: dict[tuple[int, int], Slot] = {}
        self._commented: set[int] = set()
        self.below: dict[int, list[str]] = defaultdict(list)
        """The comments under the last pair or item of a collection, by the collection's `id`."""
        self._walk(root, None)
        self._starts = [slot.start for slot in self._slots]

    def slot(self, container: Container, place: int) -> Slot:
        """Give a pair or an item by its place."""
        return self._by_place[id(container), place]

    def holds_comments(self, container: Container) -> bool:
        """Whether comments stand inside of a collection."""
        return id(container) in self._commented

    def add(self, comment: Comment) -> None:
        """Find the place of a comment that stands in the document, above or below it."""
        here = bisect_left(self._starts, comment.start)
        following = self._slots[here] if here < len(self._slots) else None
        last = self._slots[here - 1] if here else None
        if last is None:
            if following is not None:
                self._put_above(following, comment)
            else:  # there is no pair at all
                self._put_below(self._root, comment)
        elif comment.beside:
            self._put_beside(_ended_before(last, comment.start), comment)
        elif isinstance(last.node, ScalarNode) and last.node.start.index > comment.start:
            self._put_above(last, comment)  # between a key and its text
        else:
            self._put_between(last, following, comment)

    def _put_between(self, last: Slot, following: Slot | None, comment: Comment) -> None:
        """Put a comment on a line of its own under what ends there, or above what follows.

        Its column tells: what is indented deeper than what follows belongs to what ended.
        """
        inside = _open_flow(last, comment.start)
        if inside is not None:
            if following is not None and following.start < inside.end.index:
                self._put_above(following, comment)
            elif inside is last.node:  # empty: there is no place inside
                self._put_above(last, comment)
            else:
                self._put_below(inside, comment)
            return
        still_open = {id(slot.container) for slot in _chain(following)}
        edge = following.column if following is not None else -1
        for slot in _chain(last):
            is_open = id(slot.container) in still_open or slot.container.flow
            if not is_open and edge < slot.column <= comment.column:
                self._put_below(slot.container, comment)
                return
        if following is not None:
            self._put_above(following, comment)
        else:
            self._put_below(self._root, comment)

    def _put_above(self, slot: Slot, comment: Comment) -> None:
        if comment.blank_above:
            slot.above.append("")
        slot.above.append(comment.text)
        if comment.blank_below:
            slot.above.append("")
        self._mark(slot)

    def _put_beside(self, slot: Slot, comment: Comment) -> None:
        if slot.beside:
            slot.above.append(comment.text)
        else:
            slot.beside = comment.text
        self._mark(slot)

    def _put_below(self, container: Container, comment: Comment) -> None:
        if comment.blank_above:
            self.below[id(container)].append("")
        self.below[id(container)].append(comment.text)
        self._commented.add(id(container))
        for slot in _chain(self._by_place.get((id(container), 0))):
            self._mark(slot)

    def _mark(self, slot: Slot) -> None:
        for outer in _chain(slot):
            self._commented.add(id(outer.container))

    def _walk(self, container: Container, parent: Slot | None) -> None:
        nodes: list[tuple[Node, Node]]
        if isinstance(container, MappingNode):
            nodes = [(key, value) for key, value in container.pairs]
        else:
            nodes = [(item, item) for item in container.items]
        for place, (first, node) in enumerate(nodes):
            is_item = isinstance(container, SequenceNode) and not container.flow
            column = container.start.column if is_item else first.start.column
            slot = Slot(first.start.index, column, node, container, parent)
            self._slots.append(slot)
            self._by_place[id(container), place] = slot
            if not isinstance(node, ScalarNode):
                self._walk(node, slot)


def _chain(slot: Slot | None) -> list[Slot]:
    """Give a slot and those that it lies in, from the inside out."""
    chain = []
    while slot is not None:
        chain.append(slot)
        slot = slot.parent
    return chain


def _ended_before(last: Slot, index: int) -> Slot:
    """Give what a comment behind it belongs to: of brackets that are closed, what holds them."""
    slot = last
    while slot.container.flow and slot.container.end.index <= index and slot.parent is not None:
        slot = slot.parent
    return slot


def _open_flow(last: Slot, index: int) -> Container | None:
    """Give the brackets that an index lies in; None outside of any."""
    for node in (last.node, *(slot.container for slot in _chain(last))):
        if isinstance(node, ScalarNode) or not node.flow:
            continue
        if node.start.index < index < node.end.index:
            return node
    return None
