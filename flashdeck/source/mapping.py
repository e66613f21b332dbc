"""Reads mappings, and reports unknown keys and invalid values with their positions."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path, PurePath
from types import MappingProxyType

from flashdeck.anki.deck_names import PLAIN
from flashdeck.diagnostics import Diagnostic, Fix, Severity, Span, Written, places_in
from flashdeck.files.conflicts import merge_conflict
from flashdeck.files.files import RefusedFileError, read_regular
from flashdeck.kinds.registry import Key
from flashdeck.kinds.settings import BREAKS, JOIN, MARKUPS, MEDIA, VERBATIM
from flashdeck.source.names import tag_problem
from flashdeck.text import did_you_mean, nearest
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, YamlFile, quoted
from flashdeck.yamlnode.comments import before_comment, is_unclear_comment

# Names of keys in other tools.
_SYNONYMS = {
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
    "items": "list",
    "steps": "list",
    "ordered": "list",
    "unordered": "set",
    "overlap": "context",
    "caption": "label",
    "example": "extra",
    "examples": "extra",
    "sentence": "extra",
    "explanation": "extra",
}
# Keys that are valid elsewhere or in other tools, with hints.
_PICTURE = "a picture goes into a text, as in q: '![](map.png) Which river?'"
_SOUND = "a sound goes into a text, as in q: '![](word.mp3) What does it mean?'"
_MISPLACED = {
    **dict.fromkeys(("image", "img", "picture", "photo"), _PICTURE),
    **dict.fromkeys(("audio", "sound", "pronunciation"), _SOUND),
    "video": "a video goes into a text, as in q: '![](knot.mp4) Which knot is it?'",
}
FLAGS = {"true": True, "false": False}
_MOST = 1_000
_LARGEST = 2**24  # styles may contain fonts
_WHOLE = re.compile("-?[0-9]{1,20}")
_MEANT_FLAGS = dict.fromkeys(("yes", "y", "on", "1"), "true")
_MEANT_FLAGS |= dict.fromkeys(("no", "n", "off", "0"), "false")
LIKE_FLAGS = frozenset({"yes", "no", "on", "off"})
"""Words that YAML 1.1 parsers read as true or false."""


class MappingReader:
    """Reads the nodes of one file, and collects their problems.

    `unsaved` are contents that replace those of the files that it names.
    """

    unsaved: Mapping[Path, bytes] = MappingProxyType({})

    def __init__(self, file: YamlFile) -> None:
        self.file = file
        self.problems: list[Diagnostic] = []
        self._counts: Counter[Severity] = Counter()
        # By the `id` of the keys, which must not be freed while it is used.
        self._key_names: dict[int, tuple[Sequence[Key], Mapping[str, bool]]] = {}
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
        """Report a problem at a node, unless the node is damaged, which is reported elsewhere.

        `span` replaces the span of the node. After `_MOST` problems of a severity the rest is left
        out: a file that is not a deck could have millions.
        """
        if self.file.is_damaged(node):
            return
        self._counts[severity] += 1
        if self._counts[severity] > _MOST:
            return
        if self._counts[severity] == _MOST:
            rule, message, hint = "more-problems", f"more {severity}s follow", ""
            severity, fix = Severity.INFO, None
        span = span or self.file.span(node)
        self.problems.append(Diagnostic(rule, message, span, severity, hint, fix))

    def unknown(self, key: ScalarNode, known: Sequence[str], what: str, called: str = "key") -> str:
        """Report an unknown key of `what`; returns the most similar key, or ''."""
        misplaced = _MISPLACED.get(key.value.lower(), "") if called == "key" else ""
        near = nearest_key(key.value, known) if not misplaced or "image" in known else ""
        hint = did_you_mean(near, misplaced or f"known {called}s: {', '.join(known)}")
        self.report(f"unknown-{called}", f"{what} has no {called} '{key.value}'", key, hint)
        return near

    def text(self, node: Node, what: str) -> ScalarNode | None:
        """Read a scalar as text."""
        if isinstance(node, ScalarNode):
            return node
        raw = self.raw_line(node)
        kind = "a list" if isinstance(node, SequenceNode) else "a mapping"
        hint = f"to begin text with '{raw[:1]}', write {quoted(raw)}" if raw[:1] in "[{" else ""
        if not node.flow:
            hint = "text of several lines begins with '|' after the key"
        self.report("not-text", f"{what} takes text, but this is {kind}", node, hint)
        return None

    def filled(self, key: ScalarNode, node: Node, what: str) -> ScalarNode | None:
        """Read a scalar that must not be empty."""
        scalar = self.text(node, what)
        if scalar is None or scalar.value.strip():
            return scalar
        comment = self.comment_behind(key)
        if comment:
            certain = before_comment(comment)
            self.report(
                "hash-cuts-text",
                f"{what} is empty: '{certain or comment}' is a YAML comment",
                key,
                f"write {key.value}: {quoted(certain or comment)}",
                fix=self._uncommented(key, certain) if certain else None,
            )
        elif not self.file.may_be_cut(scalar):
            self.report("empty", f"{what} is empty", key, "write its text, or remove the key")
        return None

    def _uncommented(self, key: ScalarNode, comment: str) -> Fix | None:
        """Return a fix that quotes a comment in the place of a value; not for `# like this`."""
        if comment[1:2].isspace() or key.end.line != key.start.line:
            return None
        line, index = key.end.line + 1, self.file.text.index(comment, key.end.index)
        column = key.end.column + 1 + index - key.end.index
        return Fix(Span(self.file.path, line, column, line, column + len(comment)), quoted(comment))

    def check_comment(self, node: ScalarNode) -> None:
        """Report a comment right after a plain text, which may be a part of it."""
        text, end = self.file.text, node.end.index
        if node.style or text[end : end + 2] != " #" or not is_unclear_comment(text, end):
            return
        comment = text[end + 1 :].partition("\n")[0].rstrip()
        line, column = node.end.line + 1, node.end.column + 2
        in_quotes = "put the text in quotes"
        if node.start.line == node.end.line:
            in_quotes = f"write {quoted(f'{node.value} {comment}')} to have it on the card"
        self.report(
            "comment-in-text",
            f"'{comment}' is a YAML comment and not on the card",
            node,
            f"{in_quotes}; for a comment, write two spaces before the '#'",
            Severity.WARNING,
            span=Span(self.file.path, line, column, line, column + len(comment)),
        )

    def text_or_file(
        self, scalar: ScalarNode, folder: Path, root: Path, ending: str
    ) -> tuple[Written, Path]:
        """Return a text, or the content of the file that it names, and its folder."""
        name = scalar.value.strip()
        if not name.endswith(ending) or any(character in name for character in "\n<{"):
            return Written(scalar.value, partial(self.file.span_within, scalar)), folder
        path = folder / name
        shown = PurePath(os.path.relpath(path, root)).as_posix()
        text = self._file_text(scalar, path, root, shown)
        return Written(text, places_in(shown, text)), path.parent

    def _file_text(self, scalar: ScalarNode, path: Path, root: Path, shown: str) -> str:
        name = scalar.value.strip()
        try:
            data = self.unsaved.get(path) or read_regular(path, root, _LARGEST)
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
        word = scalar.value.strip().lower()
        if word not in FLAGS:
            meant = _MEANT_FLAGS.get(word, "")
            span = self.file.span(scalar)
            self.report(
                "not-a-flag",
                f"{what} takes true or false, not '{scalar.value}'",
                scalar,
                f"write {meant or 'true or false'}",
                fix=Fix(span, meant) if meant and span.line == span.end_line else None,
            )
        return FLAGS.get(word)

    def word(self, key: Key, node: Node) -> ScalarNode | None:
        """Read one of the words of a key."""
        scalar = self.text(node, f"'{key.name}'")
        if scalar is None or scalar.value.strip() in key.words:
            return scalar
        near = nearest_key(scalar.value.strip(), key.words)
        hint = did_you_mean(near, f"write {' or '.join(key.words)}")
        self.report("unknown-word", f"'{key.name}' can't be '{scalar.value}'", scalar, hint)
        return None

    def is_verbatim(self, node: Node) -> bool:
        """Read `media`: whether media keep their names."""
        scalar = self.word(MEDIA, node)
        return scalar is not None and scalar.value.strip() == VERBATIM

    def is_joined(self, node: Node) -> bool:
        """Read `breaks`: whether line breaks in Markdown are spaces."""
        scalar = self.word(BREAKS, node)
        return scalar is not None and scalar.value.strip() == JOIN

    def number(self, node: Node, what: str, *, least: int | None = 1, hint: str = "") -> int | None:
        """Read an integer that is not below `least`, if there is such a limit."""
        scalar = self.text(node, what)
        if scalar is None:
            return None
        digits = scalar.value.strip().replace("_", "")
        if _WHOLE.fullmatch(digits) and (least is None or int(digits) >= least):
            return int(digits)
        self.report("not-a-number", f"{what} takes a number, not '{scalar.value}'", scalar, hint)
        return None

    def tags(self, node: Node, what: str = "'tags'") -> tuple[str, ...]:
        """Read a list of tags; invalid ones are reported and left out."""
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
        tags: dict[str, None] = {}  # an ordered set
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
            elif tag not in tags:
                tags[tag] = None
                self._good_tags.add(tag)
        return tuple(tags)

    def _retagged(self, node: ScalarNode, text: str, tags: Sequence[str]) -> Fix | None:
        """Return a fix for tags, if the new ones are valid without quotes."""
        span = self.file.span(node)
        is_valid = all(PLAIN.fullmatch(tag) and tag_problem(tag) is None for tag in tags)
        one_line = span.line == span.end_line and node.style not in ("|", ">")
        return Fix(span, text) if is_valid and one_line else None

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
        """Return the pairs of known keys, and report unknown and missing ones."""
        names = self._names(keys)
        pairs: dict[str, tuple[ScalarNode, Node]] = {}
        meant: set[str] = set()
        for pair in mapping.pairs:
            name = pair[0].value
            if name in names:
                pairs.setdefault(name, pair)
            elif name != "<<":
                meant.add(self.unknown(pair[0], list(names), what))
        for name, required in names.items():
            if required and name not in pairs and name not in meant:
                self.missing(mapping, name, what)
        return pairs

    def _names(self, keys: Sequence[Key]) -> Mapping[str, bool]:
        """Return the names of keys, and whether they are required; cached for speed."""
        entry = self._key_names.get(id(keys))
        if entry is None:
            entry = self._key_names[id(keys)] = keys, {key.name: key.required for key in keys}
        return entry[1]

    def missing(self, mapping: MappingNode, key: str, what: str) -> None:
        """Report a missing key of a mapping."""
        first = mapping.pairs[0][0] if mapping.pairs else mapping
        if not self.file.may_be_cut(mapping):
            self.report("missing-key", f"{what} has no '{key}'", first, f"add a line '{key}: …'")

    def raw_line(self, node: SequenceNode | MappingNode) -> str:
        """Return a collection in flow style, or the first line of one in block style."""
        line = self._line_from(node.start.index)
        return line[: node.end.index - node.start.index] if node.flow else line

    def comment_behind(self, key: ScalarNode) -> str:
        """Return the comment in the place of a value, as in `q: # hash`, or ''."""
        match = re.match(r"[ \t]*:[ \t]+(#.*)", self._line_from(key.end.index))
        return match[1] if match else ""

    def _line_from(self, index: int) -> str:
        end = self.file.text.find("\n", index)
        return self.file.text[index : end if end >= 0 else None].rstrip()


def nearest_key(name: str, known: Sequence[str]) -> str:
    """Return the most similar key: a synonym, a misspelling or a prefix of it."""
    others = [word for word, key in _SYNONYMS.items() if key in known]
    word = nearest(name, [*known, *others])
    longer = (key for key in (*others, *known) if name and key.startswith(name.lower()))
    word = word or next(longer, "")
    return word if word in known else _SYNONYMS.get(word, "")
