"""Large projects are read by several processes; what comes of it is what one process makes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from threading import Event, Thread

import pytest
from conftest import NOW

from flashdeck.compile.cache import shares
from flashdeck.compile.cache.shares import cut

BUILD = """\
import os, sys
from pathlib import Path
from flashdeck.compile.cache import reading
from flashdeck.compile.cache import shares
from flashdeck.release.build import build
from flashdeck.release.result import Options
from flashdeck.compile.render import Renderer

reading._MUCH = shares._ENOUGH = 1
shares._cores = lambda: int(sys.argv[3])
ours, fork, forks = os.getpid(), os.fork, []
os.fork = lambda: forks.append(1) or fork()
fate, note = sys.argv[4], Renderer.note

def rendered(renderer, one):
    if os.getpid() != ours and fate == "killed":
        os.kill(os.getpid(), 9)
    if os.getpid() != ours and fate == "broken":
        raise ValueError("a bug")
    return note(renderer, one)

Renderer.note = rendered
built = build(Path(sys.argv[1]), Options(now=int(sys.argv[2])))
print(len(forks), *(one.sha256 for one in built.packages))
for one in built.diagnostics:
    print(one.rule, one.span)
"""

NOTES = """\
deck: Large::Part {n}
notes:
  - q: What is *{n}*?
    a: |
      ![a map](map{n}.png) and $x_{n}$
    id: aaaaaaaa{n}
  - cloze: "{{{{c1::gap}}}} {n}"
    id: bbbbbbbb{n}
"""


@pytest.fixture
def large(project):
    project.write("flashdeck.yaml", "id: 0123456789abcdef\nname: Large\n")
    for n in range(9):
        project.write(f"cards/part{n}.yaml", NOTES.format(n=n))
        (project.root / "cards" / f"map{n}.png").write_bytes(b"a map" * (n + 1))
    project.write("cards/odd.yaml", "notes:\n  - {q: '```pyhton\n\n    x', a: a, id: short}\n")
    project.write("cards/new.yaml", "notes:\n  - {q: no id yet, a: a}\n")
    return project


def built(project, cores, fate="well"):
    """Build in a process that has a single thread; give what it says, and what it left."""
    command = [sys.executable, "-c", BUILD, str(project.root), str(NOW), str(cores), fate]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    forks, *said = done.stdout.split(maxsplit=1)
    sources = sorted((project.root / "cards").glob("*.yaml"))
    lock = project.root / "flashdeck.lock"
    return int(forks), said, [path.read_text("utf-8") for path in (lock, *sources)]


def anew(project):
    """Forget all that was built."""
    project.write("cards/new.yaml", "notes:\n  - {q: no id yet, a: a}\n")
    (project.root / "flashdeck.lock").unlink()
    for path in (project.root / "build").iterdir():
        path.unlink()


@pytest.mark.parametrize("fate", ["well", "killed", "broken"])
def test_many_processes_make_what_one_makes(large, fate):
    _, *alone = built(large, 1)
    anew(large)
    forks, *shared = built(large, 4, fate)
    assert shared == alone
    assert forks == (3 if sys.platform == "linux" else 0)


@pytest.mark.parametrize("n", range(0, 9, 3))
def test_what_another_process_read_is_looked_at_by_the_next_build(large, n):
    for name in ("odd", "new"):
        (large.root / "cards" / f"{name}.yaml").unlink()
    (large.root / "flashdeck.yaml").unlink()  # a first build says nothing, and so may be believed
    _, first, *_ = built(large, 4)
    assert built(large, 4)[:2] == (0, first)
    shutil.rmtree(large.root / "build")
    _, first, *_ = built(large, 4)
    large.replace(f"cards/part{n}.yaml", "gap", "hole")
    assert built(large, 4)[1] != first


def test_shares_are_of_about_the_same_size(monkeypatch):
    monkeypatch.setattr(shares, "_may_fork", lambda: True)
    monkeypatch.setattr(shares, "_cores", lambda: 3)
    sizes = [
        (name, size * shares._ENOUGH)
        for name, size in zip("abcdef", (5, 1, 1, 1, 3, 4), strict=True)
    ]
    assert [sorted(share) for share in cut(sizes)] == [["a"], ["c", "f"], ["b", "d", "e"]]
    assert cut([("a", 1), ("b", 1)]) == [["a", "b"]]
    assert cut([]) == [[]]


def test_a_process_with_threads_does_all_by_itself(monkeypatch):
    monkeypatch.setattr(shares, "_cores", lambda: 3)
    stop = Event()
    thread = Thread(target=stop.wait)
    thread.start()
    assert len(cut([(name, 2**20) for name in "abcdef"])) == 1
    stop.set()
    thread.join()
