"""Attachment of comments to keys and items, so that they move together."""

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
    """A pair of a mapping or an item of a list, with its position and its container.

    `above` are the comments above it, '' for an empty line; `beside` is the comment after it.
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
        """Return a pair or an item by its index."""
        return self._by_place[id(container), place]

    def holds_comments(self, container: Container) -> bool:
        """Whether comments are inside of a collection."""
        return id(container) in self._commented

    def add(self, comment: Comment) -> None:
        """Attach a comment in the document, above it or below it."""
        here = bisect_left(self._starts, comment.start)
        following = self._slots[here] if here < len(self._slots) else None
        last = self._slots[here - 1] if here else None
        if last is None:
            if following is not None:
                self._put_above(following, comment)
            else:  # an empty document
                self._put_below(self._root, comment)
        elif comment.beside:
            self._put_beside(_ended_before(last, comment.start), comment)
        elif isinstance(last.node, ScalarNode) and last.node.start.index > comment.start:
            self._put_above(last, comment)  # between a key and its text
        else:
            self._put_between(last, following, comment)

    def _put_between(self, last: Slot, following: Slot | None, comment: Comment) -> None:
        """Attach a comment on its own line to the slot that ends there, or to the following one.

        A comment that is indented deeper than the following slot belongs to the one that ended.
        """
        inside = _open_flow(last, comment.start)
        if inside is not None:
            if following is not None and following.start < inside.end.index:
                self._put_above(following, comment)
            elif inside is last.node:  # empty brackets
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
    """Return a slot and its parents, from the inside out."""
    chain = []
    while slot is not None:
        chain.append(slot)
        slot = slot.parent
    return chain


def _ended_before(last: Slot, index: int) -> Slot:
    """Return the slot that a comment after it belongs to: the parent of closed brackets."""
    slot = last
    while slot.container.flow and slot.container.end.index <= index and slot.parent is not None:
        slot = slot.parent
    return slot


def _open_flow(last: Slot, index: int) -> Container | None:
    """Return the flow collection around an index, or None."""
    for node in (last.node, *(slot.container for slot in _chain(last))):
        if isinstance(node, ScalarNode) or not node.flow:
            continue
        if node.start.index < index < node.end.index:
            return node
    return None
