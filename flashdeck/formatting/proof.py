"""The proof that a file says the same as before: every text, every key, every comment."""

from __future__ import annotations

from collections import Counter

from flashdeck.diagnostics import Severity
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, YamlFile
from flashdeck.yamlnode.comments import passed_over
from flashdeck.yamlnode.written import is_wordlike


def difference(before: YamlFile, after: YamlFile) -> str:
    """Say what a file would lose or change by being written anew; '' where it is the same."""
    if any(one.severity is Severity.ERROR for one in after.problems):
        return "what can be read"
    was = [_plain(one) for one in before.documents if one is not None]
    if was != [_plain(one) for one in after.documents if one is not None]:
        return "a text or a key"
    comments = [Counter(one.text for one in passed_over(file).comments) for file in (before, after)]
    return "" if comments[0] == comments[1] else "a comment"


def _plain(node: Node) -> object:
    """Give what a node says; keys in no order, words like numbers with whether they are quoted."""
    if isinstance(node, ScalarNode):
        return node.value, bool(node.style) and is_wordlike(node.value)
    if isinstance(node, MappingNode):
        return {key.value: _plain(value) for key, value in node.pairs}
    return [_plain(item) for item in node.items]
