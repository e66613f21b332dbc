"""Reads the masks of a picture: their positions and cards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from flashdeck.kinds.registry import MASK
from flashdeck.limits import LAST_CLOZE
from flashdeck.source.mapping import MappingReader
from flashdeck.source.note import Mask, Masks, Value
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s*%")
_EDGES = ("left", "top", "width", "height")
_HUNDRED = Decimal(100)
_Place = tuple[str, str, str, str]


def read_masks(reader: MappingReader, key: ScalarNode, node: Node) -> Masks | None:
    """Read the list of masks; invalid ones are reported and left out."""
    if isinstance(node, ScalarNode) and not node.value.strip():
        reader.filled(key, node, "'occlude'")
        return None
    if not isinstance(node, SequenceNode):
        hint = "write '- {label: …, at: [10%, 10%, 20%, 5%]}' below"
        reader.report("not-a-list", "'occlude' takes a list of masks", node, hint)
        return None
    if not node.items:
        reader.report("empty", "'occlude' is empty", key, "write a mask, or remove the key")
    masks = [mask for item in node.items if (mask := _mask(reader, item)) is not None]
    _check_numbers(reader, masks)
    return Masks(tuple(masks))


def check_labels(reader: MappingReader, values: Mapping[str, Value]) -> None:
    """Report masks without a label in a typed note."""
    masks = values.get("occlude")
    if not isinstance(masks, Masks) or values.get("typed") is not True:
        return
    for mask in masks.masks:
        if mask.label is None:
            message = "this mask has no 'label' that could be typed"
            reader.report("missing-key", message, mask.node, "add its label, or remove 'typed'")


def _mask(reader: MappingReader, node: Node) -> Mask | None:
    if not isinstance(node, MappingNode) or not node.pairs:
        hint = "write {label: …, at: [10%, 10%, 20%, 5%]}"
        reader.report("not-a-mask", "a mask is a mapping with the key 'at'", node, hint)
        return None
    pairs = reader.read_keys(node, MASK, "a mask")
    keys = {key.name: key for key in MASK}
    place = _place(reader, pairs["at"][1]) if "at" in pairs else None
    shape = reader.word(keys["shape"], pairs["shape"][1]) if "shape" in pairs else None
    label = reader.filled(*pairs["label"], "'label'") if "label" in pairs else None
    if label is not None:
        reader.check_comment(label)
    group = reader.filled(*pairs["group"], "'group'") if "group" in pairs else None
    number = _number(reader, pairs["n"][1]) if "n" in pairs else None
    if place is None:
        return None
    return Mask(
        label=label,
        place=place,
        shape=shape.value.strip() if shape is not None else keys["shape"].words[0],
        group=group.value.strip() if group is not None else "",
        number=number,
        node=node,
    )


def _number(reader: MappingReader, node: Node) -> int | None:
    number = reader.number(node, "'n'")
    if number is not None and number > LAST_CLOZE:
        hint = "remove it, and the next build writes one"
        reader.report("mask-number", f"'n' goes from 1 to {LAST_CLOZE}", node, hint)
        return None
    return number


def _place(reader: MappingReader, node: Node) -> _Place | None:
    values: list[Decimal] = []
    items = node.items if isinstance(node, SequenceNode) else []
    for item in items:
        percent = _PERCENT.fullmatch(item.value.strip()) if isinstance(item, ScalarNode) else None
        if percent is None:
            _not_percentages(reader, item)
            return None
        values.append(Decimal(percent[1]))
    if len(values) != len(_EDGES):
        _not_percentages(reader, node)
        return None
    for edge, value, item in zip(_EDGES, values, items, strict=True):
        if value > _HUNDRED or (edge in _EDGES[2:] and not value):
            message = f"a mask's {edge} is not {_decimal(value)}%"
            reader.report("mask-place", message, item, "percentages go from 0% to 100%")
            return None
    left, top, width, height = values
    for start, size, index in ((left, width, 2), (top, height, 3)):
        if start + size > _HUNDRED:
            message = f"this mask ends at {_decimal(start + size)}%, outside of the picture"
            hint = f"its {_EDGES[index]} is at most {_decimal(_HUNDRED - start)}%"
            reader.report("mask-place", message, items[index], hint)
            return None
    return (_decimal(left), _decimal(top), _decimal(width), _decimal(height))


def _not_percentages(reader: MappingReader, node: Node) -> None:
    hint = "write left, top, width and height, as in at: [12%, 8%, 30%, 14%]"
    reader.report("mask-place", "'at' takes four percentages", node, hint)


def _decimal(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _check_numbers(reader: MappingReader, masks: list[Mask]) -> None:
    """Report masks that share a number without a group, and groups with two numbers."""
    by_number: dict[int, Mask] = {}
    by_group: dict[str, Mask] = {}
    for mask in masks:
        node = mask.node.get("n")
        if mask.number is None or node is None:
            continue
        first = by_number.setdefault(mask.number, mask)
        if first is not mask and not (mask.group and mask.group == first.group):
            line = reader.file.span(first.node).line
            message = f"the mask on line {line} has the n {mask.number}, too"
            hint = "remove this n, and the next build writes a new one; or give both one 'group'"
            reader.report("duplicate-n", message, node, hint)
            continue
        other = by_group.setdefault(mask.group, mask) if mask.group else mask
        if other.number != mask.number:
            message = f"the group '{mask.group}' has two cards, {other.number} and {mask.number}"
            hint = f"write n: {other.number}, the card that stays"
            reader.report("group-n", message, node, hint)
