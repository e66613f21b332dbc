"""YAML values as in editors: plain scalars resolved by YAML 1.2's core schema."""

from __future__ import annotations

import re
from typing import Any

from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode

_CORE = (
    (re.compile(r"|~|null|Null|NULL"), lambda _: None),
    (re.compile(r"true|True|TRUE|false|False|FALSE"), lambda words: words.lower() == "true"),
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda words: int(words, 0)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda words: int(words, 0)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
)


def as_json(node: Node | None) -> Any:
    """The value of a node in an editor's language server."""
    match node:
        case None:
            return None
        case MappingNode():
            return {name.value: as_json(value) for name, value in node.pairs}
        case SequenceNode():
            return [as_json(item) for item in node.items]
        case ScalarNode():
            return _scalar(node)


def _scalar(node: ScalarNode) -> Any:
    if not node.style:
        for pattern, read in _CORE:
            if pattern.fullmatch(node.value):
                return read(node.value)
    return node.value
