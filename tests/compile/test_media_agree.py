"""The files that cards show are the files that a package brings: no more, no less."""

from __future__ import annotations

import hashlib
import json
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


HOSTILE = (
    '<img src="FILE">',
    "<IMG ALT='a > b' SRC=FILE>",
    "<IMG/SRC='FILE'>",
    '<img\nsrc="FILE"\n>',
    '<img src = "FILE">',
    '<img src="./FILE">',
    '<img srcset="FILE 2x">',
    '<img SRCSET="data:,x 1x,FILE 2x,">',
    "<picture><source srcset='FILE'></picture>",
    "<video poster=FILE></video>",
    "<video><track src=FILE></video>",
    "<audio><source SRC=FILE></audio>",
    '<OBJECT DATA="FILE"></OBJECT>',
    "<embed src=FILE>",
    "<input type=image src=FILE>",
    "<table background=FILE><tr><td background='FILE'>x</td></tr></table>",
    '<p style="background: url(FILE)">x</p>',
    "<p STYLE='background: URL( &quot;FILE&quot; )'>x</p>",
    '<p style="background: image-set(&#39;FILE&#39; 1x)">x</p>',
    "<style>.x { background: url('FILE') }</style>",
    '<style>@import "FILE";</style>',
    "<svg><image href='FILE'/></svg>",
    "<svg><image XLINK:HREF=FILE></image></svg>",
    "<svg><style>.y { fill: url(FILE#z) }</style><rect mask='url(FILE)'/></svg>",
    "<svg><use href=FILE#x></use><filter><feImage href=FILE></feImage></filter></svg>",
    "<link rel=stylesheet href=FILE>",
    "<script src=FILE></script>",
    "[sound:FILE]",
)
"""Forms in which HTML makes a browser load the file `FILE`."""


class Browser(HTMLParser):
    """Gathers every file that HTML asks for, independently of flashdeck's own parser."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.names: set[str] = set()

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "srcset":
                self.names.update(re.findall(r"[\w-]+\.png", value or ""))
            elif name in {"src", "data", "poster", "background", "href", "xlink:href"}:
                self.names.add(value or "")
            else:
                self.handle_data(value or "")

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        css = r"""(?i:\burl\(|image-set\(|@import)\s*["']?([^"')\s]+)"""
        self.names.update(re.findall(css, data))


def asked(learner: Learner) -> set[str]:
    """Give the files that any card of a learner asks for."""
    browser = Browser()
    for number in learner.collection.find_cards(""):
        card = learner.collection.get_card(number)
        output = card.render_output()
        browser.feed(f"<style>{output.css}</style>{output.question_text}{output.answer_text}")
        tags = (*output.question_av_tags, *output.answer_av_tags)
        browser.names.update(tag.filename for tag in tags)
    names = {re.sub(r"[?#].*", "", name).removeprefix("./").strip() for name in browser.names}
    return {name for name in names if name and not name.startswith("data:")}


def write_hostile(project, media: str, names: str) -> None:
    """Write a note and a template for each form, whose files begin with the letter of `names`."""
    fields = [form.replace("FILE", f"{names}f{i}.png") for i, form in enumerate(HOSTILE)]
    sides = [form.replace("FILE", f"{names}t{i}.png") for i, form in enumerate(HOSTILE)]
    project.write("flashdeck.yaml", f"id: abcdefgh\nname: X\nmarkup: html\nmedia: {media}\n")
    notes = [f"  - {{q: x, a: {json.dumps(text)}}}" for text in fields]
    composed = f"  - {{notetype: N, fields: {{F: {names}c0, G: '{names}c1.png'}}}}"
    project.write("cards/d.yaml", "\n".join(["deck: D", "notes:", *notes, composed]) + "\n")
    composing = "<img src=_{{F}}.png><p style='background: url({{G}})'>[sound:{{G}}]"
    lines = [
        *("notetype: N", "fields: [F, G]", "templates:", "  - name: c"),
        f"    front: {json.dumps('{{F}}' + ''.join(sides))}",
        f"    back: {json.dumps(composing)}",
        f"css: '.card {{ background: url({names}css.png) }}'",
    ]
    project.write("cards/notetypes/n.yaml", "\n".join(lines) + "\n")


def write_files(project, names: str) -> None:
    for i in range(len(HOSTILE)):
        project.write(f"cards/{names}f{i}.png", f"f{i}")
        project.write(f"cards/notetypes/{names}t{i}.png", f"t{i}")
    project.write(f"cards/notetypes/{names}css.png", "css")
    project.write(f"cards/_{names}c0.png", "c0")
    project.write(f"cards/{names}c1.png", "c1")


def named(problems) -> set[str]:
    """Give the files that messages name."""
    words = " ".join(problem.message for problem in problems)
    return {name.removeprefix("./") for name in re.findall(r"[./\w]+\.png", words)}


@pytest.mark.parametrize("media", ["verbatim", "hashed"])
@pytest.mark.parametrize("names", ["_p", "p"])
def test_every_file_that_a_card_asks_for_arrives_or_is_reported(project, media, names):
    write_hostile(project, media, names)
    write_files(project, names)
    problems = project.built(allow_scripts=True).diagnostics
    with Learner() as learner:
        learner.import_package(project.package)
        names, files = asked(learner), set(learner.media())
    assert len(names) > 2 * len(HOSTILE)
    lost = {re.sub(r"^_?(.*?)(?:-[0-9a-f]{12})?(?=\.)", r"\1", name) for name in names - files}
    assert lost - {name.removeprefix("_") for name in named(problems)} == set()
    assert named(problems) & files == set()
    assert {
        problem.message for problem in project.check() if problem.rule == "unused-media"
    } == set()


@pytest.mark.parametrize("media", ["verbatim", "hashed"])
@pytest.mark.parametrize("names", ["_m", "m"])
def test_every_missing_file_that_a_card_asks_for_is_reported(project, media, names):
    write_hostile(project, media, names)
    problems = project.build(allow_scripts=True).diagnostics
    of_forms = {f"{names}{where}{i}.png" for where in "ft" for i in range(len(HOSTILE))}
    missing = of_forms | {f"{names}css.png", f"_{names}c0.png", f"{names}c1.png"}
    assert missing - named(problems) == set()


def test_check_reports_the_files_that_are_not_packed_as_unused(forms):
    forms.replace("cards/forms.yaml", "<object data=c.svg></object>", "")
    forms.replace("cards/notetypes/map.yaml", "<Object DATA='_two.svg'></Object>", "")
    unused = {problem.span.path for problem in forms.check() if problem.rule == "unused-media"}
    gone = {"cards/c.svg", "cards/notetypes/_two.svg"}
    assert unused == {f"cards/{name}" for name in UNUSED} | gone
