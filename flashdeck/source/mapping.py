"""Reads a mapping against a list of keys, and says with a place which are unknown or misshapen."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path, PurePath

from flashdeck.anki.deck_names import PLAIN
from flashdeck.diagnostics import Diagnostic, Fix, Severity, Span, Written, places_in
from flashdeck.files.conflicts import merge_conflict
from flashdeck.files.files import RefusedFileError, read_regular
from flashdeck.kinds.registry import MARKUPS, MEDIA, VERBATIM, Key
from flashdeck.source.names import tag_problem
from flashdeck.text import did_you_mean, nearest
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, YamlFile, quoted

# What other tools call our keys.
_ELSEWHERE = {
    "front": "q",
    "question": "q",
    "back": "a",
    "answer": "a",
    "text": "cloze",
    "guid": "id",
    "reversed": "reverse",
    "name": "deck",
    "cards": "notes",
    "options": "choices",
    "type": "typed",
    "picture": "image",
    "masks": "occlude",
    "caption": "label",
}
# Keys that mean something elsewhere, and what to write in their stead.
_OUT_OF_PLACE = {"image": "a picture stands in a text, as in q: '![](map.png) Which river?'"}
FLAGS = {"true": True, "false": False}
_MOST = 1_000
_LARGEST = 2**24  # people put fonts into styles
_WHOLE = re.compile("-?[0-9]{1,20}")
LIKE_FLAGS = frozenset({"yes", "no", "on", "off"})
"""Words that other YAML tools take for true or false."""


class MappingReader:
    """Reads the nodes of one file and gathers what is wrong with them."""

    def __init__(self, file: YamlFile) -> None:
        self.file = file
        self.problems: list[Diagnostic] = []
        self._said: Counter[Severity] = Counter()
        # By the id of the keys, which are held here so that no others get it.
        self._asked: dict[int, tuple[Sequence[Key], Mapping[str, bool]]] = {}
        self._good_tags: set[str] = set()

    def report(
        self,
        rule: str,
        message: str,
        node: Node,
        hint: str = "",
        severity: Severity = Severity.ERROR,
        fix: Fix | None = None,
        span: Span | None = None,
    ) -> None:
        """Report a problem at a node; nothing where the text there was damaged, and reported.

        `span` is its place where that is another. Nobody reads more than `_MOST` problems; in a
        file that is no deck there could be millions.
        """
        if self.file.is_damaged(node):
            return
        self._said[severity] += 1
        if self._said[severity] > _MOST:
            return
        if self._said[severity] == _MOST:
            rule, message, hint = "more-problems", f"more {severity}s follow from here on", ""
            severity, fix = Severity.NOTE, None
        span = span or self.file.span(node)
        self.problems.append(Diagnostic(rule, message, span, severity, hint, fix))

    def unknown(self, key: ScalarNode, known: Sequence[str], what: str, called: str = "key") -> str:
        """Report a key that `what` does not have; give the key that was probably meant, or ''."""
        near = nearest_key(key.value, known)
        hint = did_you_mean(near, f"known are {', '.join(known)}")
        if called == "key" and not near:
            hint = _OUT_OF_PLACE.get(key.value, hint)
        self.report(f"unknown-{called}", f"{what} has no {called} '{key.value}'", key, hint)
        return near

    def text(self, node: Node, what: str) -> ScalarNode | None:
        """Read one scalar as text."""
        if isinstance(node, ScalarNode):
            return node
        raw = self._raw_line(node)
        kind = "a list" if isinstance(node, SequenceNode) else "a mapping"
        hint = f"to begin text with '{raw[:1]}', write {quoted(raw)}" if raw[:1] in "[{" else ""
        if not node.flow:
            hint = "text of several lines begins with '|' behind the key"
        self.report("not-text", f"{what} takes text, but this is {kind}", node, hint)
        return None

    def filled(self, key: ScalarNode, node: Node, what: str) -> ScalarNode | None:
        """Read one scalar that must hold some text."""
        scalar = self.text(node, what)
        if scalar is None or scalar.value.strip():
            return scalar
        comment = self.comment_behind(key)
        if comment:
            self.report(
                "hash-cuts-text",
                f"{what} is empty: '{comment}' is a YAML comment",
                key,
                f"write {key.value}: {quoted(comment)}",
                fix=self._uncommented(key, comment),
            )
        else:
            self.report("empty", f"{what} is empty", key, "write its text, or remove the key")
        return None

    def _uncommented(self, key: ScalarNode, comment: str) -> Fix | None:
        """Quote what stands in a value's place; `# like this` may be meant as a comment."""
        if comment[1:2].isspace() or key.end.line != key.start.line:
            return None
        line, index = key.end.line + 1, self.file.text.index(comment, key.end.index)
        column = key.end.column + 1 + index - key.end.index
        return Fix(Span(self.file.path, line, column, line, column + len(comment)), quoted(comment))

    def text_or_file(
        self, scalar: ScalarNode, folder: Path, root: Path, ending: str
    ) -> tuple[Written, Path]:
        """Give a text, or that of the file that it names, and the folder in which that text is."""
        name = scalar.value.strip()
        if not name.endswith(ending) or any(sign in name for sign in "\n<{"):
            return Written(scalar.value, partial(self.file.span_within, scalar)), folder
        path = folder / name
        shown = PurePath(os.path.relpath(path, root)).as_posix()
        text = self._file_text(scalar, path, root, shown)
        return Written(text, places_in(shown, text)), path.parent

    def _file_text(self, scalar: ScalarNode, path: Path, root: Path, shown: str) -> str:
        name = scalar.value.strip()
        try:
            data = read_regular(path, root, _LARGEST)
            conflict = merge_conflict(shown, data)
            if conflict is None:
                return data.decode().replace("\r\n", "\n")
            self.problems += [conflict] if conflict not in self.problems else []
        except RefusedFileError as refused:
            self.report("missing-file", f"{name}: {refused.why}", scalar)
        except UnicodeDecodeError:
            self.report("encoding", f"{name} is not UTF-8", scalar, "save it as UTF-8")
        return ""

    def flag(self, node: Node, what: str) -> bool | None:
        """Read `true` or `false`."""
        scalar = self.text(node, what)
        if scalar is None:
            return None
        value = FLAGS.get(scalar.value.strip().lower())
        if value is None:
            near = {"yes": "true", "on": "true", "1": "true"}.get(scalar.value.lower(), "false")
            hint = (
                f"write {near}"
                if scalar.value.lower() in {*LIKE_FLAGS, "0", "1"}
                else "write true or false"
            )
            self.report(
                "not-a-flag", f"{what} takes true or false, not '{scalar.value}'", scalar, hint
            )
        return value

    def word(self, key: Key, node: Node) -> ScalarNode | None:
        """Read one of the words that a key takes."""
        scalar = self.text(node, f"'{key.name}'")
        if scalar is None or scalar.value.strip() in key.words:
            return scalar
        near = nearest_key(scalar.value.strip(), key.words)
        hint = did_you_mean(near, f"write {' or '.join(key.words)}")
        self.report("unknown-word", f"'{key.name}' is not '{scalar.value}'", scalar, hint)
        return None

    def is_verbatim(self, node: Node) -> bool:
        """Read whether media keep their names."""
        scalar = self.word(MEDIA, node)
        return scalar is not None and scalar.value.strip() == VERBATIM

    def number(self, node: Node, what: str, *, signed: bool = False) -> int | None:
        """Read a whole number above 0, written in digits; with `signed` any whole number."""
        scalar = self.text(node, what)
        if scalar is None:
            return None
        words = scalar.value.strip().replace("_", "")
        found = int(words) if _WHOLE.fullmatch(words) else 0
        if found > 0 or (signed and _WHOLE.fullmatch(words)):
            return found
        self.report("not-a-number", f"{what} takes a number, not '{scalar.value}'", scalar)
        return None

    def tags(self, node: Node, what: str = "'tags'") -> tuple[str, ...]:
        """Read a list of tags; wrong ones are reported and left out."""
        if isinstance(node, ScalarNode) and not node.value and not node.style:
            return ()
        if not isinstance(node, SequenceNode):
            hint, fix = "write a list, as in tags: [verb, spanish::food]", None
            if isinstance(node, ScalarNode):
                words = [word for word in re.split(r"[,\s]+", node.value) if word]
                hint = f"write [{', '.join(words)}]"
                fix = self._retagged(node, f"[{', '.join(words)}]", words)
            self.report("not-a-list", f"{what} takes a list", node, hint, fix=fix)
            return ()
        found: dict[str, None] = {}  # a set in order
        for item in node.items:
            scalar = self.text(item, "a tag")
            if scalar is None:
                continue
            tag = unicodedata.normalize("NFC", scalar.value.strip())
            problem = tag_problem(tag) if tag not in self._good_tags else None
            if problem is not None:
                better = "_".join(tag.split())
                fix = self._retagged(scalar, better, [better])
                self.report("tag", problem[0], scalar, problem[1], fix=fix)
            elif tag not in found:
                found[tag] = None
                self._good_tags.add(tag)
        return tuple(found)

    def _retagged(self, node: ScalarNode, instead: str, tags: Sequence[str]) -> Fix | None:
        """Write tags otherwise, where they are right then and need no quotes."""
        span = self.file.span(node)
        right = all(PLAIN.fullmatch(tag) and tag_problem(tag) is None for tag in tags)
        one_line = span.line == span.end_line and node.style not in ("|", ">")
        return Fix(span, instead) if right and one_line else None

    def markup(self, node: Node) -> str | None:
        """Read a kind of markup."""
        scalar = self.text(node, "'markup'")
        if scalar is None or scalar.value in MARKUPS:
            return scalar.value if scalar else None
        hint = f"write one of {', '.join(MARKUPS)}"
        self.report("unknown-markup", f"there is no markup '{scalar.value}'", scalar, hint)
        return None

    def read_keys(
        self, mapping: MappingNode, keys: Sequence[Key], what: str
    ) -> dict[str, tuple[ScalarNode, Node]]:
        """Give the pairs under known keys; report unknown keys and missing required ones."""
        names = self._names(keys)
        found: dict[str, tuple[ScalarNode, Node]] = {}
        meant: set[str] = set()
        for pair in mapping.pairs:
            name = pair[0].value
            if name in names:
                found.setdefault(name, pair)
            elif name != "<<":
                meant.add(self.unknown(pair[0], list(names), what))
        for name, required in names.items():
            if required and name not in found and name not in meant:
                self.missing(mapping, name, what)
        return found

    def _names(self, keys: Sequence[Key]) -> Mapping[str, bool]:
        """Give the names of keys, and which are required; remembered, for every note asks."""
        held = self._asked.get(id(keys))
        if held is None:
            held = self._asked[id(keys)] = keys, {key.name: key.required for key in keys}
        return held[1]

    def missing(self, mapping: MappingNode, key: str, what: str) -> None:
        """Report that a mapping lacks a key."""
        first = mapping.pairs[0][0] if mapping.pairs else mapping
        if not self.file.may_be_cut(mapping):
            self.report("missing-key", f"{what} has no '{key}'", first, f"add a line '{key}: …'")

    def _raw_line(self, node: SequenceNode | MappingNode) -> str:
        line = self._line_from(node.start.index)
        return line[: node.end.index - node.start.index] if node.flow else line

    def comment_behind(self, key: ScalarNode) -> str:
        """Give the comment that stands in a value's place: `q: # hash`; '' where there is none."""
        found = re.match(r"[ \t]*:[ \t]+(#.*)", self._line_from(key.end.index))
        return found.group(1) if found else ""

    def _line_from(self, index: int) -> str:
        end = self.file.text.find("\n", index)
        return self.file.text[index : end if end >= 0 else None].rstrip()


def nearest_key(name: str, known: Sequence[str]) -> str:
    """Find the key that was meant: another tool's word for it, a slip, or its beginning."""
    others = [word for word, key in _ELSEWHERE.items() if key in known]
    word = nearest(name, [*known, *others])
    begun = (one for one in (*others, *known) if name and one.startswith(name.lower()))
    word = word or next(begun, "")
    return word if word in known else _ELSEWHERE.get(word, "")
