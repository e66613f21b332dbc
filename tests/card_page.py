"""A card of the built-in note type in a browser, and where its parts are drawn."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from flashdeck.kinds.question import choice_list
from flashdeck.model import Card, Note
from flashdeck.notetypes.built_in import built_in
from flashdeck.preview.frame import Screen, Surroundings, face
from flashdeck.preview.frame.document import frame_document, wish
from flashdeck.preview.serve import assets

PHONE, DESKTOP = 360, 800
MATHJAX = Path(assets.__file__).parent / "mathjax"
SURROUNDINGS = Surroundings(
    mathjax=(MATHJAX / "tex-chtml-full.js").as_uri(), fonts=(MATHJAX / "fonts").as_uri()
)

# The box of everything in a picture that differs from its first pixel: left, top, right, bottom.
DRAWN = """async (picture) => {
  const image = new Image();
  image.src = picture;
  await image.decode();
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const box = [width, height, 0, 0];
  pixels.forEach((pixel, at) => {
    if (pixel === pixels[0]) return;
    const [x, y] = [at % width, Math.floor(at / width)];
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x + 1);
    box[3] = Math.max(box[3], y + 1);
  });
  return box[2] ? box : null;
}"""

# The boxes of the letters of an element's text, in their order in the source.
LETTERS = """(element) => {
  const found = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (let at = 0; at < node.length; at += 1) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const { left, top, right, bottom } = range.getBoundingClientRect();
      found.push({ letter: node.data[at], left, top, right, bottom });
    }
  }
  return found;
}"""


class Box(NamedTuple):
    """A part of the screen, in pixels."""

    left: float
    top: float
    right: float
    bottom: float


@pytest.fixture
def look(page, tmp_path):
    """Show one side of a question note, reversed where `reverse` is set; returns the page."""

    def looked(
        question,
        answer,
        *,
        typed="",
        entered="",
        side="answer",
        width=PHONE,
        policy="",
        reverse="",
        can_type=True,
        **screen,
    ):
        kind = built_in("Words", "", lambda *_: 1)["Question"]
        card = Card(1 if reverse else 0, "Words")
        note = Note("g", 1, (question, answer, "", typed, reverse, "g"), (), (card,))
        shown = face(kind, note, card, set())
        if not can_type:
            shown["typed"] = None
        request = wish(shown, Screen(**screen), side=side, typed=entered)
        document = frame_document(SURROUNDINGS, policy=policy, show=request)
        path = tmp_path / "card.html"
        path.write_text(document, "utf-8")
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(path.as_uri())
        expect(page.locator("#qa > style")).to_be_attached()
        return page

    return looked


def drawn(page, *, left=0, top=0, right=None, bottom=None):
    """The box of what is drawn in a part of the screen, None for nothing."""
    size = page.viewport_size
    clip = {
        "x": left,
        "y": top,
        "width": (right or size["width"]) - left,
        "height": (bottom or size["height"]) - top,
    }
    picture = base64.b64encode(page.screenshot(clip=clip)).decode()
    found = page.evaluate(DRAWN, f"data:image/png;base64,{picture}")
    return found and Box(found[0] + left, found[1] + top, found[2] + left, found[3] + top)


def box(locator):
    """The box of an element."""
    found = locator.bounding_box()
    return Box(found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"])


def formulas(page, number):
    """The formulas, once MathJax has typeset all of them."""
    found = page.locator("mjx-container")
    expect(found).to_have_count(number)
    return found


def choices(right, wrong=("six",)):
    words = [*right, *wrong]
    return choice_list(words, words, right, several=len(right) > 1)


# What sticks out of its letters above, below or beside.
FORMULAS = (
    r"x",
    r"\hat{\vec{A}}_{j_g}^f",
    r"\sqrt{\overline{gjpqy}}",
    r"\int_0^1 f",
    r"\sum_{i=0}^{n} x_i",
    r"\widehat{abc}",
    r"\underbrace{a+b}_{n}",
    r"\begin{cases}x&y\\z&w\end{cases}",
    r"\ce{H2O + CO2 <=> H2CO3}",
    r"\displaystyle\lim_{x\to\infty}f'(x)",
)
