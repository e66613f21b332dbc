"""Reads the parts of notes that have cards of their own: masks of a picture, items of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from flashdeck.diagnostics import Fix
from flashdeck.kinds.items import WHOLE
from flashdeck.kinds.registry import ITEM, MASK, SET
from flashdeck.limits import LAST_CLOZE
from flashdeck.source.mapping import MappingReader, nearest_key
from flashdeck.source.note import Items, ListItem, Mask, Masks, Numbered, Value
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, quoted

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
    _check_numbers(reader, masks, "mask")
    return Masks(tuple(masks))


def read_items(reader: MappingReader, key: ScalarNode, node: Node) -> Items | None:
    """Read the items of a list or a set; invalid ones are reported and left out."""
    name = key.value
    if isinstance(node, ScalarNode) and not node.value.strip():
        reader.filled(key, node, f"'{name}'")
        return None
    if not isinstance(node, SequenceNode):
        hint = "write each below, as in '- Preheat the oven'"
        reader.report("not-a-list", f"'{name}' takes a list of items", node, hint)
        return None
    if not node.items:
        reader.report("empty", f"'{name}' is empty", key, "write its items, or remove the key")
    items = [item for each in node.items if (item := _item(reader, name, each)) is not None]
    _check_numbers(reader, items, "item")
    if name == SET.primary_key:
        _check_twins(reader, items)
    if len(items) >= WHOLE:
        message = f"'{name}' has {len(items)} items; a note has {WHOLE - 1} cards at most"
        reader.report("limit", message, key, "make it several notes")
        return None
    return Items(tuple(items))


def _check_twins(reader: MappingReader, items: Iterable[ListItem]) -> None:
    """Report items of a set that are the same; a list may have a refrain."""
    texts: set[str] = set()
    for item in items:
        text = item.text.value.strip()
        if text in texts:
            message, hint = "this item is given twice in 'set'", "remove one of them"
            reader.report("duplicate-choice", message, item.text, hint)
        texts.add(text)


def _item(reader: MappingReader, name: str, node: Node) -> ListItem | None:
    pairs: Mapping[str, tuple[ScalarNode, Node]] = {}
    text: Node = node
    if isinstance(node, MappingNode) and node.pairs:
        if _is_text_with_colon(node):
            raw = reader.raw_line(node)
            span = reader.file.span(node)
            fix = Fix(span, quoted(raw)) if len(raw) == span.end_column - span.column else None
            message = f"the colon after '{node.pairs[0][0].value}' begins a mapping"
            hint = f"write {quoted(raw)}" if fix else "put the whole text in quotes"
            reader.report("unquoted-colon", message, node, hint, fix=fix)
            return None
        pairs = reader.read_keys(node, ITEM, "an item")
        if "text" not in pairs:
            return None
        text = pairs["text"][1]
    scalar = reader.text(text, "an item")
    number = _number(reader, pairs["n"][1], WHOLE - 1) if "n" in pairs else None
    if scalar is None:
        return None
    reader.check_comment(scalar)
    if not scalar.value.strip():
        reader.report(
            "empty", f"an item of '{name}' is empty", node, "write its text, or remove it"
        )
        return None
    return ListItem(scalar, number, node if isinstance(node, MappingNode) else scalar)


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


def _is_text_with_colon(node: MappingNode) -> bool:
    """Whether an item is meant as text, as in `- Step: push the context`."""
    key, value = node.pairs[0]
    is_one = not node.flow and len(node.pairs) == 1 and isinstance(value, ScalarNode)
    return is_one and not nearest_key(key.value, [known.name for known in ITEM])


def _number(reader: MappingReader, node: Node, last: int = LAST_CLOZE) -> int | None:
    number = reader.number(node, "'n'")
    if number is not None and number > last:
        hint = "remove it, and the next build writes one"
        reader.report("mask-number", f"'n' goes from 1 to {last}", node, hint)
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


def _check_numbers(reader: MappingReader, parts: Sequence[Numbered], noun: str) -> None:
    """Report parts that share a number without a group, and groups with two numbers."""
    by_number: dict[int, Numbered] = {}
    by_group: dict[str, Numbered] = {}
    for part in parts:
        node = part.node.get("n") if isinstance(part.node, MappingNode) else None
        if part.number is None or node is None:
            continue
        first = by_number.setdefault(part.number, part)
        if first is not part and not (part.group and part.group == first.group):
            line = reader.file.span(first.node).line
            message = f"the {noun} on line {line} has the n {part.number}, too"
            hint = "remove this n, and the next build writes a new one"
            hint += "; or give both one 'group'" if isinstance(part, Mask) else ""
            reader.report("duplicate-n", message, node, hint)
            continue
        other = by_group.setdefault(part.group, part) if part.group else part
        if other.number != part.number:
            message = f"the group '{part.group}' has two cards, {other.number} and {part.number}"
            hint = f"write n: {other.number}, the card that stays"
            reader.report("group-n", message, node, hint)
