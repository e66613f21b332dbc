"""Compare flashdeck's speed with other programs: `python -m bench`, with tests/ on the path.

The runs of a row are interleaved, so that its ratio is reliable on a busy machine, too. Times are
medians of CPU seconds, user and system, of whole processes. The last column is the spread of the
runs: how far the slowest is from the fastest.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path

from bench.decks import MARKS, write_project
from bench.history import record
from bench.measure import Figures, Subject, interleaved, run
from bench.peers import Peers
from bench.row import Row

HERE = Path(__file__).parent
ENOUGH_FOR_SAFE = 10_000  # PyYAML's Python loader takes minutes for more
LARGE = 100_000
MIB = 2**20
TYPER = """
import typer
app = typer.Typer()
@app.command()
def main(name: str = "you") -> None:
    print(name)
app()
"""


class Bench:
    """The benchmarks, in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.growth: dict[int, Figures] = {}

    def project(self, count: int, *, html: bool = False) -> Path:
        """Create a project of `count` notes."""
        root = self.folder / f"{count}{'-html' if html else ''}"
        if not root.exists():
            write_project(root, count, html=html)
        return root

    def flashdeck(self, root: Path, before: Callable[[], None], *options: str) -> Subject:
        """A build with flashdeck."""
        return Subject(["-m", "flashdeck", "build", "--quiet", *options], root, before)

    def plain(self, root: Path, *flags: str) -> Subject:
        """A build with the plain script."""
        out = self.folder / "plain.apkg"
        return Subject([str(HERE / "plain.py"), str(root), str(out), *flags], root)

    def builds(self, count: int) -> Iterator[Row]:
        """Measure builds of `count` notes: cold, after an edit, and up to date."""
        root, out = self.project(count), str(self.folder / f"{count}.apkg")
        subjects = {
            "cold": self.flashdeck(root, lambda: forget(root)),
            "edit": self.flashdeck(root, lambda: edit(root)),
            # A build right after an edit can't trust the file times yet; the next one can.
            "again": self.flashdeck(root, lambda: settle(root)),
            "-C": self.flashdeck(root, lambda: settle(root), "-C", str(root)),
            "-o": self.flashdeck(root, lambda: settle(root, "-o", out), "-o", out),
            "plain": self.plain(root),
            "typer": Subject(["-c", TYPER], root),
        }
        if count <= ENOUGH_FOR_SAFE:
            subjects["safe"] = self.plain(root, "--safe")
        figures = interleaved(subjects, rounds(count))
        self.growth[count] = figures["cold"]
        cold, plain = figures["cold"], figures["plain"]
        goal = 0.45 if count >= ENOUGH_FOR_SAFE else 0.7
        yield Row.of(f"{count:,} notes, cold : plain script, C loader", cold, plain, goal)
        if "safe" in figures:
            yield Row.of(f"{count:,} notes, cold : plain script", cold, figures["safe"], goal / 2)
        yield Row.of(f"{count:,} notes, one edit : plain script", figures["edit"], plain, 0.2)
        for name, option in (("again", ""), ("-C", " (-C)"), ("-o", " (-o)")):
            row = f"{count:,} notes, nothing to do{option} : bare Typer"
            yield Row.of(row, figures[name], figures["typer"], 0.5)

    def advice(self, count: int) -> Iterator[Row]:
        """Measure `check` on notes that all have a near duplicate."""
        root = self.folder / f"{count}-doubled"
        write_project(root, count // 2)
        for path in list((root / "cards").glob("*.yaml")):
            text = path.read_text("utf-8").replace('- q: "', '- q: "The ').replace("id: n", "id: m")
            path.with_name(f"again-{path.name}").write_text(text, "utf-8")
        subjects = {
            "check": Subject(["-m", "flashdeck", "check", "--format", "json"], root),
            "cold": self.flashdeck(root, lambda: forget(root)),
        }
        figures = interleaved(subjects, rounds(count))
        name = f"{count:,} notes, each nearly twice, check : cold build"
        yield Row.of(name, figures["check"], figures["cold"], 2.0)

    def ready_fields(self, count: int) -> Iterator[Row]:
        """Measure notes with HTML fields."""
        root = self.project(count, html=True)
        subjects = {
            "cold": self.flashdeck(root, lambda: forget(root)),
            "plain": self.plain(root, "--html"),
        }
        subjects["safe"] = self.plain(root, "--html", "--safe")
        figures = interleaved(subjects, rounds(count))
        name = f"{count:,} notes of HTML, cold : plain script"
        yield Row.of(name, figures["cold"], figures["safe"], 1 / 5)
        yield Row.of(f"{name}, C loader", figures["cold"], figures["plain"], 0.75)

    def marked(self, count: int) -> Iterator[Row]:
        """Measure notes with one kind of mark in each text."""
        for marks in MARKS:
            root = self.folder / f"{count}-{marks}"
            write_project(root, count, marks=marks)
            subjects = {
                "cold": self.flashdeck(root, partial(forget, root)),
                "plain": self.plain(root),
            }
            figures = interleaved(subjects, rounds(count))
            name = f"{count:,} notes of {marks}, cold : plain script, C loader"
            yield Row.of(name, figures["cold"], figures["plain"], 0.6)

    def one_file(self, count: int) -> Iterator[Row]:
        """Measure notes in one file against the same notes in many."""
        many, one = self.project(count), self.folder / f"{count}-one"
        shutil.copytree(many, one, ignore=shutil.ignore_patterns("build", "*.lock", "part-*"))
        parts = sorted(many.glob("cards/part-*.yaml"))
        notes = [path.read_text("utf-8").partition("notes:\n")[2] for path in parts]
        (one / "cards" / "all.yaml").write_text("notes:\n" + "".join(notes), "utf-8")
        subjects = {
            "one": self.flashdeck(one, lambda: forget(one)),
            "many": self.flashdeck(many, lambda: forget(many)),
            "edit one": self.flashdeck(one, lambda: edit(one)),
            "edit many": self.flashdeck(many, lambda: edit(many)),
        }
        figures = interleaved(subjects, rounds(count))
        name = f"{count:,} notes in one file"
        yield Row.of(f"{name}, cold : in {len(parts)}", figures["one"], figures["many"], 1.1)
        row = f"{name}, one edit : in {len(parts)}"
        yield Row.of(row, figures["edit one"], figures["edit many"], 1.1)

    def peers(self, count: int) -> Iterator[Row]:
        """Measure other programs on plain questions."""
        peers = Peers(self.folder / "peers")
        peers.install()
        subjects = peers.subjects(count)
        root = peers.project(count)
        subjects["flashdeck"] = self.flashdeck(root, lambda: forget(root))
        figures = interleaved(subjects, 3)
        ours = figures.pop("flashdeck")
        for name, theirs in figures.items():
            yield Row.of(f"{count:,} plain questions, cold : {name}", ours, theirs, 0.38)

    def package(self, count: int) -> Iterator[Row]:
        """Measure the package stage alone."""
        root = self.project(count)
        run(self.flashdeck(root, lambda: None))
        built, out = str(root / "build" / "measured.apkg"), str(self.folder / "stage.apkg")
        subjects = {
            name: Subject([str(HERE / f"{name}.py"), built, out], root, says_seconds=True)
            for name in ("stage", "floor", "ready")
        }
        figures = interleaved(subjects, rounds(count))
        ours = figures["stage"]
        yield Row.of(f"{count:,} notes, package : floor in C", ours, figures["floor"], 1.3)
        yield Row.of(f"{count:,} notes, package : genanki alone", ours, figures["ready"], 0.3)

    def starts(self) -> Iterator[Row]:
        """Measure startup times."""
        root = self.project(50)
        subjects = {
            "pass": Subject(["-c", "pass"], root),
            "typer": Subject(["-c", TYPER], root),
            "version": Subject(["-m", "flashdeck", "--version"], root),
            "help": Subject(["-m", "flashdeck", "--help"], root),
            "cold": self.flashdeck(root, lambda: forget(root)),
        }
        figures = interleaved(subjects, 9)
        yield Row.of("--version : python -c pass", figures["version"], figures["pass"], 2.0)
        yield Row.of("--help : bare Typer", figures["help"], figures["typer"], 0.8)
        yield Row.of("50 notes, cold : bare Typer", figures["cold"], figures["typer"], 1.0)

    def screen(self, count: int) -> Iterator[Row]:
        """Measure the wall time from a saved edit to the page, against 50 ms."""
        root = self.project(count)
        waited = run(Subject([str(HERE / "screen.py"), str(root)], root, says_seconds=True)).seconds
        yield Row(f"{count:,} notes, save to the page : 50 ms (wall)", waited, 0.05, 1.0)

    def media(self, size: int) -> Iterator[Row]:
        """Measure `size` bytes of pictures against copying them."""
        root = self.folder / "media"
        write_media(root, size)
        copy = (
            f"import shutil; shutil.rmtree({str(self.folder / 'copy')!r}, ignore_errors=True);"
            f" shutil.copytree({str(root / 'cards')!r}, {str(self.folder / 'copy')!r})"
        )
        subjects = {
            "cold": self.flashdeck(root, lambda: forget(root)),
            "edit": self.flashdeck(root, lambda: edit(root)),
            "cp": Subject(["-c", copy], root),
        }
        figures = interleaved(subjects, 3)
        name, cp = f"{size // MIB:,} MiB of media", figures["cp"]
        yield Row.of(f"{name}, cold : copying", figures["cold"], cp, 3.5)
        yield Row.of(f"{name}, one edit : copying", figures["edit"], cp, 2.0)
        self.folder.joinpath("copy").exists() and shutil.rmtree(self.folder / "copy")

    def memory(self) -> Iterator[Row]:
        """Report the memory of the cold builds, against 400 MiB for 100,000 notes."""
        for count, figures in self.growth.items():
            allowed = 400 if count <= LARGE else 3 * 1024
            yield Row(f"{count:,} notes, peak memory", figures.peak / MIB, allowed, 1.0, "MiB")
        first, last = min(self.growth), max(self.growth)
        if first < last:
            per_note = {n: self.growth[n].seconds / n * 1e6 for n in (first, last)}
            name = f"time a note, {last:,} : {first:,} notes"
            yield Row(name, per_note[last], per_note[first], 1.5, "us")


def rounds(count: int) -> int:
    """The number of runs for `count` notes: long runs vary less."""
    if count > LARGE:
        return 1
    return 5 if count <= ENOUGH_FOR_SAFE else 2


def forget(root: Path) -> None:
    """Reset a project to the state of a fresh clone."""
    shutil.rmtree(root / "build", ignore_errors=True)
    with suppress(FileNotFoundError):
        (root / "flashdeck.lock").unlink()


def settle(root: Path, *options: str) -> None:
    """Build without measuring."""
    run(Subject(["-m", "flashdeck", "build", "--quiet", *options], root))


def edit(root: Path) -> None:
    """Edit a note, and count its edits in the text."""
    path = min((root / "cards").glob("*.yaml"))
    head, mark, tail = path.read_text("utf-8").partition("in step 0")
    edits = len(tail) - len(tail.lstrip("'"))
    path.write_text(f"{head}{mark}{chr(39) * (edits + 1)}{tail.lstrip(chr(39))}", "utf-8")


def write_media(root: Path, size: int) -> None:
    """Write a project with pictures of 1 MiB each."""
    if root.exists():
        return
    cards = root / "cards"
    cards.mkdir(parents=True)
    (root / "flashdeck.yaml").write_text("id: 0123456789abcdeg\nname: Media\n", "utf-8")
    notes = ["notes:"]
    for number in range(size // MIB):
        (cards / f"{number}.png").write_bytes(number.to_bytes(8, "big") * (MIB // 8))
        notes.append(f"  - q: What is in step {number}?\n    a: '![it]({number}.png)'")
        notes.append(f"    id: m{number:09d}z")
    (cards / "media.yaml").write_text("\n".join(notes) + "\n", "utf-8")


def main() -> int:
    """Parse arguments, measure, print."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--notes", default="1000,10000,100000", help="sizes, separated by commas")
    parser.add_argument("--media", type=int, default=1024, help="MiB of media; 0 for none")
    parser.add_argument("--json", action="store_true", help="print rows as JSON")
    parser.add_argument(
        "--peers", action="store_true", help="install other programs and compare with them"
    )
    parser.add_argument("--record", type=Path, help="add the rows to this history")
    args = parser.parse_args()
    sizes = [int(size) for size in args.notes.split(",") if size]
    rows: list[Row] = []

    def add(new: Iterator[Row]) -> None:
        for row in new:
            rows.append(row)
            if not args.json:
                sys.stdout.write(f"{row}\n")
                sys.stdout.flush()

    if not args.json:
        head = f"{'ours':>9} {'theirs':>9}     {'ratio':>7} {'goal':>7}  met spread"
        sys.stdout.write(f"{'':<58} {head}\n")
    with tempfile.TemporaryDirectory(prefix="flashdeck-bench-") as folder:
        bench = Bench(Path(folder))
        add(bench.starts())
        for count in sizes:
            add(bench.builds(count))
        add(bench.advice(max(sizes)))
        middle = sorted(sizes)[len(sizes) // 2]
        add(bench.ready_fields(middle))
        add(bench.marked(middle))
        add(bench.one_file(middle))
        add(bench.package(middle))
        add(bench.screen(middle))
        add(bench.memory())
        if args.media:
            add(bench.media(args.media * MIB))
        if args.peers:
            add(bench.peers(1_000))
    if args.record is not None:
        record(args.record, rows)
    if args.json:
        report = {
            "python": platform.python_version(),
            "rows": [{**asdict(row), "ratio": row.ratio} for row in rows],
        }
        sys.stdout.write(json.dumps(report, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
