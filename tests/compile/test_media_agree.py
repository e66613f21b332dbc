"""The files that cards show are the files that a package brings: no more, no less."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser

import pytest
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.template.av import Sound
from flashdeck.anki.template.render import render
from flashdeck.importing.importer import import_file
from flashdeck.model import Collection
from flashdeck.rendered_cards import cards

SQUARE = f"latex-{hashlib.sha1(b'$x^2$').hexdigest()}.png"  # noqa: S324 - Anki's choice
NOTETYPE = """\
notetype: Map
fields: [Land, Map]
templates:
  - name: One
    front: "{{Land}}<IMG SRC=_front.png><!-- <img src=_comment.png> -->"
    back: "{{FrontSide}}<hr>{{Map}}[sound:_back.mp3]"
  - name: Two
    front: "{{#Map}}{{Map}}{{/Map}}"
    back: "{{Land}}<Object DATA='_two.svg'></Object>"
css: ".card { background: URL(_bg.png) } /* url(_none.png) */"
"""
CLOZE = """\
notetype: Holes
kind: cloze
fields: [Text, More]
templates:
  - {name: C, front: "{{cloze:Text}}", back: "{{cloze:Text}}{{More}}"}
"""
DECK = """\
deck: Forms
notes:
  - {q: '<IMG SRC="upper.png">', a: "<img Src='mixed é.png' alt=x>"}
  - {q: "[sound:地图.mp3]", a: "<Audio SRC=a.mp3></Audio><video><SOURCE src='b.mp4'></video>"}
  - {q: square, a: "[$]x^2[/$] <object data=c.svg></object>"}
  - notetype: Map
    fields: {Land: Peru, Map: "<a href=plain.png>x</a><img src=map.png>"}
  - notetype: Holes
    fields: {Text: "{{c1::<img src=d.png>::<img src=e.png>}}", More: "a & <img src='f&amp;g.png'>"}
"""
IN_FIELDS = ("upper.png", "mixed é.png", "地图.mp3", "a.mp3", "b.mp4", "c.svg")
IN_FIELDS += ("map.png", "d.png", "e.png", "f&g.png", SQUARE)
IN_TEMPLATES = ("_front.png", "_back.mp3", "_two.svg", "_bg.png")
UNUSED = ("plain.png", "other.png", f"latex-{'0' * 40}.png")


class Page(HTMLParser):
    """Gathers the files that a page loads, as a browser does."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        loads = "data" if tag == "object" else "src"
        self.names.update(value for name, value in attrs if name == loads and value)


def shown(collection: Collection) -> set[str]:
    """Give the files that any side of any card shows or plays, and those of its style."""
    page = Page()
    sounds: set[str] = set()
    media = {media.name for media in collection.media}
    for card in cards(collection):
        page.feed(card.question + card.answer)
        rendered = render(card.notetype, card.note, card.card, media=media)
        tags = (*rendered.question_av, *rendered.answer_av)
        sounds |= {tag.name for tag in tags if isinstance(tag, Sound)}
    styles = " ".join(notetype.css for notetype in collection.notetypes)
    styles = re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)
    return page.names | sounds | set(re.findall(r"(?i:url)\((\S+?)\)", styles))


def content(name: str) -> str:
    """Write a file that differs from all others."""
    return f"<svg><!-- {name} --></svg>" if name.endswith(".svg") else name


@pytest.fixture(params=["verbatim", "hashed"])
def forms(request, project):
    """A project in which files are named in every form, with files that nothing names."""
    settings = f"id: abcdefgh\nname: X\nmarkup: html\nmedia: {request.param}\n"
    project.write("flashdeck.yaml", settings)
    project.write("cards/notetypes/map.yaml", NOTETYPE)
    project.write("cards/notetypes/holes.yaml", CLOZE)
    project.write("cards/forms.yaml", DECK)
    for name in (*IN_FIELDS, *UNUSED):
        project.write(f"cards/{name}", content(name))
    for name in IN_TEMPLATES:
        project.write(f"cards/notetypes/{name}", content(name))
    project.built(allow_scripts=True)
    return project


def test_a_package_holds_what_its_cards_show(forms):
    package = read_apkg(forms.package)
    names = {media.name for media in package.media}
    assert len(names) == len(IN_FIELDS) + len(IN_TEMPLATES)
    assert shown(package) == names
    with Learner() as learner:
        learner.import_package(forms.package)
        assert set(learner.media()) == names


def test_an_imported_deck_holds_what_its_cards_show(forms, tmp_path):
    names = {media.name for media in read_apkg(forms.package).media}
    forms.root = import_file(forms.package, tmp_path / "imported", now=forms.now).root
    forms.built(allow_scripts=True)
    package = read_apkg(forms.package)
    assert {media.name for media in package.media} == shown(package) == names


def test_an_import_reports_files_that_a_build_would_leave_out(forms, tmp_path, monkeypatch):
    forms.write("cards/upper.png", "x" * 200)
    forms.built(allow_scripts=True)
    monkeypatch.setattr("flashdeck.compile.media.table.LARGEST", 150)
    done = import_file(forms.package, tmp_path / "imported", now=forms.now)
    (problem,) = [problem for problem in done.diagnostics if "build" in problem.message]
    assert problem.message == "1 file that cards show would be left out of a build"
    assert problem.hint.startswith("as upper")


def test_check_reports_the_files_that_are_not_packed_as_unused(forms):
    forms.replace("cards/forms.yaml", "<object data=c.svg></object>", "")
    forms.replace("cards/notetypes/map.yaml", "<Object DATA='_two.svg'></Object>", "")
    unused = {problem.span.path for problem in forms.check() if problem.rule == "unused-media"}
    gone = {"cards/c.svg", "cards/notetypes/_two.svg"}
    assert unused == {f"cards/{name}" for name in UNUSED} | gone
