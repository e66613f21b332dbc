"""Scripts and files of an imported deck in the preview: storage, static files, pictures."""

from __future__ import annotations

import pytest
from browsing import serving
from playwright.sync_api import expect

from flashdeck.preview.preview import PreviewedSources, write_page
from flashdeck.preview.serve.onefile import OneFile

SETTINGS = "id: abcdefgh\nname: X\nmarkup: html\nmedia: verbatim\n"
NOTETYPE = """\
notetype: Quiz
fields: [F]
templates:
  - name: One
    front: front.html
    back: back.html
css: "@import url('_style.css');"
"""
FRONT = """\
<p id=out>{{F}}</p><script src="_first.js"></script>
<script>
  sessionStorage.setItem("choice", "b");
  sessionStorage.other = 3;
  localStorage["kept"] = [...Object.keys(sessionStorage), sessionStorage.length, first()].join();
</script>
"""
BACK = """\
<p id=out></p>
<script>
  var got = [sessionStorage.getItem("choice"), sessionStorage.getItem("none"), localStorage.kept];
  fetch("_data.json").then((answer) => answer.json()).then((data) => {
    document.getElementById("out").textContent = [...got, data.word, origin].join(" | ");
  });
</script>
"""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>'
PICTURES = (
    '<object data="a b.svg"></object><embed src="a b.svg"><img srcset="a%20b.svg 1x">'
    '<svg><image href="a b.svg" width="7" height="7"/></svg><video poster="a b.svg"></video>'
    '<p style="background: url(&quot;a b.svg&quot;)">x</p>'
)


@pytest.fixture
def quiz(project):
    """A deck whose template passes state from the question to the answer."""
    project.write("flashdeck.yaml", SETTINGS)
    project.write("cards/notetypes/quiz.yaml", NOTETYPE)
    project.write("cards/notetypes/front.html", FRONT)
    project.write("cards/notetypes/back.html", BACK)
    project.write("cards/media/_first.js", "function first() { return 'first'; }")
    project.write("cards/media/_data.json", '{"word": "fetched"}')
    project.write("cards/media/_style.css", "#out { color: rgb(1, 2, 3) }")
    project.write("cards/d.yaml", "deck: D\nnotetype: Quiz\nnotes:\n  - fields: {F: a}\n")
    return project


def opened(page, address):
    """Open the first card; return its frame."""
    page.goto(address)
    expect(page.locator(".tile .face.drawn").first).to_be_visible()
    page.locator("[data-view=single]").click()
    return page.frame_locator("#single .screen iframe")


def test_templates_store_state_and_load_static_files_inside_the_sandbox(quiz, page):
    previewed = PreviewedSources(quiz.root, allow_scripts=True)
    with serving(previewed, allow_scripts=True) as running:
        card = opened(page, running.address)
        expect(card.locator("#out")).to_have_text("a")
        expect(card.locator("#out")).to_have_css("color", "rgb(1, 2, 3)")
        page.keyboard.press("Space")
        expect(card.locator("#out")).to_have_text("b |  | choice,other,2,first | fetched | null")
        page.reload()
        expect(card.locator("#out")).to_be_visible()


def test_what_a_card_stores_is_there_in_other_frames(quiz, page):
    quiz.write("cards/notetypes/front.html", "{{F}}<script>localStorage.n = '1'</script>")
    previewed = PreviewedSources(quiz.root, allow_scripts=True)
    with serving(previewed, allow_scripts=True) as running:
        opened(page, running.address)
        frames = [frame for frame in page.frames if frame.url == running.frame]
        assert len(frames) > 1
        for frame in frames:
            frame.wait_for_function("localStorage.n === '1'")
        assert {frame.evaluate("origin") for frame in frames} == {"null"}


def test_without_the_option_accepted_scripts_are_packed_and_do_not_run(quiz, page):
    (problem,) = [one for one in quiz.check() if "hint" in dir(one) and "allow_scripts" in one.hint]
    entry = problem.hint.partition("flashdeck.yaml: ")[2]
    quiz.write("flashdeck.yaml", f"{SETTINGS}{entry}\n")
    quiz.built()
    with serving(PreviewedSources(quiz.root, allow_scripts=False)) as running:
        card = opened(page, running.address)
        page.keyboard.press("Space")
        expect(card.locator("#out")).to_have_text("")
        assert card.locator("#out").evaluate("() => sessionStorage.length") == 0


@pytest.mark.parametrize("single", [False, True])
def test_every_form_of_a_picture_is_shown(project, page, tmp_path, single):
    project.write("flashdeck.yaml", SETTINGS)
    project.write("cards/media/a b.svg", PICTURE)
    project.write("cards/d.yaml", f"deck: D\nnotes:\n  - q: x\n    a: '<p>{PICTURES}</p>'\n")
    previewed = PreviewedSources(project.root, allow_scripts=True)
    failed = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("response", lambda response: response.ok or failed.append(response.url))
    with serving(previewed) as running:
        address = running.address
        if single:
            path = tmp_path / "page.html"
            write_page(previewed.first(), path, None, OneFile())
            address = path.as_uri()
        card = opened(page, address)
        page.keyboard.press("Space")
        expect(card.locator("img")).to_have_count(3)
        for place in range(3):
            picture = card.locator("img").nth(place)
            expect(picture).to_have_js_property("complete", True)
            assert picture.evaluate("one => one.naturalWidth") == 7
    assert failed == []


def test_a_control_character_is_dropped_as_in_anki(project, page):
    project.write("flashdeck.yaml", SETTINGS)
    project.write("cards/d.yaml", 'deck: D\nnotes:\n  - q: "a\\x08b\\x01c"\n    a: d\n')
    with serving(PreviewedSources(project.root, allow_scripts=False)) as running:
        card = opened(page, running.address)
        assert "abc" in card.locator("#qa").inner_text()
