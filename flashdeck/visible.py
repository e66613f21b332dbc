"""Characters that a terminal would obey instead of showing them, and how they are shown."""

from __future__ import annotations

# Control characters by their pictures, characters that turn the text around by a mark.
_SHOWN = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_SHOWN |= dict.fromkeys((*range(0x80, 0xA0), 0x2028, 0x2029), 0xFFFD)
_SHOWN |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
_BUT_LINES = {code: shown for code, shown in _SHOWN.items() if chr(code) not in "\t\n"}


def visible(text: str) -> str:
    """Write a text so that it stays on its line, and a terminal shows all of it."""
    return text if text.isprintable() else text.translate(_SHOWN)


def visible_lines(text: str) -> str:
    """Write a text so that a terminal shows all of it; line breaks and tabs stay."""
    return text.translate(_BUT_LINES)
