"""Masks are drawn over the picture of a note, in a real browser."""

from __future__ import annotations

import random
import re

import pytest
from browsing import cards_on_screen, serving
from playwright.sync_api import expect

from flashdeck.preview.preview import PreviewedSources

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="400"><rect width="9"/></svg>'
DECK = """\
deck: Maps
notes:
  - image: map.svg  # the map
    occlude:
      # the first
      - {label: north, at: [10%, 10%, 20%, 20%], n: 3}
      - {label: south, at: [60%, 60%, 20%, 20%], n: 1}
    id: masks0000001
"""


@pytest.fixture(params=[1280, 390])
def masks(request, project, page):
    """The open masks of a note, on desktop and phone."""
    project.write("cards/map.svg", PICTURE)
    project.write("cards/maps.yaml", DECK)
    page.set_viewport_size({"width": request.param, "height": 800})
    with serving(PreviewedSources(project.root, allow_scripts=False)) as running:
        page.goto(f"{running.address}#card=masks0000001")
        page.get_by_role("button", name="Edit masks").click()
        expect(page.locator("#masks .mask")).to_have_count(2)
        yield page


def place(page, x, y):
    """A place on the screen, from percent of the picture."""
    box = page.locator("#masks .sheet svg").bounding_box()
    return box["x"] + box["width"] * x / 100, box["y"] + box["height"] * y / 100


def drag(page, start, end):
    page.mouse.move(*place(page, *start))
    page.mouse.down()
    page.mouse.move(*place(page, *end), steps=3)
    page.mouse.up()


def save(page):
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#masks")).to_be_hidden()


def places(project):
    return [
        [float(edge) for edge in re.findall(r"[\d.]+(?=%)", line)]
        for line in project.read("cards/maps.yaml").splitlines()
        if "at:" in line
    ]


def near(found, wanted, page):
    """Whether places are equal up to half a pixel and the tenth of a percent that is written."""
    box = page.locator("#masks .sheet svg").bounding_box()
    slack = 0.1 + 100 / min(box["width"], box["height"])
    return all(abs(one - other) <= slack for one, other in zip(found, wanted, strict=True))


def test_a_mask_is_drawn_named_and_written(masks, project):
    masks.get_by_role("button", name="Ellipse").click()
    drag(masks, (40, 30), (50, 50))
    masks.keyboard.type("the west")
    expect(masks.locator("#masks ellipse")).to_be_visible()
    save(masks)
    new = project.read("cards/maps.yaml").splitlines()[7]
    assert re.fullmatch(r"      - \{label: the west, at: \[.*\], shape: ellipse\}", new)
    assert project.read("cards/maps.yaml").replace(f"{new}\n", "") == DECK
    expect(masks.locator("#count")).to_have_text("3 cards")


def test_masks_are_moved_resized_and_removed(masks, project):
    drag(masks, (20, 20), (30, 25))
    drag(masks, (40, 35), (50, 45))  # the corner of the moved mask
    masks.get_by_role("button", name="Remove mask 2").click()
    sheet = masks.locator("#masks .sheet svg").bounding_box()
    assert sheet["width"] > 0
    masks.locator("#masks .mask").click()
    masks.keyboard.press("ArrowRight")
    wanted = [20.5, 15, 30, 30]
    assert near(masks.evaluate(SHOWN)[0], wanted, masks)
    save(masks)
    assert all(abs(a - b) < 1.5 for a, b in zip(places(project)[0], wanted, strict=True))
    assert "{label: north, at: [" in project.read("cards/maps.yaml")
    assert "south" not in project.read("cards/maps.yaml")


# The drawn rectangles in percent of the picture, as the screen has them.
SHOWN = """() => [...document.querySelectorAll("#masks .mask")].map((mask) => {
  const sheet = document.querySelector("#masks .sheet svg").getBoundingClientRect();
  const { x, y, width, height } = mask.getBoundingClientRect();
  return [100 * (x - sheet.x) / sheet.width, 100 * (y - sheet.y) / sheet.height,
    100 * width / sheet.width, 100 * height / sheet.height];
})"""


def test_undo_takes_every_step_back(masks, project):
    before = masks.evaluate(SHOWN)
    drag(masks, (20, 20), (30, 25))
    drag(masks, (80, 10), (90, 20))
    masks.get_by_role("button", name="Remove mask 1").click()
    masks.get_by_role("button", name="Ellipse").click()
    for _ in range(3):
        masks.get_by_role("button", name="Undo").click()
    expect(masks.get_by_role("button", name="Undo")).to_be_disabled()
    assert masks.evaluate(SHOWN) == before
    save(masks)
    assert project.read("cards/maps.yaml") == DECK


def test_what_was_edited_meanwhile_is_not_overwritten(masks, project):
    drag(masks, (20, 20), (30, 25))
    project.replace("cards/maps.yaml", "label: south", "label: far south")
    masks.get_by_role("button", name="Save").click()
    expect(masks.locator("#masks .saying")).to_contain_text("was edited meanwhile")
    assert "[10%, 10%, 20%, 20%]" in project.read("cards/maps.yaml")


def test_cancel_writes_nothing(masks, project):
    drag(masks, (40, 30), (50, 50))
    masks.get_by_role("button", name="Cancel").click()
    expect(masks.locator("#masks")).to_be_hidden()
    assert project.read("cards/maps.yaml") == DECK


def test_a_hundred_masks_are_written_where_they_were_drawn(masks, project):
    chance = random.Random(7)
    wanted = []
    for _ in range(100):
        left, top = chance.uniform(0, 90), chance.uniform(81, 94)
        wanted.append([left, top, chance.uniform(2, 9), chance.uniform(2, 5)])
    # As pointer events, since the other masks would catch a mouse.
    masks.evaluate(DRAW, wanted)
    expect(masks.locator("#masks .mask")).to_have_count(102)
    save(masks)
    written = places(project)
    assert written[:2] == [[10, 10, 20, 20], [60, 60, 20, 20]]
    for found, place in zip(written[2:], wanted, strict=True):
        # A tenth of a percent for each edge that is written.
        assert all(abs(one - other) <= 0.1 for one, other in zip(found, place, strict=True))
    text = project.read("cards/maps.yaml")
    assert DECK.rpartition("    id:")[0] == text[: len(DECK.rpartition("    id:")[0])]


DRAW = """(wanted) => {
  const surface = document.querySelector("#masks .sheet svg");
  surface.setPointerCapture = () => {};
  for (const [left, top, width, height] of wanted) {
    const box = surface.getBoundingClientRect();
    const at = (x, y) => ({ bubbles: true, button: 0, pointerId: 1,
      clientX: box.left + (x * box.width) / 100, clientY: box.top + (y * box.height) / 100 });
    surface.dispatchEvent(new PointerEvent("pointerdown", at(left, top)));
    surface.dispatchEvent(new PointerEvent("pointermove", at(left + width, top + height)));
    surface.dispatchEvent(new PointerEvent("pointerup", at(left + width, top + height)));
  }
}"""


@pytest.fixture(params=[1280, 390])
def overview(request, project, page):
    """The overview of a project with a picture that no note shows yet, on desktop and phone."""
    project.write("cards/map.svg", PICTURE)
    project.write("cards/more.yaml", "deck: More\nnotes:\n  - {q: a, a: b}\n")
    project.write("cards/words.yaml", "deck: Words\nnotes:\n  - {q: c, a: d}  # the first\n")
    page.set_viewport_size({"width": request.param, "height": 800})
    with serving(PreviewedSources(project.root, allow_scripts=False)) as running:
        page.goto(f"{running.address}#view=overview")
        page.get_by_role("button", name="New occlusion note from cards/map.svg").click()
        expect(page.get_by_role("heading", name="New note")).to_be_visible()
        expect(page.locator("#masks img")).to_have_js_property("naturalWidth", 800)
        yield page


def test_a_new_note_is_drawn_over_a_picture_of_the_project(overview, project):
    drag(overview, (40, 30), (50, 50))
    overview.keyboard.type("the west")
    overview.get_by_label("Deck file").select_option("cards/words.yaml")
    save(overview)
    expect(overview.locator("#said")).to_have_text("The note is written into cards/words.yaml.")
    *before, image, occlude, mask = project.read("cards/words.yaml").splitlines()
    assert before == ["deck: Words", "notes:", "  - {q: c, a: d}  # the first"]
    assert [image, occlude] == ["  - image: map.svg", "    occlude:"]
    assert re.fullmatch(r"      - \{label: the west, at: \[[\d.%, ]+\]\}", mask)
    expect(overview.locator("#count")).to_have_text("3 cards")
    expect(overview.locator(".tile", has_text="Words")).to_have_count(2)
    expect(overview.locator(".tile .face.drawn")).to_have_count(3)
    assert len(cards_on_screen(overview)) >= 2


def test_a_new_note_is_not_written_into_a_file_that_was_edited_meanwhile(overview, project):
    overview.get_by_role("button", name="Save").click()
    expect(overview.locator("#masks .saying")).to_contain_text("at least one mask")
    drag(overview, (40, 30), (50, 50))
    project.replace("cards/more.yaml", "q: a", "q: aa")
    overview.get_by_role("button", name="Save").click()
    expect(overview.locator("#masks .saying")).to_contain_text("cards/more.yaml was edited")
    assert "image" not in project.read("cards/more.yaml")


def test_masks_need_the_secret_of_the_run(project, page):
    project.write("cards/map.svg", PICTURE)
    project.write("cards/maps.yaml", DECK)
    with serving(PreviewedSources(project.root, allow_scripts=False)) as running:
        page.goto(running.address)
        expect(page.locator("#count")).to_have_text("2 cards")
        post = """([secret, body, to = "masks"]) => fetch(to, {
          method: "POST", body: JSON.stringify(body),
          headers: {"Content-Type": "application/json", ...(secret ? {"X-Flashdeck": secret} : {})},
        }).then((answer) => answer.status)"""
        body = {"card": 1, "digest": "", "masks": []}
        assert page.evaluate(post, ["", body]) == 403
        assert page.evaluate(post, [running.guard.page, body]) == 200  # an error in words
        new = {"picture": "cards/map.svg", "deck": "cards/maps.yaml", "masks": []}
        assert page.evaluate(post, ["", new, "occlusion"]) == 403
        assert page.evaluate(post, [running.guard.page, [], "occlusion"]) == 400
        for name, status in (("cards/map.svg", 200), ("cards/maps.yaml", 404), ("../x.svg", 404)):
            get = "(name) => fetch(`picture?name=${name}`).then((answer) => answer.status)"
            assert page.evaluate(get, name) == status
        for odd in (
            {},
            {"card": "x"},
            {"card": "x", "problem": 0, "masks": []},
            [],
            {"card": 99, "masks": []},
            {"card": 1, "masks": [{}]},
        ):
            assert page.evaluate(post, [running.guard.page, odd]) in (400, 404)
    assert project.read("cards/maps.yaml") == DECK
