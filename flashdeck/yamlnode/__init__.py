"""YAML text to nodes with exact spans, every problem in plain words, and edits by splice.

The only home of PyYAML. It is used for libyaml's *events* alone: composing or constructing
recurses (an 80 kB file of `[` ends the process) and changes what was written (`no`, `012`, `1:30`).
Here every scalar stays the characters that the author wrote.
"""

from flashdeck.yamlnode.edit import Edit, insertion_into, quoted, removal_from, splice
from flashdeck.yamlnode.nodes import Limits, MappingNode, Node, ScalarNode, SequenceNode, YamlFile
from flashdeck.yamlnode.read import read_yaml

__all__ = [
    "Edit",
    "Limits",
    "MappingNode",
    "Node",
    "ScalarNode",
    "SequenceNode",
    "YamlFile",
    "insertion_into",
    "quoted",
    "read_yaml",
    "removal_from",
    "splice",
]
