"""markdown-it's inline parser, asking at a character only the rules that can begin there.

The engine's own asks every rule at every character that might be markup; the result is the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it.parser_inline import ParserInline, RuleFuncInlineType

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

_BEGINNINGS = {
    "newline": "\n",
    "formula": "$\\",
    "escape": "\\",
    "backticks": "`",
    "strikethrough": "~",
    "emphasis": "*_",
    "sound": "[",
    "link": "[",
    "image": "!",
    "autolink": "<",
    "html_inline": "<",
    "cloze": "{",
    "ruby": "{",
    "entity": "&",
}
"""The characters at which a rule may begin; the `text` rule runs up to the next of them."""


class InlineParser(ParserInline):
    """Set up as the engine's parser is, then `freeze` it."""

    def freeze(self) -> None:
        """Sort the rules that are switched on by the characters they begin with."""
        active = dict(zip(self.ruler.get_active_rules(), self.ruler.getRules(""), strict=True))
        del active["text"]  # reads past `posMax`, where the scope of a cloze ends
        stops = "".join(_BEGINNINGS[name] for name in active) + "]"  # links look for their end
        self.terminator_re = re.compile(f"[{re.escape(stops)}]")
        self._rules: dict[str, list[RuleFuncInlineType]] = {}
        for name, rule in active.items():
            for character in _BEGINNINGS[name]:
                self._rules.setdefault(character, []).append(rule)

    def tokenize(self, state: StateInline) -> None:
        """Make tokens up to `state.posMax`."""
        end, deepest = state.posMax, state.md.options["maxNesting"]
        while state.pos < end:
            if state.level >= deepest or not self._apply(state, silent=False):
                state.append_pending(state.src[state.pos])
                state.pos += 1
        if state.pending:
            state.pushPending()

    def skipToken(self, state: StateInline) -> None:  # noqa: N802 - the engine's name
        """Step over one token without making it; steps are remembered."""
        start = state.pos
        if start in state.cache:
            state.pos = state.cache[start]
            return
        if state.level >= state.md.options["maxNesting"]:
            state.pos = state.posMax
        state.level += 1
        if state.pos < state.posMax and not self._apply(state, silent=True):
            state.pos += 1
        state.level -= 1
        state.cache[start] = state.pos

    def _apply(self, state: StateInline, *, silent: bool) -> bool:
        rules = self._rules.get(state.src[state.pos])
        if rules is None:
            return self._text(state, silent=silent)
        for rule in rules:  # noqa: SIM110 - `any` costs a generator at every mark
            if rule(state, silent):
                return True
        return False

    def _text(self, state: StateInline, *, silent: bool) -> bool:
        stop = self.terminator_re.search(state.src, state.pos, state.posMax)
        end = stop.start() if stop else state.posMax
        if end == state.pos:
            return False
        if not silent:
            state.append_pending(state.src[state.pos : end])
        state.pos = end
        return True
