"""Compares every card in the real Anki with our frame: `python -m fidelity.run`.

The exit code is 1 when a picture or a box differs, or when a spoiled frame is not noticed.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from fidelity.chromium import DIFFERENT_HERE, chromium, measure
from fidelity.decks import ROOT, make_decks
from fidelity.lacking import lacking
from fidelity.pages import serving, write_pages, write_shared
from fidelity.spoiled import SPOILED, Spoiled
from fidelity.views import SIDES, View, save_views
from flashdeck.preview.frame import Face

DIFFERENT = ROOT / "build" / "fidelity"
# Pictures that stand in the documentation, the real one on the left.
SHOWN = (
    "hard-maths-display-1-390-day-question",
    "hard-typed-wrong-1-390-night-answer",
    "hard-form-1-800-day-question",
)
NO_CHROMIUM = "The boxes are measured in Chromium, which is not here: apt-get install chromium"
SHOWN_HEIGHT = 380


class FailedError(Exception):
    """A process that takes pictures has failed; its last words."""


@dataclass(frozen=True, slots=True)
class Work:
    """A folder for everything that is made on the way, and what is compared in it."""

    folder: Path
    address: str
    views: Sequence[View]
    faces: Mapping[tuple[str, int], Face]

    def at(self, name: str) -> Path:
        """Give a folder in the folder."""
        path = self.folder / name
        path.mkdir(exist_ok=True)
        return path

    def start(self, module: str, out: str, views: Sequence[View]) -> subprocess.Popen[str]:
        """Start a process that takes pictures of views into a folder."""
        home = Path(tempfile.mkdtemp(dir=self.folder))
        listed = home.with_suffix(".json")
        save_views(views, listed)
        source = str(self.folder) if module == "fidelity.desktop" else self.address
        return subprocess.Popen(
            [sys.executable, "-m", module, source, str(listed), str(self.at(out)), str(home)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )


def main() -> int:
    """Compare everything; the exit code."""
    parser = argparse.ArgumentParser(prog="fidelity.run", description=__doc__)
    parser.add_argument("--cards", default="", help="only cards whose names match this pattern")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures side by side")
    given = parser.parse_args()
    program = chromium()
    if words := lacking() or ("" if program else NO_CHROMIUM):
        sys.stderr.write(f"{words}\n")
        return 1
    assert program
    begun = time.monotonic()
    try:
        with at_work(given.cards) as work:
            fine = compare(work, program)
            if given.pictures:
                show(work, given.pictures)
    except FailedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    seconds = time.monotonic() - begun
    engines = f"Anki {version('aqt')}, Qt {version('PyQt6-WebEngine-Qt6')}"
    sys.stdout.write(f"({engines}, {seconds:.0f} s)\n")
    return 0 if fine else 1


@contextmanager
def at_work(pattern: str) -> Iterator[Work]:
    """Build the decks and serve their documents."""
    with tempfile.TemporaryDirectory(prefix="fidelity-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        decks = make_decks(folder)
        faces = decks.faces()
        views = [one for one in decks.views(faces) if re.search(pattern, one.card)]
        pages = folder / "pages"
        pages.mkdir()
        write_shared(pages, decks.collections.values())
        write_pages(pages, views, faces)
        with serving(pages) as address:
            yield Work(folder, address, views, faces)


def compare(work: Work, program: str) -> bool:
    """Take all pictures, and say what agrees; whether all of it does."""
    from fidelity.verdict import boxes_agree, pictures_agree  # they need Qt, which is there by now

    shutil.rmtree(DIFFERENT, ignore_errors=True)
    by_day = [one for one in work.views if not one.night]
    by_night = [one for one in work.views if one.night]
    finish(
        work.start("fidelity.desktop", "theirs", by_day),
        work.start("fidelity.desktop", "theirs", by_night),
        work.start("fidelity.qtengine", "ours", by_day),
        work.start("fidelity.qtengine", "ours", by_night),
    )
    theirs, ours = work.at("theirs"), work.at("ours")
    same = pictures_agree(theirs, ours, names(work.views), DIFFERENT)
    sys.stdout.write(f"{same}\n")
    sys.stdout.flush()
    spoiled = list(spoil(work))
    spoiling = work.start("fidelity.qtengine", "spoiled", [view for _, view, _ in spoiled])
    measured = [one for one in work.views if one.card not in DIFFERENT_HERE]
    browser = measure(program, measured, work.address, work.at("chromium"), ours / "fonts.json")
    boxes = boxes_agree(theirs, work.at("chromium"), names(measured), browser)
    sys.stdout.write(f"{boxes}\n")
    finish(spoiling)
    for _, view, original in spoiled:
        for side in SIDES:
            shutil.copy(theirs / f"{original.name(side)}.png", theirs / f"{view.name(side)}.png")
    missed = [
        one.what
        for one, view, _ in spoiled
        if not pictures_agree(theirs, work.at("spoiled"), names([view]), None).different
    ]
    sys.stdout.write("".join(f"nobody notices {what}\n" for what in missed))
    sys.stdout.write(f"{len(spoiled) - len(missed)} of {len(spoiled)} spoiled frames noticed\n")
    return not (same.different or boxes.different or missed)


def names(views: Sequence[View]) -> Sequence[str]:
    """Name the pictures of views."""
    return [one.name(side) for one in views for side in SIDES]


def finish(*processes: subprocess.Popen[str]) -> None:
    """Wait for processes; all end when one fails."""
    for one in processes:
        _, words = one.communicate()
        if one.returncode:
            for other in processes:
                other.kill()
            told = [line for line in words.splitlines() if not line.startswith(("Qt ", "JS "))]
            raise FailedError("\n".join(told[-15:]) or f"it ended with {one.returncode}")


def spoil(work: Work) -> Iterator[tuple[Spoiled, View, View]]:
    """Write documents of the spoiled frames; give their views, and those that they are made of."""
    for number, one in enumerate(SPOILED):
        for view in work.views:
            if (view.card, view.width, view.night) == (f"hard-{one.card}-1", 800, one.night):
                spoiled = replace(view, card=f"spoiled-{number}")
                write_pages(work.at("pages"), [spoiled], work.faces, (one.old, one.new))
                yield one, spoiled, view


def show(work: Work, folder: Path) -> None:
    """Save some pictures side by side, the real ones on the left."""
    from fidelity.compare import beside, picture

    known = names(work.views)
    for name in SHOWN:
        if name in known:
            pair = (picture(work.at(who) / f"{name}.png") for who in ("theirs", "ours"))
            sheet = beside(*pair)
            name_there = f"fidelity-{name.split('-')[1]}.png"
            sheet.copy(0, 0, sheet.width(), SHOWN_HEIGHT).save(str(folder / name_there))


if __name__ == "__main__":
    sys.exit(main())
