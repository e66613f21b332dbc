"""QR codes: black on white, in a terminal and as SVG."""

from __future__ import annotations

import io

import segno

_QUIET = 4  # modules of white around the code, which readers need
_BLACK, _WHITE = 16, 231  # of the 256 colors, those that no theme changes
_RESET = "\x1b[0m"


def terminal_code(text: str) -> str:
    """Return a QR code as half blocks, with colors of their own on a terminal of any colors."""
    rows = [[bool(module) for module in row] for row in segno.make(text).matrix_iter(border=_QUIET)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    lines = []
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        pairs = zip(upper, lower, strict=True)
        cells = (f"\x1b[38;5;{_color(top)};48;5;{_color(bottom)}m▀" for top, bottom in pairs)
        lines.append("".join(cells) + _RESET)
    return "\n".join(lines)


def svg_code(text: str) -> str:
    """Return a QR code as an SVG element."""
    out = io.BytesIO()
    segno.make(text).save(
        out, kind="svg", border=_QUIET, scale=5, light="white", xmldecl=False, svgns=True
    )
    return out.getvalue().decode()


def _color(module: bool) -> int:  # noqa: FBT001 - a module is dark or not
    return _BLACK if module else _WHITE
