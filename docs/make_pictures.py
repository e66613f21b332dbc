"""Take the pictures of the tour deck: `make pictures`. Needs Chromium on the path.

Each side of a card is shown in the preview's frame, as in Anki's desktop app or, on a phone,
AnkiDroid; MathJax typesets the formulas. Storage is blocked and the date is fixed, so that choices
always have the same order.
"""

# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flashdeck.compile.compiler import compile_project
from flashdeck.preview.frame import AnkiApp, Screen, Surroundings, card_document, face
from flashdeck.preview.serve import assets
from flashdeck.project.project import load_project
from flashdeck.rendered_cards import RenderedCard, cards

ROOT = Path(__file__).parent.parent
OUTPUT = Path(__file__).parent / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars"
    " --disable-background-networking --disable-component-update --disable-sync"
    " --virtual-time-budget=12000 --allow-file-access-from-files"
).split()
SPACE = 12
SCALE = 0.65  # of the sheets with all cards

MATHJAX = Path(assets.__file__).parent / "mathjax"
AROUND = Surroundings(
    mathjax=(MATHJAX / "tex-chtml-full.js").as_uri(), fonts=(MATHJAX / "fonts").as_uri()
)
BEFORE = """
Date.now = function () { return 0; };
Object.defineProperty(window, "sessionStorage", { get: function () { throw new Error(); } });
"""
# Ticks choices once the card is loaded.
AFTER = """
setTimeout(function () {
  [].slice.call(document.querySelectorAll(".fd-choices input"), 0, 2).forEach(function (box) {
    if (box.type === "checkbox" || !document.querySelector(".fd-choices input:checked")) {
      box.checked = true;
    }
  });
}, 1000);
"""
# Places the two sides of each card next to each other, with equal height, in the shortest column.
# The title becomes the total height.
ARRANGE = """
addEventListener("load", function () { setTimeout(function () {
  var tops = [];
  for (var i = 0; i < columns; i += 1) { tops.push(space); }
  var frames = [].slice.call(document.querySelectorAll("iframe"));
  for (i = 0; i < frames.length; i += 2) {
    var pair = [frames[i], frames[i + 1]], column = 0;
    for (var c = 0; c < columns; c += 2) { if (tops[c] < tops[column]) { column = c; } }
    var height = Math.max.apply(null, pair.map(function (frame) {
      return frame.contentDocument.body.offsetHeight;
    }));
    pair.forEach(function (frame, side) {
      frame.height = height;
      frame.style.left = space + (column + side) * (width + space) + "px";
      frame.style.top = tops[column] + "px";
    });
    tops[column] += height + space;
  }
  document.title = Math.max.apply(null, tops);
}, 6000); });
"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture: its cards, their width, the screen and the number of columns."""

    name: str
    cards: Sequence[RenderedCard]
    width: int
    screen: Screen
    columns: int
    scale: float = 1


def main() -> int:
    """Take every picture; returns the exit code."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("make pictures needs Chromium: install it, and try again", file=sys.stderr)  # noqa: T201
        return 1
    project, _ = load_project(ROOT)
    compiled, problems = compile_project(project)
    if problems:
        print("the decks have problems: flashdeck check", file=sys.stderr)  # noqa: T201
        return 1
    tour = [card for card in cards(compiled.collection) if card.card.deck.split("::")[0] == "Tour"]
    with tempfile.TemporaryDirectory() as folder:
        for media in compiled.collection.media:
            with media.open() as source:
                Path(folder, media.name).write_bytes(source.read())
        for sheet in _sheets(tour):
            _shoot(browser, Path(folder), sheet)
    return 0


def _sheets(tour: Sequence[RenderedCard]) -> Iterator[Sheet]:
    for night in (False, True):
        mode = "night" if night else "day"
        yield Sheet(f"desktop-{mode}", tour, 800, Screen(night=night), 4, SCALE)
        yield Sheet(f"phone-{mode}", tour, 390, Screen(AnkiApp.ANDROID, night=night), 8, SCALE)
    for name, (night, *parts) in PARTS.items():
        chosen = [
            item
            for words, ordinal in parts
            for item in tour
            if words in item.note.fields[0] and item.card.ordinal == ordinal
        ]
        yield Sheet(name, chosen, 390, Screen(night=night), columns=2)


# The pictures in the reference: whether in dark mode, and the cards, by words in them and ordinals.
PARTS: dict[str, tuple[bool, *tuple[tuple[str, int], ...]]] = {
    "question": (False, ("Who created", 0)),
    "lines": (False, ("Zen of Python", 0)),
    "signs": (False, ("nitrogen boil", 0)),
    "words": (True, ("in common", 0)),
    "choices": (False, ("WSGI layer", 0)),
    "typed": (False, ("abort(404)", 0)),
    "cloze": (True, ("for pages", 0), ("for pages", 1)),
    "occlusion": (False, ("way is this", 0), ("way is this", 4)),
    "items": (False, ("do with a request", 3), ("of Pallets does", 1)),
    "table": (False, ("status <strong>404", 0), ("abort(404)</code> sends", 0)),
    "math": (False, ("How long does a page", 0)),
    "media": (False, ("framework's name", 0)),
    "text": (True, ("What is wrong here", 0), ("漢字", 0), ("فرنسا", 0), ("Which keys", 0)),
}


def _shoot(browser: str, folder: Path, sheet: Sheet) -> None:
    page = folder / f"{sheet.name}.html"
    page.write_text(_page(sheet), "utf-8")
    base = [browser, *FLAGS, f"--user-data-dir={folder / 'profile'}"]
    width = sheet.columns * (sheet.width + SPACE) + SPACE
    flags = [f"--force-device-scale-factor={sheet.scale}"]
    measured = _run([*base, *flags, f"--window-size={width},800", "--dump-dom", page.as_uri()])
    match = re.search(r"<title>(\d+)</title>", measured)
    height = int(match.group(1)) if match else 800
    target = OUTPUT / f"{sheet.name}.png"
    size = f"--window-size={width},{height}"
    _run([*base, *flags, size, f"--screenshot={target}", page.as_uri()])
    if shutil.which("pngquant"):
        _run(["pngquant", "--strip", "--speed=1", "--ext=.png", "--force", "64", str(target)])


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout


def _page(sheet: Sheet) -> str:
    """Write a page with a frame for each side, in columns of about the same height."""
    frames = "".join(
        f'<iframe width="{sheet.width}" height="700" srcdoc="{html.escape(frame)}"></iframe>'
        for card in sheet.cards
        for frame in (_frame(card, "question", sheet), _frame(card, "answer", sheet))
    )
    back = "#4b515c" if sheet.screen.night else "#c9ced6"
    return f"""<!doctype html><meta charset="utf-8"><title>0</title>
<style>html {{ background: {back}; }} body {{ position: relative; margin: 0; }}
iframe {{ display: block; position: absolute; border: 0; border-radius: 6px; }}</style>{frames}
<script>var space = {SPACE}, width = {sheet.width}, columns = {sheet.columns};{ARRANGE}</script>"""


def _frame(item: RenderedCard, side: Literal["question", "answer"], sheet: Sheet) -> str:
    shown = face(item.notetype, item.note, item.card)
    expected = shown["typed"]["expected"] if shown["typed"] else ""
    typed = f"{expected[:-1]}x"  # a typo at the end, to show the comparison
    document = card_document(shown, sheet.screen, AROUND, side=side, typed=typed)
    head, _, rest = document.partition("<head>")
    body, _, end = rest.rpartition("</body>")
    return f"{head}<head><script>{BEFORE}</script>{body}<script>{AFTER}</script></body>{end}"


if __name__ == "__main__":
    sys.exit(main())
