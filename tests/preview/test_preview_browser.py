"""The live page in a real browser."""

from __future__ import annotations

import re

import pytest
from browsing import SILENCE, UNSCALED, cards_on_screen, serving
from playwright.sync_api import expect

from flashdeck.preview.preview import PreviewedPackage, PreviewedSources

DECK = """\
deck: Flask::Basics
tags: [web]
notes:
  - q: Who created Flask?
    a: Armin Ronacher
    hint: His initials are A. R.
    id: note00000001
  - q: Which status does it send?
    a: "404"
    typed: true
    tags: [http::codes]
    id: note00000002
  - cloze: Flask relies on {{c1::Werkzeug}} and {{c2::Jinja}}.
    id: note00000003
  - q: Which library is the WSGI layer?
    choices: [Jinja, Werkzeug, Click]
    a: Werkzeug
    id: note00000004
---
deck: Español
notes:
  - q: Buenos días
    a: $x^2$ and more
    id: note00000005
"""


SETTINGS = "id: previewtests1\nname: Preview\n"


@pytest.fixture
def deck(project):
    """A deck that the test edits."""
    project.write("cards/flask.yaml", DECK)
    project.write("flashdeck.yaml", SETTINGS)
    return project


@pytest.fixture
def live(deck, preview, page):  # noqa: ARG001 - the deck must exist first
    """The page of the edited deck."""
    page.goto(preview.address)
    expect(page.locator(".tile .face.drawn")).to_have_count(6)
    return page


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """The deck, served once for all read-only tests."""
    root = tmp_path_factory.mktemp("shared")
    (root / "cards").mkdir()
    (root / "cards" / "flask.yaml").write_text(DECK, "utf-8")
    (root / "flashdeck.yaml").write_text(SETTINGS, "utf-8")
    with serving(PreviewedSources(root, allow_scripts=False)) as running:
        yield running


@pytest.fixture
def look(shared, page):
    """The page of the read-only deck."""
    page.goto(shared.address)
    expect(page.locator("#count")).to_have_text("6 cards")
    return page


def tile(page, number):
    return page.locator(f".tile[aria-posinset='{number}']")


def card(page, number, side="question"):
    """The content of one side of the card in a tile."""
    return tile(page, number).frame_locator(f".{side} iframe").locator("#qa")


def seen(page, number, side):
    """How strongly a side of a tile is shown, from 0 to 1, where the pointer reaches it."""
    part = tile(page, number).locator(f".part.{side}")
    box = part.bounding_box()
    middle = f"{box['x'] + box['width'] / 2}, {box['y'] + min(box['height'] / 2, 20)}"
    hit = f"document.elementFromPoint({middle}).closest('.tile').getAttribute('aria-posinset')"
    assert page.evaluate(hit) == str(number)
    return float(part.evaluate("one => getComputedStyle(one).opacity"))


def opened(page, number):
    """Open a card; returns its document."""
    tile(page, number).hover()
    tile(page, number).locator(".open").click()
    expect(page.locator("#single .screen[data-shown]").first).to_be_visible()
    return single(page)


def single(page):
    return page.frame_locator("#single .screen:first-child iframe")


def expect_matching(page, notes):
    """Wait until the matching cards are those of ``notes``, given as last digits of their ids.

    Waiting for the count is not enough: the search before may have found as many cards.
    """
    found = "Store.found.map((key) => Number(Store.cards.get(key).id.slice(-1))).join()"
    page.wait_for_function(f"notes => {found} === notes", arg=",".join(map(str, notes)))


def test_the_gallery_shows_every_card_as_anki_will(look):
    expect(card(look, 1)).to_contain_text("Who created Flask?")
    expect(card(look, 1)).not_to_contain_text("Armin Ronacher")
    expect(card(look, 3).locator(".cloze")).to_have_text("[...]")
    expect(card(look, 4)).to_contain_text("Werkzeug")
    expect(card(look, 6)).to_contain_text("Buenos días")
    expect(look.locator("#count")).to_have_text("6 cards")


def test_space_and_enter_turn_the_card_and_arrows_go_on(look):
    shown = opened(look, 1).locator("#qa")
    look.keyboard.press("Space")
    expect(shown).to_contain_text("Armin Ronacher")
    look.keyboard.press("Space")
    expect(shown).not_to_contain_text("Armin Ronacher")
    look.keyboard.press("Enter")
    expect(shown).to_contain_text("Armin Ronacher")
    look.keyboard.press("ArrowRight")
    expect(shown).to_contain_text("Which status")
    look.keyboard.press("ArrowRight")
    look.keyboard.press("ArrowLeft")
    expect(look.locator(".at")).to_have_text("2 / 6")


def test_keys_pressed_inside_a_card_work(look):
    shown = opened(look, 1)
    shown.locator("body").press("Space")
    expect(shown.locator("#qa")).to_contain_text("Armin Ronacher")
    shown.locator("body").press("ArrowRight")
    expect(look.locator(".at")).to_have_text("2 / 6")


def test_a_click_turns_an_open_card(look):
    shown = opened(look, 1).locator("#qa")
    shown.get_by_text("Who created Flask?").click()
    expect(shown).to_contain_text("Armin Ronacher")
    shown.get_by_text("Armin Ronacher").click()
    expect(shown).not_to_contain_text("Armin Ronacher")


def test_a_click_on_what_a_card_offers_does_not_turn_it(look):
    shown = opened(look, 5).locator("#qa")
    shown.locator(".fd-choices label", has_text="Click").click()
    expect(shown.get_by_label("Click")).to_be_checked()
    shown.get_by_text("Which library").dblclick()  # selects a word
    expect(shown.locator("#answer")).not_to_be_attached()


def test_a_tile_shows_both_sides_and_the_answer_toned_down(look):
    expect(card(look, 1, "answer")).to_contain_text("Armin Ronacher")
    assert seen(look, 1, "question") == 1
    assert seen(look, 1, "answer") < 0.6
    tile(look, 1).locator(".cover").click()
    expect(tile(look, 1).locator(".part.answer")).to_have_css("opacity", "1")
    expect(tile(look, 3).locator(".part.answer")).not_to_have_css("opacity", "1")
    look.locator("#answers").click()
    expect(tile(look, 3).locator(".part.answer")).to_have_css("opacity", "1")
    expect(card(look, 3, "answer")).to_contain_text("Werkzeug")


def test_a_question_is_never_cut_off_by_its_answer(look):
    expect(card(look, 5, "answer")).to_contain_text("Werkzeug")
    for number in range(1, 7):
        question = tile(look, number).locator(".part.question")
        top = card(look, number).bounding_box()["y"]
        assert top >= question.bounding_box()["y"]
        assert question.bounding_box()["height"] >= 40


@pytest.mark.parametrize("width", [1280, 390])
def test_a_tile_is_as_high_as_its_content_up_to_a_limit(deck, page, width):
    lines = "\n".join(f"      line {at}\n" for at in range(60))
    deck.write("cards/long.yaml", f"notes:\n  - q: short\n    a: |\n{lines}    id: long00000001\n")
    page.set_viewport_size({"width": width, "height": 800})
    with serving(PreviewedSources(deck.root, allow_scripts=False)) as running:
        page.goto(f"{running.address}#query=note00000001")
        expect(tile(page, 1).locator(".part.answer.drawn")).to_be_attached()
        low = tile(page, 1).bounding_box()["height"]
        page.locator("#query").fill("long00000001")
        expect(tile(page, 1).locator(".part.answer.cut")).to_be_attached()
        assert low < tile(page, 1).bounding_box()["height"] < 420


def test_a_double_click_opens_the_card(look):
    tile(look, 2).locator(".cover").dblclick()
    expect(single(look).locator("#qa")).to_contain_text("Which status")


def test_back_and_forward_go_through_what_was_shown(look):
    opened(look, 1)
    expect(single(look).locator("#qa")).to_contain_text("Who created")
    look.keyboard.press("t")
    expect(look.locator("#table")).to_be_visible()
    look.go_back()
    expect(single(look).locator("#qa")).to_contain_text("Who created")
    look.go_back()
    expect(tile(look, 1)).to_be_visible()
    look.locator("[data-group=tag] button", has_text="codes").click()
    expect_matching(look, [2])
    look.go_back()
    expect(look.locator("#count")).to_have_text("6 cards")
    look.go_forward()
    expect_matching(look, [2])
    look.go_back()
    look.go_forward()
    look.reload()
    expect_matching(look, [2])


def test_a_card_has_an_address_that_can_be_shared_and_edited(look, shared):
    opened(look, 4)
    expect(look).to_have_url(re.compile(r"card=note00000003(%3A|:)2"))
    look.keyboard.press("Space")
    expect(look).to_have_url(re.compile("side=answer"))
    look.goto("about:blank")
    look.goto(f"{shared.address}#card=note00000005&side=answer")
    expect(single(look).locator("#qa")).to_contain_text("and more")
    look.evaluate("location.hash = '#card=note00000003:2'")
    expect(single(look).locator(".cloze")).to_have_text("[...]")
    expect(look.locator(".at")).to_have_text("4 / 6")


def test_reload_keeps_view_side_and_filter(look):
    look.locator("#query").fill("deck:flask")
    opened(look, 3)
    look.keyboard.press("Space")
    expect(single(look).locator(".cloze")).to_have_text("Werkzeug")
    look.reload()
    expect(single(look).locator(".cloze")).to_have_text("Werkzeug")
    expect(look.locator(".at")).to_have_text("3 / 5")
    expect(look.locator("#query")).to_have_value("deck:flask")


def row(page, number):
    return page.locator(f"#table tr[aria-rowindex='{number + 1}']")


def test_the_table_shows_and_opens_cards(look):
    look.keyboard.press("t")
    cells = row(look, 1).locator("td")
    expect(cells.nth(0)).to_have_text("Who created Flask?")
    expect(cells.nth(1)).to_contain_text("Armin Ronacher")
    expect(cells.nth(2)).to_have_text("Flask › Basics")
    expect(cells.nth(4)).to_have_text("question")
    expect(cells.nth(5)).to_have_text("flask.yaml:4")
    row(look, 2).click(position={"x": 40, "y": 10})
    look.keyboard.press("ArrowDown")
    expect(row(look, 3)).to_be_focused()
    look.keyboard.press("Enter")
    expect(single(look).locator(".cloze")).to_have_text("[...]")


def test_the_table_opens_at_the_current_card(sixty):
    sixty.goto(f"{sixty.url.partition('#')[0]}#card=many00000055")
    expect(single(sixty).locator("#qa")).to_contain_text("Card 55")
    sixty.locator("[data-view=table]").click()
    current = sixty.locator("#table tr[aria-selected=true]")
    expect(current).to_contain_text("Card 55")
    expect(current).to_be_in_viewport()


def test_the_table_is_sorted_by_any_column(look):
    look.keyboard.press("t")
    look.get_by_role("button", name="Question", exact=True).click()
    expect(row(look, 1).locator("td").first).to_have_text("Buenos días")
    look.get_by_role("button", name="Question", exact=True).click()
    expect(row(look, 1).locator("td").first).to_have_text("Who created Flask?")
    expect(look).to_have_url(re.compile("sort=-title"))
    look.get_by_role("button", name="Question", exact=True).click()
    expect(row(look, 1).locator("td").first).to_have_text("Who created Flask?")
    expect(row(look, 6).locator("td").first).to_have_text("Buenos días")


SEARCHES = {
    "created": [1],
    "deck:flask -is:problem": [1, 2, 3, 3, 4],
    "tag:http": [2],
    '"flask relies on"': [3, 3],
    "-deck:flask": [5],
    "created or which": [1, 2, 4],
    "(created or which) -status": [1, 4],
    "card:2": [3],
    '"note:Preview Cloze" id:note00000003': [3, 3],
    "note:*question kind:question w_ich": [2, 4],
    "is:new buenos": [5],
    "ronacher": [1],
    "codes": [2],
    "espanol": [5],
    "dias": [5],
    "note00000004": [4],
    "which library": [4],
    "flask relies on werkzeug and": [3, 3],
}


def test_search_looks_at_text_tags_decks_and_ids_while_typing(look):
    for query, notes in SEARCHES.items():
        look.keyboard.press("/")
        look.keyboard.type(query)
        expect(look.locator("#count")).to_have_text(re.compile(rf"^{len(notes)} of 6 cards$"))
        expect_matching(look, notes)
        look.keyboard.press("Escape")


def test_keys_go_to_the_cards_after_the_search_and_buttons(look):
    look.keyboard.press("/")
    look.keyboard.type("created")
    look.keyboard.press("Enter")
    look.keyboard.press("Space")
    expect(single(look).locator("#qa")).to_contain_text("Armin")
    look.locator(".controls .flip").click()
    expect(single(look).locator("#qa")).not_to_contain_text("Armin")
    look.keyboard.press("Space")
    expect(single(look).locator("#qa")).to_contain_text("Armin")
    expect(look.locator("#query")).to_have_value("created")


FILTERS = [("deck", "Flask", 5), ("deck", "Español", 1), ("tag", "http", 1), ("kind", "cloze", 2)]


def test_filters_leave_matching_cards(look):
    for group, name, count in FILTERS:
        look.locator(f"[data-group={group}] button", has_text=name).first.click()
        expect(look.locator("#count")).to_have_text(f"{count} of 6 cards")
        look.locator("[data-group=show] button").first.click()
        expect(look.locator("#count")).to_have_text("6 cards")


def test_values_of_a_filter_add_up_and_numbers_follow_the_search(look):
    look.locator("[data-group=kind] button", has_text="cloze").click()
    expect(look.locator("#count")).to_have_text("2 of 6 cards")
    expect(look.locator("[data-group=tag] button", has_text="codes")).to_have_count(0)
    expect(look.locator("[data-group=deck] button", has_text="Español")).to_have_count(0)
    expect(look.locator("[data-group=kind] button", has_text="question")).to_have_text("question4")
    look.locator("[data-group=kind] button", has_text="question").click()
    expect(look.locator("#count")).to_have_text("6 cards")
    look.get_by_role("button", name="All cards").click()
    look.locator("#query").fill("created")
    expect(look.locator("[data-group=deck] button").first).to_have_text("Flask1")


def test_an_empty_result_offers_all_cards(look):
    look.locator("#query").fill("nothing is like this")
    expect(look.locator("#nothing")).to_contain_text("No matching cards.")
    look.get_by_role("button", name="Show all cards").click()
    expect(look.locator("#count")).to_have_text("6 cards")
    expect(look.locator("#query")).to_have_value("")


def test_edits_since_the_last_build_are_a_filter(deck, page):
    deck.built()
    deck.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    deck.write("cards/new.yaml", "notes:\n  - {q: A fresh one, a: b}\n")
    with serving(PreviewedSources(deck.root, allow_scripts=False)) as running:
        page.goto(running.address)
        page.get_by_role("button", name="Edited").click()
        expect(page.locator("#count")).to_have_text("1 of 7 cards")
        expect_matching(page, [1])
        expect(tile(page, 1).locator(".tag-mark")).to_have_text("edited")
        page.get_by_role("button", name="Edited").click()
        page.get_by_role("button", name="New", exact=False).first.click()
        expect(page.locator("#count")).to_have_text("1 of 7 cards")
        expect(tile(page, 1).locator(".tag-mark")).to_have_text("new")


def test_before_the_first_build_the_page_says_so(look):
    expect(look.locator("#filters")).to_contain_text("Not built yet")
    expect(look.locator(".tag-mark")).to_have_count(0)
    opened(look, 1)
    expect(look.locator(".about")).to_contain_text("not built yet")


def test_the_first_build_is_seen_and_moves_nothing(deck, live):
    many = "".join(f"  - {{q: Card {at}, a: b, id: many{at:08d}}}\n" for at in range(60))
    deck.write("cards/many.yaml", f"deck: Many\nnotes:\n{many}")
    expect(live.locator("#count")).to_have_text("66 cards")
    expect(live.locator("#filters")).to_contain_text("Not built yet")
    live.evaluate("document.getElementById('gallery').scrollTop = 1500")
    deck.built()
    expect(live.locator("#filters")).not_to_contain_text("Not built yet")
    assert live.evaluate("document.getElementById('gallery').scrollTop") > 1000


def test_cards_with_problems_are_a_filter(deck, page):
    deck.replace("cards/flask.yaml", "note00000001", "short1")
    with serving(PreviewedSources(deck.root, allow_scripts=False)) as running:
        page.goto(running.address)
        expect(page.locator("#problems-button")).to_have_text("1 warning")
        expect(page.locator("#problems")).to_be_hidden()
        page.get_by_role("button", name="With problems").click()
        expect_matching(page, [1])


def test_a_saved_card_is_drawn_again_in_place(deck, live):
    live.keyboard.press("/")
    live.keyboard.type("web")
    opened(live, 1)
    live.keyboard.press("Space")
    shown = single(live).locator("#qa")
    expect(shown).to_contain_text("Armin Ronacher")
    deck.replace("cards/flask.yaml", "Armin Ronacher", "Armin R.")
    expect(shown).to_contain_text("Armin R.")
    expect(live.locator("#query")).to_have_value("web")
    expect(live.locator("#count")).to_have_text("5 of 6 cards")


@pytest.mark.parametrize("view", ["gallery", "table"])
def test_a_saved_card_is_scrolled_to_and_flashes(deck, live, view):
    many = "".join(f"  - {{q: Card {at}, a: b, id: many{at:08d}}}\n" for at in range(60))
    deck.write("cards/many.yaml", f"deck: Many\nnotes:\n{many}")
    expect(live.locator("#count")).to_have_text("66 cards")
    live.locator(f"[data-view={view}]").click()
    live.evaluate(f"document.getElementById('{view}').scrollTop = 0")
    flashing = live.locator(f"#{view} .flash")
    expect(flashing).to_have_count(0)
    deck.replace("cards/many.yaml", "Card 55", "Card fifty-five")
    expect(flashing).to_contain_text("Card fifty-five")
    expect(flashing).to_be_in_viewport()


# The tile at this place has both sides, and with them its height.
SETTLED = """() => {
  const isSeen = (box) => box.top < innerHeight && box.bottom > 100;
  const tiles = [...document.querySelectorAll(".tile")].filter((tile) =>
    tile.style.visibility !== "hidden" && isSeen(tile.getBoundingClientRect()));
  return document.elementFromPoint(500, 400)?.closest(".tile") &&
    tiles.every((tile) => tile.querySelectorAll(".part.drawn").length === 2);
}"""


def test_scroll_stays_when_a_problem_comes_up(deck, live):
    many = "".join(f"  - {{q: Card {at}, a: b, id: many{at:08d}}}\n" for at in range(60))
    deck.write("cards/many.yaml", f"deck: Many\nnotes:\n{many}")
    expect(live.locator("#count")).to_have_text("66 cards")
    live.evaluate("document.getElementById('gallery').scrollTop = 2000")
    first = "document.elementFromPoint(500, 400)?.closest('.tile')?.dataset.key"
    live.wait_for_function(SETTLED)
    before = live.evaluate(first)
    deck.replace("cards/flask.yaml", "deck: Flask::Basics", "# a comment\ndeck: Flask::Basics")
    live.wait_for_function("() => [...Store.cards.values()][0].line === 5")
    assert live.evaluate(first) == before


def test_a_note_without_an_id_stays_open_while_it_is_edited(deck, live):
    deck.write("cards/new.yaml", "deck: New\nnotes:\n  - q: First words\n    a: b\n")
    expect(live.locator("#count")).to_have_text("7 cards")
    shown = opened(live, 7).locator("#qa")
    expect(shown).to_contain_text("First words")
    deck.replace("cards/new.yaml", "First words", "Other words")
    expect(shown).to_contain_text("Other words")
    expect(live.locator(".at")).to_have_text("7 / 7")


def test_a_changed_picture_and_a_changed_style_are_shown(deck, live):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="10"/>'
    deck.write("cards/pic.svg", svg.format(30))
    deck.replace("cards/flask.yaml", "Who created Flask?", '"![](pic.svg)"')
    picture = card(live, 1).locator("img")
    expect(picture).to_have_js_property("naturalWidth", 30)
    deck.write("cards/pic.svg", svg.format(70))
    expect(picture).to_have_js_property("naturalWidth", 70)
    deck.write("cards/own.css", ".card { color: rgb(1, 2, 3); }")
    deck.write("flashdeck.yaml", "id: previewtests1\nname: Preview\ncss: cards/own.css\n")
    body = tile(live, 1).frame_locator(".question iframe").locator("body")
    expect(body).to_have_css("color", "rgb(1, 2, 3)")
    deck.write("cards/own.css", ".card { color: rgb(4, 5, 6); }")
    expect(body).to_have_css("color", "rgb(4, 5, 6)")


def test_a_changed_note_type_is_shown(deck, live):
    kind = (
        "notetype: Land\nfields: [Name]\n"
        "templates:\n  - {{name: One, front: '{0} {{{{Name}}}}', back: b}}\n"
    )
    deck.write("cards/notetypes/land.yaml", kind.format("Country:"))
    deck.write("cards/zz.yaml", "deck: Z\nnotetype: Land\nnotes:\n  - fields: {Name: Peru}\n")
    expect(card(live, 7)).to_contain_text("Country: Peru")
    deck.write("cards/notetypes/land.yaml", kind.format("Land:"))
    expect(card(live, 7)).to_contain_text("Land: Peru")


def test_errors_overlay_the_last_good_cards_until_they_are_fixed(deck, live):
    deck.replace("cards/flask.yaml", "q: Who created Flask?", "q: 'Who created Flask?")
    overlay = live.locator("#problems")
    expect(overlay).to_be_visible()
    expect(overlay.locator("h2")).to_have_text("1 error")
    expect(overlay.locator(".where")).to_have_text("cards/flask.yaml:4:8")
    expect(overlay.locator(".here")).to_contain_text("- q: 'Who created Flask?")
    expect(overlay.locator("mark")).to_have_text("'")
    expect(overlay.locator(".hint")).to_contain_text("add '")
    expect(card(live, 1)).to_contain_text("Who created Flask?")
    expect(live.locator("#count")).to_have_text("6 cards")
    live.keyboard.press("Escape")
    expect(overlay).to_be_hidden()
    expect(live.locator("#problems-button")).to_have_text("1 error")
    deck.replace("cards/flask.yaml", "q: 'Who created Flask?", "q: Who created the thing?")
    expect(live.locator("#problems-button")).to_be_hidden()
    expect(card(live, 1)).to_contain_text("Who created the thing?")


def test_clicking_the_source_opens_the_editor_at_the_note(live, preview):
    with live.expect_response("**/open"):
        tile(live, 2).locator(".source").click()
    assert preview.opened == [("cards/flask.yaml", 8, 5)]
    expect(live.locator("#said")).to_contain_text("Opened cards/flask.yaml:8 in vim.")
    opened(live, 1)
    with live.expect_response("**/open"):
        live.keyboard.press("e")
    expect(live.locator(".about .source")).to_have_text("flask.yaml:4")
    assert preview.opened[1:] == [("cards/flask.yaml", 4, 5)]


def test_a_problem_opens_the_editor_at_its_place(deck, live, preview):
    deck.replace("cards/flask.yaml", "q: Who created Flask?", "q: 'Who created Flask?")
    with live.expect_response("**/open"):
        live.locator("#problems .source").click()
    assert preview.opened == [("cards/flask.yaml", 4, 8)]


def test_without_an_editor_the_source_is_a_link_for_vs_code(deck, page):
    with serving(PreviewedSources(deck.root, allow_scripts=False), editor=False) as running:
        page.goto(running.address)
        link = tile(page, 1).locator(".source")
        expect(link).to_have_attribute("href", f"vscode://file{deck.root}/cards/flask.yaml:4:1")
        link.evaluate("one => one.addEventListener('click', event => event.preventDefault())")
        link.click()
        said = page.locator("#said")
        expect(said).to_contain_text("Opening cards/flask.yaml:4 in VS Code. Another editor:")
        expect(said.get_by_role("button", name="Copy cards/flask.yaml:4")).to_be_visible()


def test_a_type_in_box_compares_as_anki_does(look):
    shown = opened(look, 2)
    box = shown.locator("input#typeans")
    expect(box).to_be_focused()
    box.fill("504")
    box.press("Enter")
    expect(shown.locator("code#typeans")).to_have_text("504↓404")
    expect(shown.locator(".typeBad")).to_have_text("5")
    expect(shown.locator(".typeMissed")).to_have_text("4")


def test_on_a_phone_the_answer_is_typed_below_the_card(look):
    opened(look, 2)
    look.select_option("#app", "android")
    look.locator(".native input").fill("404")
    look.locator(".native input").press("Enter")
    expect(single(look).locator(".typeGood")).to_have_text("404")


def test_a_hint_opens_when_it_is_clicked(look):
    look.set_viewport_size(UNSCALED)
    shown = opened(look, 1)
    hint = shown.get_by_text("His initials are A. R.")
    expect(hint).to_be_hidden()
    shown.get_by_text("Hint").click()
    expect(hint).to_be_visible()


def test_ticked_choices_stay_ticked_on_the_answer(look):
    shown = opened(look, 5)
    expect(shown.locator(".fd-choices li")).to_have_count(3)
    order = shown.locator(".fd-choices li").all_text_contents()
    shown.locator(".fd-choices label", has_text="Click").click()
    look.locator(".flip").click()
    expect(shown.locator("#answer")).to_be_attached()
    expect(shown.get_by_label("Click")).to_be_checked()
    assert sorted(shown.locator(".fd-choices li").all_text_contents()) == sorted(order)


def test_formulas_write_nothing_to_the_console(live):
    said = []
    hear = lambda message: said.append(message.text)  # noqa: E731 - it is removed below
    live.on("console", hear)
    expect(opened(live, 6).locator("#qa")).to_contain_text("Buenos")
    live.keyboard.press("Space")
    expect(single(live).locator("mjx-container")).to_be_visible()
    live.remove_listener("console", hear)
    assert said == []


def test_mathjax_is_loaded_only_for_cards_with_formulas(look):
    shown = opened(look, 6)
    look.keyboard.press("Space")
    expect(shown.locator("mjx-container")).to_be_visible()
    expect(tile(look, 1).frame_locator(".question iframe").locator("script[src]")).to_have_count(0)


def test_phone_frames_are_as_wide_as_phones(look):
    shown = opened(look, 1)
    look.select_option("#app", "android")
    for width in (360, 390, 412, 430):
        look.select_option("#width", str(width))
        expect(shown.locator("html")).to_have_js_property("clientWidth", width)


def test_dark_mode_applies_to_cards_and_page(look):
    look.locator("#night").click()
    body = tile(look, 1).frame_locator(".question iframe").locator("body")
    expect(body).to_have_class(re.compile(r"\bcard card1\b.*\bnightMode night_mode\b"))
    expect(look.locator("html")).to_have_attribute("data-night", "")
    look.reload()
    expect(look.locator("#night")).to_have_attribute("aria-pressed", "true")


def test_both_sides_are_shown_at_once(look):
    opened(look, 1)
    look.keyboard.press("b")
    expect(single(look).locator("#qa")).not_to_contain_text("Armin")
    other = look.frame_locator("#single .screen:nth-child(2) iframe").locator("#qa")
    expect(other).to_contain_text("Armin Ronacher")


def test_sounds_play(project, page):
    (project.root / "cards" / "beep.wav").write_bytes(SILENCE)
    project.write("cards/a.yaml", 'notes:\n  - q: "Hear ![](beep.wav)"\n    a: b\n')
    with serving(PreviewedSources(project.root, allow_scripts=False)) as running:
        page.set_viewport_size(UNSCALED)
        page.goto(running.address)
        shown = opened(page, 1)
        shown.locator(".replay-button").click()
        expect(page.locator("#single .screen").first).to_have_attribute(
            "data-playing", re.compile(r"^beep-[0-9a-f]{12}\.wav$")
        )


def test_the_overview_counts_and_links_to_the_cards(look):
    look.keyboard.press("o")
    expect(look.locator(".figures li").first).to_have_text("6cards")
    look.locator(".plot button", has_text="cloze").click()
    expect(look.locator("#count")).to_have_text("2 of 6 cards")
    expect(look.locator("#gallery")).to_be_visible()


def test_the_overview_has_the_figures_of_stats(look):
    look.keyboard.press("o")
    expect(look.locator(".study")).to_have_text(
        "All cards together: 39 words. 20 new cards a day: all introduced in 1 day;"
        " the busiest day has 6 cards."
    )


def test_the_overview_lists_problems_and_long_answers(deck, page):
    deck.replace("cards/flask.yaml", "note00000001", "short1")
    deck.replace("cards/flask.yaml", "Armin Ronacher", "A long answer " * 8)
    with serving(PreviewedSources(deck.root, allow_scripts=False)) as running:
        page.goto(f"{running.address}#view=overview")
        page.locator(".plot button", has_text="cards/flask.yaml").click()
        expect_matching(page, [1])
        page.go_back()
        page.go_back()
        page.locator(".longest button").first.click()
        expect(single(page).locator("#qa")).to_contain_text("Who created Flask?")


def test_a_package_is_shown_without_sources(deck, page):
    deck.built(output=deck.root / "all.apkg")
    with serving(PreviewedPackage(deck.root / "all.apkg")) as running:
        page.goto(running.address)
        expect(page.locator(".tile .face.drawn")).to_have_count(6)
        expect(card(page, 1)).to_contain_text("Who created Flask?")
        expect(page.locator(".source")).to_have_count(0)


def test_only_visible_cards_have_frames(project, preview, page):
    many = "".join(f"  - {{q: Card {at}, a: b, id: many{at:08d}}}\n" for at in range(3000))
    project.write("cards/many.yaml", f"deck: Many\nnotes:\n{many}")
    page.goto(preview.address)
    expect(page.locator("#count")).to_have_text("3\u2009000 cards")
    for top in (20_000, 90_000, 5_000, 200_000):
        page.evaluate(f"document.getElementById('gallery').scrollTop = {top}")
        expect(page.locator(".tile:visible .face.drawn").first).to_be_visible()
    assert page.locator("iframe").count() < 60


@pytest.fixture(params=[1280, 390])
def sixty(request, deck, page):
    """A page of sixty notes, one with a unique tag, on desktop and phone."""
    notes = "".join(
        f"  - {{q: Card {at}, a: b, id: many{at:08d}{', tags: [rare]' if at == 50 else ''}}}\n"
        for at in range(60)
    )
    deck.write("cards/flask.yaml", f"deck: Many\nnotes:\n{notes}")
    page.set_viewport_size({"width": request.param, "height": 800})
    with serving(PreviewedSources(deck.root, allow_scripts=False)) as running:
        page.goto(running.address)
        expect(page.locator("#count")).to_have_text("60 cards")
        expect(tile(page, 1).locator(".face.drawn")).to_be_attached()
        expect(tile(page, 2).locator(".face.drawn")).to_be_attached()
        assert {"Card 0", "Card 1"} <= set(cards_on_screen(page))
        yield page


def test_after_a_search_only_the_cards_that_match_are_on_the_screen(sixty):
    sixty.locator("#query").fill("card 37")
    expect(sixty.locator("#count")).to_have_text("1 of 60 cards")
    expect(tile(sixty, 1).locator(".face.drawn")).to_be_attached()
    assert cards_on_screen(sixty) == ["Card 37"]


def test_after_a_click_on_a_tag_only_its_cards_are_on_the_screen(sixty):
    narrow = sixty.locator("#filters-button").is_visible()
    if narrow:
        sixty.locator("#filters-button").click()
    sixty.locator("[data-group=tag] button", has_text="rare").click()
    if narrow:
        sixty.keyboard.press("Escape")
        expect(sixty.locator("#filters")).to_be_hidden()
    expect(sixty.locator("#count")).to_have_text("1 of 60 cards")
    expect(tile(sixty, 1).locator(".face.drawn")).to_be_attached()
    assert cards_on_screen(sixty) == ["Card 50"]


def test_after_the_source_is_deleted_no_card_is_on_the_screen(sixty, deck):
    (deck.root / "cards/flask.yaml").unlink()
    expect(sixty.locator("#count")).to_have_text("0 cards")
    assert cards_on_screen(sixty) == []


def test_an_open_card_leaves_the_screen_with_its_source(sixty, deck):
    expect(opened(sixty, 1).locator("#qa")).to_contain_text("Card 0")
    assert cards_on_screen(sixty) == ["Card"]
    (deck.root / "cards/flask.yaml").unlink()
    expect(sixty.locator(".at")).to_have_text("No card")
    assert cards_on_screen(sixty) == []
    expect(sixty.locator(".about")).to_be_hidden()
    deck.write("cards/flask.yaml", "deck: Many\nnotes:\n  - {q: Another, a: b}\n")
    expect(single(sixty).locator("#qa")).to_contain_text("Another")
    assert cards_on_screen(sixty) == ["Card"]
    expect(sixty.locator(".about")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_overflows_a_small_screen(look, width):
    look.set_viewport_size({"width": width, "height": 640})
    look.reload()
    expect(tile(look, 1)).to_be_visible()
    for name in ("gallery", "table", "overview", "single"):
        look.locator(f"[data-view={name}]").click()
        expect(look.locator(f"#{name}")).to_be_visible()
        assert look.evaluate("document.documentElement.scrollWidth") <= width
        assert look.evaluate(
            f"(one => one.scrollWidth <= one.clientWidth)(document.getElementById('{name}'))"
        )


def test_everything_is_reachable_by_keyboard(look):
    look.keyboard.press("Tab")
    expect(look.locator(".skip")).to_be_focused()
    look.locator("#query").focus()
    look.keyboard.press("ArrowDown")
    expect(tile(look, 1).locator(".cover")).to_be_focused()
    look.keyboard.press("ArrowRight")
    expect(tile(look, 2).locator(".cover")).to_be_focused()
    look.keyboard.press("Space")
    expect(tile(look, 2).locator(".part.answer")).to_have_css("opacity", "1")
    look.keyboard.press("Enter")
    expect(look.locator("#single")).to_be_visible()
    expect(single(look).locator("#qa")).to_contain_text("404")
    look.keyboard.press("Escape")
    expect(tile(look, 2).locator(".cover")).to_be_focused()


def test_the_focus_is_always_visible(look):
    seen = set()
    for _ in range(24):
        look.keyboard.press("Tab")
        name, outline = look.evaluate(
            "[document.activeElement.id || document.activeElement.className,"
            " getComputedStyle(document.activeElement).outlineStyle]"
        )
        seen.add(name)
        assert outline != "none", name
    assert {"query", "app", "width", "zoom", "night", "answers", "print-button"} <= seen


def test_nothing_moves_with_reduced_motion(look):
    look.emulate_media(reduced_motion="reduce")
    moving = look.evaluate(
        "[...document.querySelectorAll('*')].map(one => getComputedStyle(one)).filter(style =>"
        " style.transitionDuration !== '0s' || style.animationName !== 'none').length"
    )
    assert moving == 0


def test_errors_are_announced_to_screen_readers(deck, live):
    deck.replace("cards/flask.yaml", "q: Who created Flask?", "q: 'Who created Flask?")
    status = live.get_by_role("status").filter(has_text="error")
    expect(status).to_have_text("1 error. this ' is never closed")


def test_text_grows_as_it_does_in_the_app(look):
    shown = opened(look, 1).locator("body")
    expect(shown).to_have_css("zoom", "1")
    look.locator("#zoom").fill("1.5")
    expect(shown).to_have_css("zoom", "1.5")
    expect(look.locator("#zoom-shown")).to_have_text("150 %")


def test_printing_by_shortcut_or_menu_is_never_blank(look):
    look.emulate_media(media="print")
    look.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(look.locator("#print")).to_contain_text("use the Print button of the page")
    look.evaluate("window.print = () => { document.title = 'printing'; }")
    look.keyboard.press("Control+p")
    expect(look).to_have_title("printing")
    expect(look.locator("#print .pair")).to_have_count(6)


def test_every_control_has_a_name(look):
    for key in ("g", "t", "o"):
        look.keyboard.press(key)
        nameless = look.evaluate(
            "[...document.querySelectorAll('button, a, select, input, iframe')].filter(one =>"
            " one.offsetParent && !(one.textContent.trim() || one.ariaLabel || one.title ||"
            " (one.labels && one.labels.length))).map(one => one.outerHTML)"
        )
        assert nameless == []
    expect(tile(look, 1).locator(".cover")).to_have_attribute(
        "aria-label", "Card 1 of 6: Who created Flask?. Flask::Basics."
    )
