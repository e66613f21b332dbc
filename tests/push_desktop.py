"""Runs the story of pushes in the real Anki: `python -m push_desktop ADDON TRANSCRIPTS`.

ADDON is the folder of an installed AnkiConnect. The real program runs without a screen, with a
profile of its own and a copy of the add-on; what it answers is written as a transcript that the
double must reproduce (`tests/push/test_push_story.py`). Nothing of the add-on is kept.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import sys
import tempfile
import time
import traceback
from pathlib import Path
from threading import Thread
from typing import Any

from fidelity.desktop import Desktop
from push_story import Transcript, story
from real_anki import VERSION, Learner

_ADD_ON = "2055492159"
_IS_NEW = VERSION >= (26, 9)
# Tick "Import any learning progress", and click the button.
_CLICK = """(() => {
  const rows = [...document.querySelectorAll("label, .row, div")];
  const label = rows.find((one) => one.children.length < 4 &&
    /^\\s*Import any learning progress/.test(one.textContent));
  const row = label && (label.closest(".row") || label.parentElement);
  const box = row && row.querySelector("input[type=checkbox]");
  if (box && !box.checked) { box.click(); return "ticked"; }
  const button = [...document.querySelectorAll("button")]
    .find((one) => one.textContent.trim() === "Import");
  if (!box || !button) return document.body ? document.body.innerText.slice(0, 300) : "";
  button.click();
  return "clicked";
})()"""


class Running:
    """The add-on in the running desktop: what the double stands for."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def install(addon: Path, profile: Path, port: int) -> None:
    """Copy the add-on into a profile, with a port of its own."""
    folder = profile / "addons21" / _ADD_ON
    shutil.copytree(addon, folder, ignore=shutil.ignore_patterns("__pycache__", "meta.json"))
    (folder / "meta.json").write_text(json.dumps({"config": {"webBindPort": port}}))


def listen(transcript: Transcript) -> None:
    """Record every exchange with the add-on."""
    from flashdeck.push.ankiconnect import AnkiConnect

    exchange = AnkiConnect._exchange

    def recorded(self: AnkiConnect, action: str, body: bytes) -> Any:
        answer = exchange(self, action, body)
        transcript.add(action, json.loads(body)["params"], answer)
        return answer

    AnkiConnect._exchange = recorded  # type: ignore[method-assign]


def click_dialogs(desktop: Desktop) -> None:
    """Do what a person does in the import dialog: tick, click, and close the log."""
    guard = desktop.qt.QTimer()
    states: dict[int, str] = {}

    def look() -> None:
        for one in desktop.app.topLevelWidgets():
            if type(one).__name__ != "ImportDialog" or getattr(one, "web", None) is None:
                continue
            key = id(one)
            if states.get(key) == "clicked":
                one.web.page().runJavaScript(
                    "document.body.innerText.includes('notes')",
                    lambda done, one=one: one.reject() if done and one.web else None,
                )
                continue

            def answered(state: Any, key: int = key) -> None:
                if states.get(key) != state:
                    sys.__stderr__.write(f"dialog: {str(state)[:300]!r}\n")
                states[key] = str(state)

            one.web.page().runJavaScript(_CLICK, answered)

    guard.timeout.connect(look)
    guard.start(300)
    desktop.clicking = guard  # type: ignore[attr-defined]


def main() -> None:
    parser = argparse.ArgumentParser(prog="push_desktop", description=__doc__)
    parser.add_argument("addon", type=Path, help="the folder of an installed AnkiConnect")
    parser.add_argument("transcripts", type=Path, help="the folder for the transcript")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = Path(folder) / "profile"
        profile.mkdir()
        port = free_port()
        install(given.addon, profile, port)
        desktop = Desktop(profile, [])
        desktop.guard.stop()  # it would close the import dialog
        click_dialogs(desktop)
        transcript = Transcript()
        listen(transcript)

        def tell() -> None:
            learner = Learner.__new__(Learner)
            learner.collection = desktop.window.col
            from conftest import ProjectFolder
            from pushing import Pusher

            pusher = Pusher(ProjectFolder(Path(folder) / "project"), Running(learner), port)
            pusher.wait = lambda: time.sleep(0.5)
            story(pusher)

        def job() -> None:
            failed: list[str] = []

            def run() -> None:
                try:
                    tell()
                except BaseException:  # noqa: BLE001 - reported in the main thread
                    failed.append(traceback.format_exc())

            telling = Thread(target=run, daemon=True)
            telling.start()
            while telling.is_alive():
                desktop.pause(0.05)
            if failed:
                sys.__stderr__.write(failed[0])
                raise SystemExit(1)
            release = ".".join(map(str, VERSION))
            given.transcripts.mkdir(exist_ok=True)
            out = given.transcripts / f"{release}.json"
            lines = [json.dumps(line, ensure_ascii=False) for line in transcript.lines]
            out.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")
            sys.__stderr__.write(f"{len(transcript.lines)} exchanges in {out}\n")

        desktop.run(job)


if __name__ == "__main__":
    main()
