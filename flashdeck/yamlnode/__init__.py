"""YAML parsing into nodes with exact spans, error recovery, and edits that keep all other text.

The only package that imports PyYAML, and only for libyaml's *events*: composing and constructing
are recursive (80 kB of `[` crash the process) and convert scalars (`no`, `012`, `1:30`). Here every
scalar is the text of the source.
"""

from flashdeck.yamlnode.edit import (
    Edit,
    MovedSpans,
    insertion_into,
    quoted,
    removal_from,
    removal_of,
    splice,
)
from flashdeck.yamlnode.nodes import Limits, MappingNode, Node, ScalarNode, SequenceNode, YamlFile
from flashdeck.yamlnode.read import read_yaml

__all__ = [
    "Edit",
    "Limits",
    "MappingNode",
    "MovedSpans",
    "Node",
    "ScalarNode",
    "SequenceNode",
    "YamlFile",
    "insertion_into",
    "quoted",
    "read_yaml",
    "removal_from",
    "removal_of",
    "splice",
]
