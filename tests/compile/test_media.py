"""Media as a whole project has them: what nothing uses, what styles and templates name, disks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.write.apkg import write_apkg
from flashdeck.cli.run import run
from flashdeck.diagnostics import FlashdeckError, Severity
from flashdeck.files.many_files import ManyFiles
from flashdeck.model import Media
from flashdeck.release import make

COUNTRY = """\
notetype: Country
fields: [Country, Capital]
css: country.css
templates:
  - name: Capital
    front: "{{Country}}<img src=back.png>"
    back: "{{Capital}}"
"""
NOTE = "notes:\n  - {notetype: Country, fields: {Country: '![a map](map.png)', Capital: x}}\n"


@pytest.fixture
def pictures(project):
    """A project with a picture on a card, and ways to put more files into it."""
    put(project, "cards/map.png", b"map")
    project.write("cards/deck.yaml", "notes:\n  - {q: Where?, a: '![a map](map.png)'}\n")
    return project


def put(project, name: str, data: bytes) -> None:
    path = project.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def unused(project) -> list[str]:
    return [problem.span.path for problem in project.check() if problem.rule == "unused-media"]


def packed(project) -> tuple[Media, ...]:
    project.built()
    return read_apkg(project.package).media


def test_a_picture_that_nothing_uses_is_a_warning_of_check_and_none_of_build(pictures):
    put(pictures, "cards/old/Große Karte.png", b"old")
    (problem,) = pictures.check()
    assert (problem.rule, problem.severity) == ("unused-media", Severity.WARNING)
    assert problem.span == ("cards/old/Große Karte.png", 1, 1, 1, 2)
    assert problem.message == "nothing uses cards/old/Große Karte.png"
    assert problem.hint == "show it on a card, or delete it"
    assert pictures.built().diagnostics == ()


def test_hidden_files_and_other_types_are_not_reported_as_unused(pictures):
    for name in ("notes.txt", "map.psd", ".hidden.png", ".thumbs/x.png", "README.md", "noending"):
        put(pictures, f"cards/{name}", b"x")
    put(pictures, "docs/picture.png", b"x")
    assert unused(pictures) == []


def test_check_reports_a_linked_picture_that_is_not_packed(pictures):
    put(pictures, "cards/word.mp3", b"x")
    pictures.replace("cards/deck.yaml", "Where?", "'[listen](word.mp3)'")
    assert unused(pictures) == ["cards/word.mp3"]


def test_nothing_is_called_unused_while_an_error_may_hide_its_use(pictures):
    put(pictures, "cards/other.png", b"x")
    pictures.write("cards/more.yaml", "notes:\n  - {q: '![](other.png)', b: x}\n")
    assert {problem.rule for problem in pictures.check()} >= {"unknown-key"}
    assert unused(pictures) == []


def test_of_many_unused_pictures_some_are_named(pictures):
    for number in range(60):
        put(pictures, f"cards/{number}.png", b"x")
    problems = pictures.check()
    assert [problem.rule for problem in problems] == ["unused-media"] * 50 + ["more-problems"]
    assert problems[-1].message == "nothing uses 10 more files"


def test_media_in_templates_and_styles_are_used_and_packed(pictures):
    pictures.write("cards/notetypes/country.yaml", COUNTRY)
    pictures.write("cards/notetypes/country.css", "b { background: url('img/paper.png') }")
    pictures.write("cards/deck.yaml", NOTE)
    put(pictures, "cards/notetypes/back.png", b"back")
    put(pictures, "cards/notetypes/img/paper.png", b"paper")
    assert pictures.check() == []
    names = [media.name for media in packed(pictures)]
    assert [name.partition("-")[0] for name in names] == ["_fd", "_fd", "map"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Paper.png", "no file Paper.png in cards/notetypes/"),
        ("../../../paper.png", "../../../paper.png is outside the project"),
        ("/paper.png", "/paper.png is outside the project"),
        ("https://a.org/paper.png", "https://a.org/paper.png is on another machine;"),
        ("paper.svg", "paper.svg holds <script>"),
        ("empty.woff2", "empty.woff2 is empty; Anki would report it as missing"),
        ("paper.pdf", "'paper.pdf' is not a picture, sound or video that Anki shows"),
    ],
)
def test_invalid_media_in_a_style_are_errors_at_the_style(pictures, name, message):
    pictures.write("cards/notetypes/country.yaml", COUNTRY.replace("back.png", "paper.png"))
    pictures.write("cards/notetypes/country.css", f"b {{ background: url({name}) }}")
    pictures.write("cards/deck.yaml", NOTE)
    put(pictures, "cards/notetypes/paper.png", b"paper")
    put(pictures, "cards/notetypes/paper.svg", b"<svg><script/></svg>")
    put(pictures, "cards/notetypes/empty.woff2", b"")
    (problem,) = pictures.check()
    place = ("cards/notetypes/country.css", 1, 21, 1, 21 + len(name))
    assert (problem.rule, problem.span) == ("template-media", place)
    assert problem.message.startswith(message)


@pytest.mark.parametrize("css", ["b { background: url(cards/paper.png) }", "cards/own.css"])
def test_media_in_the_project_stylesheet_are_used_and_packed(pictures, css):
    pictures.write("flashdeck.yaml", f'css: "{css}"\n')
    put(pictures, "cards/own.css", b"b { background: url(paper.png) }")
    put(pictures, "cards/paper.png", b"paper")
    assert pictures.check() == []
    (paper, _) = packed(pictures)
    (notetype,) = read_apkg(pictures.package).notetypes
    assert f"url({paper.name})" in notetype.css


def test_missing_media_in_the_project_stylesheet_are_errors(pictures):
    pictures.write("flashdeck.yaml", 'name: X\ncss: "b { background: url(paper.png) }"\n')
    (problem,) = pictures.check()
    assert (problem.rule, *problem.span[:3]) == ("template-media", "flashdeck.yaml", 2, 27)
    assert problem.message == "no file paper.png in the project's folder"


def test_on_a_case_insensitive_disk_another_case_is_missing(pictures, monkeypatch):
    """The next author's disk may know case: what the folder lists decides, not what opens."""

    opens = ManyFiles.open

    def opened(disk: ManyFiles, path: Path):
        (actual,) = [
            entry for entry in path.parent.iterdir() if entry.name.lower() == path.name.lower()
        ]
        return opens(disk, actual)

    monkeypatch.setattr(ManyFiles, "open", opened)
    pictures.replace("cards/deck.yaml", "map.png", "Map.PNG")
    (problem,) = pictures.check()
    assert problem.message == "no file Map.PNG beside cards/deck.yaml"
    assert problem.hint == "did you mean map.png?"


def test_one_picture_is_read_and_packed_once_however_often_it_is_used(pictures, monkeypatch):
    read = []
    opens = ManyFiles.open
    monkeypatch.setattr(
        ManyFiles, "open", lambda disk, path: read.append(path) or opens(disk, path)
    )
    pictures.write("cards/sub/deck.yaml", "notes:\n  - {q: Where?, a: '![a map](../map.png)'}\n")
    pictures.replace("cards/deck.yaml", "Where?", "'![one](map.png) ![the same](./map.png)'")
    pictures.built(output=pictures.root / "all.apkg")
    seen = [path for path in read if path.name == "map.png"]
    assert len(seen) == 2  # to be known and to be packed
    assert len(read_apkg(pictures.root / "all.apkg").media) == 1


def test_two_pictures_with_one_name_are_two_files_and_one_picture_in_two_folders_is_one(pictures):
    for folder, data in {"a": b"one", "b": b"another", "c": b"one"}.items():
        put(pictures, f"cards/{folder}/city.png", data)
    pictures.replace(
        "cards/deck.yaml", "map.png)", "a/city.png) ![](b/city.png) ![](c/city.png) ![](map.png)"
    )
    names = [media.name.partition("-")[0] for media in packed(pictures)]
    assert names == ["city", "city", "map"]


def test_messages_show_the_name_as_in_each_deck(pictures):
    pictures.write("cards/sub/deck.yaml", "notes:\n  - {q: '![](../no.png)', a: '![](no.png)'}\n")
    pictures.replace("cards/deck.yaml", "map.png", "no.png")
    assert sorted(problem.message for problem in pictures.check()) == [
        "no file ../no.png beside cards/sub/deck.yaml",
        "no file no.png beside cards/deck.yaml",
        "no file no.png beside cards/sub/deck.yaml",
    ]


def test_a_frame_shows_no_bytes_of_a_picture(pictures, capsys):
    put(pictures, "cards/old.png", b"\x89PNG\r\n\x1a\nIHDR")
    assert run(["check", "-C", str(pictures.root)]) == 0
    shown = capsys.readouterr().out
    assert "cards/old.png:1:1: warning: nothing uses cards/old.png [unused-media]" in shown
    assert "IHDR" not in shown
    assert run(["check", "-C", str(pictures.root), "--format", "json"]) == 0
    assert [problem["file"] for problem in json.loads(capsys.readouterr().out)] == ["cards/old.png"]


def test_a_picture_that_is_saved_while_it_is_packed_stops_the_build(pictures, monkeypatch):
    """Its name holds the digest of what it was; learners would never get what it is."""
    pictures.built()
    before = pictures.package.read_bytes()
    pictures.replace("cards/deck.yaml", "Where?", "Where is it?")

    def pack(*arguments, **options):
        put(pictures, "cards/map.png", b"MAP")
        write_apkg(*arguments, **options)

    monkeypatch.setattr(make, "write_apkg", pack)
    with pytest.raises(FlashdeckError, match=r"map-60be9861750f.png has changed while it was"):
        pictures.build()
    assert pictures.package.read_bytes() == before
