"""Takes our frame's pictures in the engine that Anki uses: `python -m fidelity.qtengine`.

Takes an address, views, and folders; leaves the same files as `fidelity.desktop`, and in
`fonts.json` what generic fonts this engine takes, for other browsers to take them as well.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fidelity.views import (
    BOXES,
    DICE,
    HOLD,
    SETTLED,
    SIDES,
    SPOT,
    SPOT_OFF,
    SPOT_ON,
    View,
    load_views,
)

if TYPE_CHECKING:
    from PyQt6.QtGui import QPixmap

PATIENCE = 60.0  # seconds until something counts as broken
FAMILIES = ("Standard", "Fixed", "Serif", "SansSerif", "Cursive", "Fantasy")


def environment(home: Path) -> Mapping[str, str]:
    """Give what Qt's engine has to find in its environment to run without a screen.

    All of a picture is drawn anew: where only a part is, the edges of round corners may come out a
    shade lighter or darker, by what was there before.
    """
    return {
        "QT_QPA_PLATFORM": "offscreen",
        "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu --disable-background-networking"
        " --disable-component-update --disable-sync --disable-partial-raster",
        "QTWEBENGINE_DISABLE_SANDBOX": "1",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "TMPDIR": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
    }


def photograph(
    web: Any, ask: Callable[[str], Any], pause: Callable[[float], None], path: Path
) -> None:
    """Save what a web view shows as `PATH.png`, and the boxes in it as `PATH.json`.

    A view shows what its page has drawn some time ago: how long, only a spot in it can tell.
    """

    def until(*, seen: bool) -> QPixmap:
        end = time.monotonic() + PATIENCE
        while True:
            taken = web.grab()
            if (taken.toImage().pixelColor(0, 0).name() == SPOT) is seen:
                return taken
            if time.monotonic() > end:
                raise TimeoutError(f"the engine doesn't draw {path.name}")
            pause(0.01)

    path.with_suffix(".json").write_text(ask(BOXES), "utf-8")
    ask(SPOT_ON)
    until(seen=True)
    ask(SPOT_OFF)
    until(seen=False).save(str(path.with_suffix(".png")))


class Engine:
    """A bare web view as large as a screen."""

    def __init__(self) -> None:
        from PyQt6 import QtCore, QtWebEngineCore, QtWebEngineWidgets, QtWidgets

        self.core = QtCore
        self.app = QtWidgets.QApplication(["fidelity"])
        self.app.setCursorFlashTime(0)
        self.view = QtWebEngineWidgets.QWebEngineView()
        script = QtWebEngineCore.QWebEngineScript()
        script.setSourceCode(DICE + HOLD)
        script.setInjectionPoint(script.InjectionPoint.DocumentCreation)
        script.setWorldId(script.ScriptWorldId.MainWorld.value)
        self.view.page().scripts().insert(script)
        settings = self.view.settings()
        family = QtWebEngineCore.QWebEngineSettings.FontFamily
        self.families = {
            name[0].lower() + name[1:]: settings.fontFamily(getattr(family, f"{name}Font"))
            for name in FAMILIES
        }
        self.view.show()

    def take(self, view: View, address: str, out: Path) -> None:
        """Take both sides of a card."""
        self.view.setFixedSize(view.width, view.height)
        self.view.load(self.core.QUrl(f"{address}/{view.page}.html"))
        for side in SIDES:
            if side == "answer":
                self.ask(f"{view.turn()}; 1")
            wanted = f"/{quote(view.page)}.html {side}"
            self.wait(lambda: self.ask("`${location.pathname} ${window.fdShown}`"), wanted)
            self.ask(
                f"window.fdStill = ''; {SETTLED}.then(() => {{ window.fdStill = '{side}'; }}); 1"
            )
            self.wait(lambda: self.ask("window.fdStill"), side)
            photograph(self.view, self.ask, self.pause, out / view.name(side))

    def pause(self, seconds: float) -> None:
        loop = self.core.QEventLoop()
        self.core.QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()

    def wait(self, look: Callable[[], Any], wanted: object) -> None:
        end = time.monotonic() + PATIENCE
        while look() != wanted:
            if time.monotonic() > end:
                raise TimeoutError(f"the engine never came to {wanted}")
            self.pause(0.01)

    def ask(self, script: str) -> Any:
        """Run a script in the page."""
        answers: list[Any] = []
        self.view.page().runJavaScript(script, answers.append)
        end = time.monotonic() + PATIENCE
        while not answers:
            if time.monotonic() > end:
                raise TimeoutError(f"no answer to {script[:60]}")
            self.pause(0.005)
        return answers[0]


def main() -> None:
    parser = argparse.ArgumentParser(prog="fidelity.qtengine", description=__doc__)
    parser.add_argument("address", help="where the documents are served")
    parser.add_argument("views", type=Path)
    parser.add_argument("out", type=Path, help="the folder for the pictures")
    parser.add_argument("home", type=Path, help="an empty folder, for the engine to live in")
    given = parser.parse_args()
    os.environ.update(environment(given.home))
    engine = Engine()
    (given.out / "fonts.json").write_text(json.dumps(engine.families), "utf-8")
    for view in load_views(given.views):
        engine.take(view, given.address, given.out)
    # The engine's own way of ending warns of pages that are still alive.
    os._exit(0)


if __name__ == "__main__":
    main()
