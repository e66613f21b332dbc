"""Takes the real Anki's pictures: `python -m fidelity.desktop PACKAGES VIEWS OUT PROFILE`.

The real program runs with a profile of its own: its own importer, its own study
screen, one card after the other as a learner would see them. Nothing of it is changed but what no
picture could be taken with: sounds are not played, and dice that fall at random fall the same.

Leaves for each side `NAME.png` and `NAME.json`, every element's box.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fidelity.qtengine import PATIENCE, environment, photograph
from fidelity.views import DICE, SETTLED, View, load_views


class Desktop:
    """Anki's main window, and the cards that it is to show."""

    def __init__(self, profile: Path, packages: list[Path]) -> None:
        _seed(profile)
        os.environ.update(environment(profile))
        os.environ.update(
            ANKI_BASE=str(profile), ANKI_SINGLE_INSTANCE_KEY=f"fidelity-{os.getpid()}"
        )
        import aqt
        import aqt.theme
        from aqt import gui_hooks, qt

        self.qt = qt
        self.themes = aqt.theme
        self.app = aqt._run(["anki", "-b", str(profile), "-p", "fd", "-l", "en_US"], exec=False)
        self.app.setCursorFlashTime(0)
        self.window: Any = aqt.mw
        # Without a player on this machine a window would ask for one, and wait.
        gui_hooks.av_player_will_play_tags.append(lambda tags, _side, _context: tags.clear())
        self.dialogs: list[str] = []
        self.guard = qt.QTimer()
        self.guard.timeout.connect(self._close_dialogs)
        self.guard.start(300)
        self.packages = packages

    def run(self, job: Callable[[], None]) -> None:
        """Do a job inside of Anki's event loop, and leave: Anki keeps threads that never end."""

        def start() -> None:
            code = 1
            try:
                self._open()
                job()
                code = 1 if self.dialogs else 0
            except BaseException:  # noqa: BLE001 - whatever it was, Qt must not swallow it
                traceback.print_exc(file=sys.__stderr__)
            if self.window.col:
                self.window.col.close()
            sys.__stderr__.flush()
            os._exit(code)

        self.qt.QTimer.singleShot(0, start)
        self.app.exec()

    def _close_dialogs(self) -> None:
        if (one := self.app.activeModalWidget()) is not None:
            text = getattr(one, "text", str)()
            self.dialogs.append(text)
            sys.__stderr__.write(f"Anki asked: {one.windowTitle()} {text}\n")
            one.close()

    def _open(self) -> None:
        from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

        self.wait(lambda: self.window.col and self.window.state == "deckBrowser", "the window")
        script = self.qt.QWebEngineScript()
        script.setSourceCode(DICE)
        script.setInjectionPoint(self.qt.QWebEngineScript.InjectionPoint.DocumentCreation)
        script.setWorldId(self.qt.QWebEngineScript.ScriptWorldId.MainWorld.value)
        self.window.web.page().scripts().insert(script)
        for package in self.packages:
            request = ImportAnkiPackageRequest(
                package_path=str(package), options=ImportAnkiPackageOptions()
            )
            self.window.col.import_anki_package(request)
        rows = self.window.col.db.all(
            "select n.guid, c.ord, c.id from cards c, notes n where n.id = c.nid"
        )
        self.cards = {(guid, ordinal): card for guid, ordinal, card in rows}

    # --- waiting

    def pause(self, seconds: float) -> None:
        loop = self.qt.QEventLoop()
        self.qt.QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()

    def wait(self, done: Callable[[], Any], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end:
                raise TimeoutError(f"Anki didn't get so far: {what}")
            self.pause(0.01)

    def ask(self, script: str) -> Any:
        """Run a script in the reviewer's page."""
        answers: list[Any] = []
        self.window.web.page().runJavaScript(script, answers.append)
        self.wait(lambda: answers, script[:60])
        return answers[0]

    def _loaded(self) -> bool:
        # All three: a bottom bar that is measured before it has loaded makes Anki start again.
        views = (self.window.web, self.window.toolbarWeb, self.window.bottomWeb)
        return all(one._domDone and not one._pendingActions for one in views)

    def _settle(self) -> None:
        self.wait(self._loaded, "its pages")
        self.wait(lambda: self.ask("typeof _queueAction") == "function", "its reviewer")
        # What the reviewer has yet to show is in its own queue.
        then = f"await {SETTLED}; window.fdStill = 1;"
        self.ask(f"window.fdStill = 0; _queueAction(async () => {{ {then} }}); 1")
        self.wait(lambda: self.ask("window.fdStill") == 1, "its card")

    # --- cards

    def theme(self, *, night: bool) -> None:
        self.window.set_theme(self.themes.Theme.DARK if night else self.themes.Theme.LIGHT)
        self.wait(lambda: self.themes.theme_manager.night_mode == night, "the theme")

    def take(self, view: View, out: Path) -> None:
        """Take both sides of a card; once more when Anki has drawn anew meanwhile."""
        web = self.window.web
        if (web.width(), web.height()) != (view.width, view.height):
            self._leave()
            self.window.resize(max(view.width + 2, 400), view.height + 260)
            web.setFixedSize(view.width, view.height)
            self.pause(0.3)
        for _ in range(3):
            if self._both_sides(view, out):
                return
            self._leave()
        raise RuntimeError(f"Anki would not keep still at {view.name('question')}")

    def _leave(self) -> None:
        # Not to the overview: its page moves on by itself.
        self.window.moveToState("deckBrowser")
        self.pause(0.05)
        self.wait(self._loaded, "its pages")

    def _both_sides(self, view: View, out: Path) -> bool:
        window, reviewer = self.window, self.window.reviewer
        card = self.cards[view.guid, view.ordinal]
        window.col.sched.suspend_cards(list(self.cards.values()))
        window.col.sched.unsuspend_cards([card])
        window.col.decks.select(window.col.get_card(card).current_deck_id())
        if window.state == "review":
            if view.maths:
                reviewer._reps = None  # a page of its own, as at the start of a session
            reviewer.nextCard()
        else:
            window.moveToState("review")
            self.pause(0.05)
        self.wait(lambda: reviewer.card and reviewer.card.id == card, view.card)
        self._settle()
        photograph(window.web, self.ask, self.pause, out / view.name("question"))
        still = reviewer.state == "question"
        if self.ask("!!document.getElementById('typeans')"):
            self.ask(f"document.getElementById('typeans').value = {json.dumps(view.typed)}; 1")
        reviewer._getTypedAnswer()
        self.wait(lambda: reviewer.state == "answer", f"the answer of {view.card}")
        self._settle()
        photograph(window.web, self.ask, self.pause, out / view.name("answer"))
        return still and reviewer.state == "answer" and window.state == "review"


def _seed(profile: Path) -> None:
    """Write the settings of a profile that asks nothing."""
    shared = {
        "ver": 0,
        "updates": False,
        "created": 0,
        "id": 1,
        "lastMsg": 0,
        "suppressUpdate": True,
        "firstRun": False,
        "defaultLang": "en_US",
        "check_for_updates": False,
        "theme": 1,
    }
    own = {
        "mainWindowGeom": None,
        "mainWindowState": None,
        "numBackups": 0,
        "lastOptimize": int(time.time()),
        "searchHistory": [],
        "syncKey": None,
        "syncMedia": False,
        "autoSync": False,
        "allowHTML": False,
        "importMode": 1,
        "lastColour": "#00f",
        "stripHTML": True,
        "deleteMedia": False,
    }
    database = sqlite3.connect(profile / "prefs21.db")
    database.execute(
        "create table profiles (name text primary key collate nocase, data blob not null)"
    )
    for name, values in (("_global", shared), ("fd", own)):
        database.execute("insert into profiles values (?, ?)", (name, pickle.dumps(values, 4)))
    database.commit()
    database.close()
    (profile / "gldriver6").write_text("software")


def main() -> None:
    parser = argparse.ArgumentParser(prog="fidelity.desktop", description=__doc__)
    parser.add_argument("packages", type=Path, help="a folder of packages")
    parser.add_argument("views", type=Path)
    parser.add_argument("out", type=Path, help="the folder for the pictures")
    parser.add_argument("profile", type=Path, help="an empty folder, for Anki to live in")
    given = parser.parse_args()
    views = load_views(given.views)
    desktop = Desktop(given.profile, sorted(given.packages.glob("*.apkg")))

    def job() -> None:
        for night in (False, True):
            chosen = [one for one in views if one.night == night]
            if chosen:
                desktop._leave()
                desktop.theme(night=night)
            for view in chosen:
                desktop.take(view, given.out)

    desktop.run(job)


if __name__ == "__main__":
    main()
