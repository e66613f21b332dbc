"""Reads choices, answers and typed answers."""

from __future__ import annotations

from collections.abc import Mapping

from flashdeck.source.mapping import FLAGS, LIKE_FLAGS, MappingReader
from flashdeck.source.note import Texts, Value
from flashdeck.text import did_you_mean, nearest, shortened
from flashdeck.yamlnode import Node, ScalarNode, SequenceNode, quoted

Pair = tuple[ScalarNode, Node]
_FEWEST = 2
_LONGEST_QUOTE = 60  # characters


def read_texts(reader: MappingReader, key: ScalarNode, node: Node) -> Texts | None:
    """Read a list of texts; empty ones and duplicates are reported."""
    name = key.value
    if isinstance(node, ScalarNode) and not node.value.strip():
        reader.filled(key, node, f"'{name}'")
        return None
    if not isinstance(node, SequenceNode):
        hint = f"write a list, as in {name}: [one, two]"
        reader.report("not-a-list", f"'{name}' takes a list", node, hint)
        return None
    texts: dict[str, ScalarNode] = {}
    for item in node.items:
        scalar = reader.text(item, f"one of '{name}'")
        if scalar is None:
            continue
        reader.check_comment(scalar)
        text = scalar.value.strip()
        if not text:
            reader.report(
                "empty", f"one of '{name}' is empty", item, "write its text, or remove it"
            )
        elif text in texts:
            message = f"'{text}' is given twice in '{name}'"
            reader.report("duplicate-choice", message, item, "remove one of them")
        else:
            texts[text] = scalar
    if not node.items:
        reader.report("empty", f"'{name}' is empty", key, "write its texts, or remove the key")
    return Texts(tuple(texts.values()))


def read_typed(reader: MappingReader, key: ScalarNode, node: Node) -> ScalarNode | bool | None:
    """Read `true` or `false`, or the text to type."""
    scalar = reader.filled(key, node, "'typed'")
    if scalar is None:
        return None
    text = scalar.value.strip()
    if not scalar.style and text.lower() in FLAGS:
        return FLAGS[text.lower()]
    if not scalar.style and text.lower() in LIKE_FLAGS:
        message = f"'typed: {text}' may mean the word or true and false"
        hint = f"write {quoted(text)} to have the word typed, else true or false"
        reader.report("not-a-flag", message, scalar, hint)
        return None
    reader.check_comment(scalar)
    if "\n" in text:
        message = "what is typed is a single line"
        reader.report("typed-lines", message, scalar, "choose the words that matter")
        return None
    return scalar


def check_answers(
    reader: MappingReader, pairs: Mapping[str, Pair], values: Mapping[str, Value]
) -> None:
    """Report contradictions in a question with choices."""
    choices = values.get("choices")
    if not isinstance(choices, Texts):
        return
    if 0 < len(choices.nodes) < _FEWEST:
        key = pairs["choices"][0]
        reader.report("too-few-choices", "'choices' has only one choice", key, "add a wrong answer")
    if values.get("typed"):
        message = "an answer is chosen or typed, not both"
        reader.report("typed-choices", message, pairs["typed"][0], "remove 'typed' or 'choices'")
    answers = values.get("a")
    known = [node.value.strip() for node in choices.nodes]
    nodes = answers.nodes if isinstance(answers, Texts) else (answers,)
    for node in nodes:
        if isinstance(node, ScalarNode) and known and node.value.strip() not in known:
            message = f"the answer '{_one_line(node.value)}' is not among the choices"
            reader.report("no-such-choice", message, node, _hint(node.value.strip(), known))


def _hint(answer: str, known: list[str]) -> str:
    near = _one_line(nearest(answer, known))
    return did_you_mean(near, f"choices are {', '.join(map(_one_line, known))}")


def _one_line(text: str) -> str:
    """Shorten a text for a message."""
    return shortened(" ".join(text.split()), _LONGEST_QUOTE)
