"""Looks at the cards of the tour in WebKit, the engine of AnkiMobile: `python -m webkit.run`.

Every side is shown on the AnkiMobile screen of the preview, in light and dark mode. The exit code
is 1 when a script fails, or a card is wider than its screen, lacks a formula or hides a text.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fidelity.pages import AROUND, serving, write_shared

from flashdeck.compile.compiler import compile_project
from flashdeck.model import Collection
from flashdeck.preview.frame import AnkiApp, Screen, face, frame_document, wish
from flashdeck.project.project import load_project
from flashdeck.rendered_cards import cards
from webkit.driver import PACKAGES, WebKit, browser, webkit

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OUTPUT = ROOT / "build" / "webkit"
SIDES = ("question", "answer")
# Reports what fails in a card's document to the page around it.
LISTENER = (
    '<head><script>addEventListener("error", (event) => parent.postMessage('
    '{ error: event.message || "a file is missing" }, "*"), true);</script>'
)


def main() -> int:
    """Look at every card; returns the exit code."""
    binary = browser()
    if binary is None:
        sys.stderr.write(f"make webkit needs WebKitGTK: apt-get install {PACKAGES}\n")
        return 1
    project, _ = load_project(ROOT)
    compiled, _ = compile_project(project)
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_shared(folder, [compiled.collection])
        document = frame_document(AROUND).replace("<head>", LISTENER)
        (folder / "frame.html").write_text(document, "utf-8")
        shutil.copy(HERE / "shell.html", folder)
        with serving(folder) as address, webkit(binary) as window:
            window.open(f"{address}/shell.html")
            window.resize(500, 950)
            looks = [look(window, *view) for view in views(compiled.collection)]
    wrong = [words for words in looks if words]
    result = f"{window.name}: {len(looks)} pictures in {OUTPUT.relative_to(ROOT)}"
    sys.stdout.writelines(f"{line}\n" for line in [*wrong, result])
    return 1 if wrong or not looks else 0


def views(collection: Collection) -> Iterator[tuple[str, Any]]:
    """Every side of the tour's cards in both modes, with its name."""
    notetypes = {notetype.id: notetype for notetype in collection.notetypes}
    media = {file.name for file in collection.media}
    for card in cards(collection):
        if card.card.deck.split("::")[0] != "Tour":
            continue
        shown = face(notetypes[card.note.notetype], card.note, card.card, media)
        for night in (False, True):
            screen = Screen(AnkiApp.ANKIMOBILE, night=night)
            for side in SIDES:
                mode = "dark" if night else "light"
                name = f"{card.note.guid}-{card.card.ordinal + 1}-{mode}-{side}"
                yield name, {**wish(shown, screen, side=side), "key": name}


def look(window: WebKit, name: str, request: Any) -> str:
    """Show a side and take its picture; returns what is wrong with it."""
    wrong = window.call("look", request)
    (OUTPUT / f"{name}.png").write_bytes(window.picture())
    return f"{name}: {', '.join(wrong)}" if wrong else ""


if __name__ == "__main__":
    sys.exit(main())
