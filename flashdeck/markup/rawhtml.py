"""Tags in Markdown, inline and as blocks.

A block of HTML begins with a tag that may stand in a card, on a line of its own, and ends at an
empty line, as in CommonMark. Any other `<word>` begins nothing: it is text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it.rules_inline import autolink as commonmark_autolink

from flashdeck.markup.tags import (
    ACTIVE,
    BLOCKS,
    HARMLESS,
    RAW_TEXT,
    Tag,
    foreign_attributes,
    read_tag,
)

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

_SHORT_COMMENT = re.compile(r"<!---?>")
_KNOWN_SCHEME = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]*://|mailto:|tel:|sms:|geo:|urn:|doi:)")
_ADDRESS = re.compile(r"<[^\s<>:]+@")
_KEEPS_EMPTY_LINES = frozenset({"pre", "script", "style"})


def tag(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls rules so
    """Inline rule; the emitter judges the tag."""
    source, start = state.src, state.pos
    if source[start] != "<" or state.html_terminator_last(">") < start + 2:
        return False
    if source.startswith("<!--", start):
        return _comment(state, silent)
    found = read_tag(source, start, state.posMax)
    if found is None:
        return False
    end = _raw_text_end(state, found)
    if not silent:
        token = state.push("tag", "", 0)
        token.content = source[start:end]
        token.meta["tag"] = found
    state.pos = end
    return True


def _comment(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    short = _SHORT_COMMENT.match(state.src, state.pos, state.posMax)
    if short:
        end = short.end()
    elif state.html_terminator_last("-->") < state.pos:
        return False
    else:
        end = state.src.find("-->", state.pos + 4, state.posMax) + 3
    if end < state.pos:
        return False
    if not silent:
        state.push("comment", "", 0)
    state.pos = end
    return True


def _raw_text_end(state: StateInline, found: Tag) -> int:
    """Scripts and styles are one piece with what is in them."""
    if found.closing or found.name not in RAW_TEXT or found.name not in ACTIVE | {"style"}:
        return found.end
    closing = f"</{found.name}>"
    if state.html_terminator_last(closing) < found.end:
        return found.end
    end = state.src.find(closing, found.end, state.posMax)
    return end + len(closing) if end >= 0 else found.end


def autolink(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls rules so
    """Inline rule: `<https://…>` and `<name@host>`, but not `<std::string>`."""
    source, start = state.src, state.pos
    if source[start] != "<":
        return False
    if not _KNOWN_SCHEME.match(source, start) and not _ADDRESS.match(source, start, start + 80):
        return False
    return commonmark_autolink(state, silent)


def html_block(
    state: StateBlock,
    startLine: int,  # noqa: N803 - markdown-it passes these by name or place
    endLine: int,  # noqa: N803
    silent: bool,  # noqa: FBT001
) -> bool:
    """Block rule."""
    start = state.bMarks[startLine] + state.tShift[startLine]
    limit = state.eMarks[startLine]
    if state.is_code_block(startLine) or not state.src.startswith("<", start):
        return False
    ending, interrupts = _block_ending(state.src, start, limit)
    if ending is None or _last_place(state, ending) < start:
        return False
    if silent:
        return interrupts
    line = _last_line(state, startLine, endLine, ending)
    if line < 0:
        return False
    state.line = line
    token = state.push("html_block", "", 0)
    token.map = [startLine, line]
    token.content = state.getLines(startLine, line, state.blkIndent, True)  # noqa: FBT003
    return True


def _last_place(state: StateBlock, ending: str) -> int:
    """Where a text last holds an ending; looked up once, as every line may ask."""
    if ending == "":
        return len(state.src)
    places: dict[str, int] = state.env["last_places"]
    if ending not in places:
        places[ending] = state.src.rfind(ending)
    return places[ending]


def _block_ending(source: str, start: int, limit: int) -> tuple[str | None, bool]:
    """What ends the block that begins here ("" is an empty line), and may it end a paragraph."""
    if source.startswith("<!--", start):
        return "-->", True
    found = read_tag(source, start, limit)
    if found is None or (found.name in HARMLESS and foreign_attributes(found)):
        return None, False
    if found.name in _KEEPS_EMPTY_LINES and not found.closing:
        return f"</{found.name}>", True
    if found.name in BLOCKS:
        return "", True
    known = found.name in HARMLESS or found.name in ACTIVE
    alone = not source[found.end : limit].strip()
    return ("" if known and alone else None), False


def _last_line(state: StateBlock, start: int, end: int, ending: str) -> int:
    """The line behind the block; -1 for a comment or script that nothing ends."""
    for line in range(start, end):
        if line > start and state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return line if ending == "" else -1
        if ending == "":
            if state.isEmpty(line):
                return line
        elif state.src.find(ending, state.bMarks[line], state.eMarks[line]) >= 0:
            return line + 1
    return end if ending == "" else -1
