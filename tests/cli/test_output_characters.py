"""No output has raw control characters or bidirectional ones, whatever a stranger wrote."""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
from functools import partial

import pytest

from flashdeck.anki.write.apkg import write_apkg
from flashdeck.cli.run import run
from flashdeck.model import Card, Collection, Deck, Field, Media, Note, NoteType, Template

RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
# Marks that change nothing but their neighbors, and that texts in Arabic and Hebrew need.
MARKS = re.compile("[\u061c\u200e\u200f]")
EVIL = "a\u202eb\u2066c\u200fd\u061ce"  # that YAML may contain
WORSE = f"{EVIL}\x1b]0;x\x07\x1b[31m\x9b\x7f\u2028\r"
KIND = NoteType(
    1_500_000_000_000,
    f"K {WORSE}",
    (Field(f"F {EVIL}"), Field("Back")),
    (Template(f"T {EVIL}", "{{F " + EVIL + "}}", "{{Back}}"),),
    css=f".card::after {{ content: '{EVIL}' }}",
    mod=5,
)
COMMANDS = {
    "check": ["check"],
    "check json": ["check", "--format", "json"],
    "check github": ["check", "--format", "github"],
    "check sarif": ["check", "--format", "sarif"],
    "check diff": ["check", "--fix", "--diff"],
    "check a file": ["check", f"no {WORSE}"],
    "build": ["build"],
    "build json": ["build", "--json"],
    "build elsewhere": ["build", "--output", f"o {WORSE}.apkg"],
    "fmt diff": ["fmt", "--diff"],
    "fmt json": ["fmt", "--check", "--json"],
    "cards": ["cards"],
    "cards json": ["cards", "--json"],
    "cards text": ["cards", "--text"],
    "cards of a package": ["cards", "x.apkg"],
    "cards of a package, as text": ["cards", "x.apkg", "--text"],
    "cards of a package, as json": ["cards", "x.apkg", "--json"],
    "stats": ["stats"],
    "stats json": ["stats", "--json"],
    "stats of a package": ["stats", "x.apkg"],
    "diff": ["diff", "x.apkg", "y.apkg"],
    "diff json": ["diff", "x.apkg", "y.apkg", "--json"],
    "diff markdown": ["diff", "x.apkg", "y.apkg", "--markdown"],
    "diff html": ["diff", "x.apkg", "y.apkg", "--html"],
    "diff of sources": ["diff", "x.apkg"],
    "diff of nothing": ["diff", f"no {WORSE}"],
    "diff of a long name": ["diff", "x" * 5_000],
    "preview in the terminal": ["preview", "--terminal", "x.apkg"],
    "preview of sources": ["preview", "--terminal"],
    "preview of nothing": ["preview", "--terminal", "--", f"no {WORSE}"],
    "preview of a missing package": ["preview", f"no {WORSE}.apkg"],
    "import": ["import", "x.apkg", "-o", "new"],
    "import json": ["import", "x.apkg", "-o", "new", "--json"],
    "import into": ["import", "x.apkg", "-o", "."],
    "import of nothing": ["import", f"no {WORSE}.apkg"],
    "export": ["export", "--to", "json", f"o {EVIL}"],
    "explain": ["explain", f"no {WORSE}"],
    "forget": ["forget", f"no {WORSE}"],
    "init": ["init", f"i {WORSE}"],
    "schema": ["schema"],
    "a folder": ["check", "-C", f"no {WORSE}"],
}
# Patches, which other programs apply.
EXACT = {"check diff", "fmt diff"}


def package(path, back):
    data = b"\x89PNG"
    picture = Media("a \u202e.png", hashlib.sha256(data).hexdigest(), 4, partial(io.BytesIO, data))
    fields = (f"front {WORSE} <img src='a \u202e.png'>", back)
    cards = (Card(0, f"D {EVIL}", 1, KIND.id + 9),)
    note = Note(f"g{EVIL}", KIND.id, fields, (f"t{EVIL}",), cards, KIND.id + 5, 9)
    with path.open("w+b") as out:
        write_apkg(Collection((KIND,), (Deck(f"D {EVIL}"),), (note,), (picture,)), out)


@pytest.fixture
def strange(project, monkeypatch):
    quoted = json.dumps(EVIL)
    project.write(f"cards/b {EVIL}.yaml", f"deck: {quoted}\nnotes:\n  - {{q: {quoted}, a: b}}\n")
    project.write(
        "cards/a.yaml",
        f"deck: D\ntags: [{quoted}]\nnotes:\n  - q: 'x {EVIL}  '\n    a: b\n    {EVIL}: c\n"
        f"  - {{q: {quoted}, a: <b>{EVIL}, hint: '{EVIL}'}}\n  - {{q: x, a: '![]({EVIL}.png)'}}\n",
    )
    project.write(f"cards/c {WORSE}.yaml".replace("\r", ""), "notes: []\n")
    package(project.root / "x.apkg", f"back {WORSE}")
    package(project.root / "y.apkg", f"other {WORSE} {EVIL}")
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("COLUMNS", "100")
    return project


@pytest.mark.usefixtures("strange")
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("is_terminal", [False, True])
def test_what_a_stranger_wrote_is_made_visible(capsys, monkeypatch, command, is_terminal):
    if is_terminal:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        monkeypatch.setenv("NO_COLOR", "1")
    code = run(COMMANDS[command])
    shown = capsys.readouterr()
    assert code != 3, shown.err
    assert shown.out or shown.err
    texts = [shown.err] if command in EXACT and not is_terminal else [shown.out, shown.err]
    for text in texts:
        assert RAW.findall(text) == [], RAW.sub("█", text)
    if "json" in command or "sarif" in command:
        assert MARKS.findall(shown.out) == []


@pytest.mark.usefixtures("strange")
def test_colors_let_nothing_through(capsys):
    for command in ("check", "cards", "diff", "stats", "preview in the terminal"):
        run([*COMMANDS[command], *([] if command in {"cards", "stats"} else ["--color", "always"])])
        shown = re.sub("\x1b\\[[0-9;]+m", "", "".join(capsys.readouterr()))
        assert RAW.findall(shown) == []
        assert "]0;x" not in shown or "\u241b]0;x" in shown


@pytest.mark.usefixtures("strange")
def test_a_patch_is_exact_for_other_programs(capsys):
    run(["fmt", "--diff"])
    assert "\u202e" in capsys.readouterr().out


@pytest.mark.usefixtures("strange")
@pytest.mark.parametrize("command", [name for name in COMMANDS if "json" in name])
def test_json_has_all_characters(capsys, command):
    run(COMMANDS[command])
    assert "\u202e" in json.dumps(json.loads(capsys.readouterr().out), ensure_ascii=False)
