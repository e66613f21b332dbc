"""A deck that was typed in Anki's editor, rewritten as Markdown."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import pytest
from conftest import NOW
from editor_deck import deck
from owned_deck import PIXEL

from flashdeck import cards
from flashdeck.anki.html_text import strip_html
from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.write.apkg import write_apkg
from flashdeck.importing.importer import import_file
from flashdeck.importing.result import Rewriting
from flashdeck.model import Media
from flashdeck.release.build import build
from flashdeck.release.result import Options

COUNT = 240
TAG = re.compile(r"</?[a-z][^<>]*>")
LATEX = re.compile(r"latex", re.IGNORECASE)
FRAME = """<!doctype html><style>
body { margin: 20px; overflow-wrap: break-word }
hr { border: none; height: 1px; background: grey; margin: 1em }
ul, ol, li { text-align: start }
pre { text-align: left }
%s</style><body class=card><div id=qa dir=auto>%s</div>"""
# The place of each letter and picture.
PLACES = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeName === "IMG") {
      const { left, top, right, bottom } = node.getBoundingClientRect();
      found.push(["img", left, top, right, bottom]);
    }
    for (let at = 0; at < (node.nodeName === "#text" ? node.length : 0); at += 1) {
      if (!node.data[at].trim()) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const { left, top, right, bottom } = range.getBoundingClientRect();
      found.push([node.data[at], left, top, right, bottom]);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("editor") / "typed.apkg"
    collection = deck(1, COUNT, NOW)
    picture = Media.from_bytes("paste-1a2b.png", PIXEL)
    with path.open("w+b") as out:
        write_apkg(replace(collection, media=(picture,)), out)
    return path


def built(package, root, **options):
    done = import_file(package, root, now=NOW, **options)
    result = build(root, Options(now=NOW + 9, allow_scripts=True))
    assert [problem for problem in result.diagnostics if problem.severity == "error"] == []
    return done, result.packages[0]


@pytest.fixture(scope="module")
def rewritten(package, tmp_path_factory):
    root = tmp_path_factory.mktemp("rewritten") / "project"
    return built(package, root, markdown=Rewriting.REWRITE)


def text(html: str) -> str:
    return "".join(strip_html(html).split())


def pairs(package, made):
    """The cards before and after, without those with formulas for LaTeX, which change."""
    before, after = (cards(read_apkg(path)) for path in (package, made.path))
    for old, new in zip(before, after, strict=True):
        assert (old.note.guid, old.card.ordinal) == (new.note.guid, new.card.ordinal)
        if not LATEX.search(old.answer):
            yield old, new


def test_most_notes_are_without_tags_and_the_import_says_why_the_others_are_not(rewritten):
    done, _ = rewritten
    page = (done.root / "cards/d.yaml").read_text("utf-8")
    notes = page.split("\n  - ")[1:]
    tagged = [note for note in notes if TAG.search(note)]
    assert len(notes) == COUNT
    assert len(tagged) < COUNT / 10
    messages = {problem.message: problem.hint for problem in done.diagnostics}
    reasons = messages[f"{COUNT - len(tagged)} of {COUNT} notes without an HTML tag"]
    assert "colors, fonts and sizes" in reasons
    assert "pictures that are missing, or have a size" in reasons


def test_every_text_stays(package, rewritten):
    _, made = rewritten
    count = 0
    for old, new in pairs(package, made):
        assert (text(new.question), text(new.answer)) == (text(old.question), text(old.answer))
        count += 1
    assert count > COUNT


def test_rewritten_notes_are_edits_and_the_import_counts_them(package, rewritten):
    done, made = rewritten
    (message,) = (each.message for each in done.diagnostics if "rewritten" in each.message)
    assert message == f"{made.counts.changed} notes rewritten as Markdown with the same look"
    assert (made.counts.new, made.counts.removed) == (0, 0)
    before = {note.guid: note for note in read_apkg(package).notes}
    after = {note.guid: note for note in read_apkg(made.path).notes}
    newer = {guid for guid, note in after.items() if note.mod > before[guid].mod}
    assert len(newer) == made.counts.changed
    assert {guid for guid in after if after[guid].fields != before[guid].fields} >= newer


def test_markdown_of_the_same_meaning_is_no_edit(package, tmp_path):
    _, made = built(package, tmp_path / "project", markdown=Rewriting.SAME)
    assert (made.counts.new, made.counts.changed, made.counts.unchanged) == (0, 0, COUNT)
    page = (tmp_path / "project/cards/d.yaml").read_text("utf-8")
    assert page.count("markup: html") < COUNT / 10


@pytest.mark.slow
def test_cards_look_the_same_within_a_pixel(package, rewritten, page):
    _, made = rewritten
    css = read_apkg(package).notetypes[0].css
    address = f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"
    for old, new in list(pairs(package, made))[::3]:
        places = []
        for html in (old.answer, new.answer):
            page.set_content(FRAME % (css, html.replace("paste-1a2b.png", address)))
            places.append(page.evaluate(PLACES))
        before, after = places
        assert [one for one, *_ in before] == [one for one, *_ in after], old.note.fields
        for (_, *there), (_, *here) in zip(before, after, strict=True):
            assert max(abs(a - b) for a, b in zip(there, here, strict=True)) <= 1, old.note.fields
