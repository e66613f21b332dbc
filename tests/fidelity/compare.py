"""Holds pictures against pictures, and boxes against boxes."""

from __future__ import annotations

import json
from itertools import zip_longest
from pathlib import Path
from typing import Any

from PyQt6.QtGui import QColor, QImage, QPainter

# Of a box, in pixels: engines round differently.
TOLERANCE = 1.0
GAP = 8


def picture(path: Path) -> QImage:
    """Read a picture; nothing in it is transparent."""
    return QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)


def different_pixels(one: QImage, other: QImage) -> int:
    """Count the pixels that differ; all of them where the sizes do."""
    if one.size() != other.size():
        return one.width() * one.height()
    if one == other:
        return 0
    pairs = zip(_pixels(one), _pixels(other), strict=True)
    return sum(left != right for left, right in pairs)


def _pixels(image: QImage) -> memoryview:
    bits = image.constBits()
    assert bits is not None
    return memoryview(bits.asstring(image.sizeInBytes())).cast("I")


def beside(one: QImage, other: QImage, *, difference: bool = False) -> QImage:
    """Draw two pictures side by side, and behind them what differs."""
    width, height = one.width(), max(one.height(), other.height())
    columns = 3 if difference else 2
    sheet = QImage(columns * width + (columns - 1) * GAP, height, one.format())
    sheet.fill(QColor("#c33"))
    painter = QPainter(sheet)
    painter.drawImage(0, 0, one)
    painter.drawImage(width + GAP, 0, other)
    if difference:
        painter.drawImage(2 * (width + GAP), 0, one)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
        painter.drawImage(2 * (width + GAP), 0, other)
    painter.end()
    return sheet


def different_boxes(theirs: Path, ours: Path) -> tuple[float, str]:
    """Give how far the box that is farthest off is off, in pixels, and what differs, '' if nothing.

    Elements differ as well when their names, classes or number do.
    """
    left, right = _boxes(theirs), _boxes(ours)
    farthest, words = 0.0, ""
    for one, other in zip_longest(left, right):
        if one is None or other is None or one["name"] != other["name"]:
            names = [box["name"] if box else "nothing" for box in (one, other)]
            return float("inf"), f"{names[0]} in Anki, {names[1]} in the preview"
        off = max(abs(a - b) for a, b in zip(one["box"], other["box"], strict=True))
        if off > farthest:
            farthest, words = off, f"{one['name']}: {one['box']} in Anki, {other['box']} here"
    return farthest, words if farthest > TOLERANCE else ""


def _boxes(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.with_suffix(".json").read_text("utf-8"))
