"""Masks that are drawn on the preview's page, written into the YAML."""

from __future__ import annotations

import random
import re

import pytest

from flashdeck.diagnostics import FlashdeckError
from flashdeck.preview.masks import MaskEditor
from flashdeck.preview.serve.snapshot import NotePlace

DECK = """\
deck: A
notes:
  - image: map.svg   # the map
    occlude:
      # the first
      - {label: "north: it", at: [10%, 10%, 20%, 20%], n: 1}   # here
      - label: south
        at: [50%, 50.25%, 10%, 10%]
        shape: ellipse
        n: 4
    id: masks0000001
  - {image: map.svg, occlude: [{at: [1%, 1%, 2%, 2%]}, {label: b, at: [9%, 9%, 9%, 9%]}]}
"""
NOTE, FLOW = (3, 5), (12, 5)
IDS = {NOTE: "masks0000001"}


def at(place):
    """The note that starts at a line and column."""
    return NotePlace(IDS.get(place, ""), "cards/a.yaml", *place)


@pytest.fixture
def editor(project):
    project.write("cards/a.yaml", DECK)
    return MaskEditor(project.root)


def drawn(editor, place=NOTE):
    return editor.read(at(place))["masks"]


def write(editor, masks, place=NOTE):
    now = editor.read(at(place))
    editor.write(at(place), now["digest"], masks)


def new(label="", at=(1, 2, 3, 4), *, ellipse=False):
    return {"index": None, "label": label, "at": list(at), "ellipse": ellipse}


def test_masks_are_read_as_they_are_written(editor):
    assert drawn(editor) == [
        {"index": 0, "label": "north: it", "at": [10, 10, 20, 20], "ellipse": False},
        {"index": 1, "label": "south", "at": [50, 50.25, 10, 10], "ellipse": True},
    ]


def test_what_was_not_changed_is_not_written(editor, project):
    write(editor, drawn(editor))
    assert project.read("cards/a.yaml") == DECK


def test_a_moved_mask_changes_its_place_only(editor, project):
    masks = drawn(editor)
    masks[0]["at"] = [12.34567, 10, 20, 20]
    write(editor, masks)
    assert project.read("cards/a.yaml") == DECK.replace("[10%, 10%", "[12.3457%, 10%")


def test_places_that_were_not_changed_keep_all_their_digits(editor, project):
    deck = DECK.replace("[10%, 10%, 20%, 20%]", "[33.333333%, 10.50%, 1e1%, 20%]")
    project.write("cards/a.yaml", deck)
    masks = drawn(editor)
    masks[1]["at"][0] = 52
    write(editor, masks)
    deck = deck.replace("[50%, 50.25%", "[52%, 50.25%")
    assert project.read("cards/a.yaml") == deck
    masks[0]["at"][1] = 11.23456
    write(editor, masks)
    assert project.read("cards/a.yaml") == deck.replace("10.50%", "11.2346%")


def test_labels_and_shapes_are_added_changed_and_removed(editor, project):
    masks = drawn(editor)
    masks[0].update(label="", ellipse=True)
    masks[1].update(label="# south", ellipse=False)
    write(editor, masks)
    assert project.read("cards/a.yaml") == DECK.replace(
        '{label: "north: it", at: [10%, 10%, 20%, 20%], n: 1}',
        "{at: [10%, 10%, 20%, 20%], shape: ellipse, n: 1}",
    ).replace("label: south", 'label: "# south"').replace("        shape: ellipse\n", "")


def test_new_masks_are_written_below_the_others_and_get_numbers_of_their_own(editor, project):
    project.write("cards/map.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    write(editor, [*drawn(editor), new("a, b"), new(ellipse=True)])
    added = (
        '      - {label: "a, b", at: [1%, 2%, 3%, 4%]}\n'
        "      - {at: [1%, 2%, 3%, 4%], shape: ellipse}\n"
    )
    assert project.read("cards/a.yaml") == DECK.replace("n: 4\n", f"n: 4\n{added}")
    project.built()
    assert re.findall(r"n: (\d+)", project.read("cards/a.yaml"))[:4] == ["1", "4", "5", "6"]


def test_a_removed_mask_takes_its_lines_along(editor, project):
    write(editor, drawn(editor)[:1])
    lines = DECK.splitlines(keepends=True)
    assert project.read("cards/a.yaml") == "".join(lines[:6] + lines[10:])


def test_masks_in_brackets(editor, project):
    masks = drawn(editor, FLOW)
    write(editor, [masks[1], new("c")], FLOW)
    assert project.read("cards/a.yaml").splitlines()[-1] == (
        "  - {image: map.svg, occlude: [{label: b, at: [9%, 9%, 9%, 9%]}, "
        "{label: c, at: [1%, 2%, 3%, 4%]}]}"
    )
    write(editor, drawn(editor, FLOW)[:1], FLOW)
    assert "occlude: [{label: b, at: [9%, 9%, 9%, 9%]}]}" in project.read("cards/a.yaml")


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_the_last_line_may_have_any_end(project, ending):
    text = "notes:\n  - image: a.png\n    occlude:\n      - {at: [1%, 1%, 1%, 1%]}"
    break_ = ending or "\n"
    project.write("cards/a.yaml", "")
    (project.root / "cards/a.yaml").write_bytes(
        text.replace("\n", break_).encode() + ending.encode()
    )
    editor = MaskEditor(project.root)
    write(editor, [*drawn(editor, (2, 5)), new("x")], (2, 5))
    after = text + "\n      - {label: x, at: [1%, 2%, 3%, 4%]}"
    assert project.read("cards/a.yaml") == after.replace("\n", break_) + ending


def test_places_stay_within_the_picture(editor):
    write(editor, [new(at=(-5, 99.95, 200, 50)), new(at=(100, 0, 0, 0))])
    assert [mask["at"] for mask in drawn(editor)] == [[0, 99.9, 100, 0.1], [99.9, 0, 0.1, 0.1]]


def test_a_file_that_was_edited_meanwhile_is_not_written(editor, project):
    now = editor.read(at(NOTE))
    project.replace("cards/a.yaml", "south", "south pole")
    with pytest.raises(FlashdeckError, match="was edited meanwhile"):
        editor.write(at(NOTE), now["digest"], now["masks"])
    assert "south pole" in project.read("cards/a.yaml")


@pytest.mark.parametrize("place", [(1, 1), (4, 5), (99, 1)])
def test_other_places_are_refused(editor, place):
    with pytest.raises(FlashdeckError, match="no image occlusion note"):
        editor.read(at(place))


def test_the_note_of_another_id_is_refused(editor):
    with pytest.raises(FlashdeckError, match="no image occlusion note"):
        editor.read(at(NOTE)._replace(id="another00001"))


BLOCK = """\
notes:
- image: a.png
  occlude:
  - {label: A, at: [1%, 2%, 3%, 4%]}
  - at: [10%, 20%, 30%, 40%]
    label: |
      Two
  id: abc-1
- q: x
  a: y
"""


def test_a_mask_that_ends_in_block_text_takes_no_other_line_along(project):
    project.write("cards/a.yaml", BLOCK)
    editor = MaskEditor(project.root)
    place = NotePlace("abc-1", "cards/a.yaml", 2, 3)
    now = editor.read(place)
    editor.write(place, now["digest"], [*now["masks"], new("x")])
    added = BLOCK.replace("      Two\n", "      Two\n  - {label: x, at: [1%, 2%, 3%, 4%]}\n")
    assert project.read("cards/a.yaml") == added
    now = editor.read(place)
    editor.write(place, now["digest"], now["masks"][:1])
    lines = BLOCK.splitlines(keepends=True)
    assert project.read("cards/a.yaml") == "".join(lines[:4] + lines[7:])


def test_a_note_keeps_a_mask(editor):
    with pytest.raises(FlashdeckError, match="at least one mask"):
        write(editor, [])


LABELS = ["", "x", "a: b", "- c", "'", '"', "# d", "{e}", "日本"]


@pytest.mark.parametrize("seed", range(30))
def test_random_drawings_are_written_as_drawn(project, seed):
    """Comments and the masks that stay keep their bytes, and numbers stay with their masks."""
    chance = random.Random(seed)
    project.write("cards/a.yaml", DECK)
    editor = MaskEditor(project.root)
    place = chance.choice([NOTE, FLOW])
    for _ in range(8):
        masks = drawn(editor, place)
        for mask in masks:
            if chance.random() < 0.4:
                mask["at"] = [round(chance.uniform(0, 50), chance.randrange(5)) for _ in range(4)]
                mask["at"][2:] = [max(0.1, edge) for edge in mask["at"][2:]]
            if chance.random() < 0.3:
                mask["label"] = chance.choice(
                    ["", "x", "a: b", "- c", "'", '"', "# d", "{e}", "日本"]
                )
            if chance.random() < 0.3:
                mask["ellipse"] = not mask["ellipse"]
        chance.shuffle(masks)
        masks = sorted(masks[: chance.randrange(1, len(masks) + 1)], key=lambda mask: mask["index"])
        masks += [new(chance.choice("xyz"), (1, 1, 5, 5)) for _ in range(chance.randrange(3))]
        write(editor, masks, place)
        assert [{**mask, "index": None} for mask in drawn(editor, place)] == [
            {**mask, "index": None} for mask in masks
        ]
        assert "# the map" in project.read("cards/a.yaml")


SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.fixture
def pictures(project, editor):
    """A project with two pictures, and an editor of its masks."""
    project.write("cards/map.svg", SVG)
    project.write("cards/more pictures/a: b.svg", SVG)
    return editor


def create(editor, picture="cards/map.svg", deck="cards/a.yaml", masks=None):
    digest = editor.sources()["decks"].get(deck, "")
    editor.create(picture, deck, digest, [new("north")] if masks is None else masks)


def test_a_new_note_is_written_below_the_others(pictures, project):
    create(pictures, masks=[new("a, b", (1.23456, 2, 3, 4)), new(ellipse=True)])
    assert project.read("cards/a.yaml") == (
        f"{DECK}  - image: map.svg\n    occlude:\n"
        '      - {label: "a, b", at: [1.2346%, 2%, 3%, 4%]}\n'
        "      - {at: [1%, 2%, 3%, 4%], shape: ellipse}\n"
    )
    project.built()
    assert project.read("cards/a.yaml").count("    id: ") == 2


def test_a_new_note_names_its_picture_as_its_deck_file_sees_it(pictures, project):
    deck = "deck: B\r\nnotes:\r\n\r\n- q: a\r\n  a: b\r\n\r\n- q: c\r\n  a: d"
    (project.root / "cards/deep").mkdir()
    (project.root / "cards/deep/b.yaml").write_bytes(deck.encode())
    create(pictures, "cards/more pictures/a: b.svg", "cards/deep/b.yaml")
    written = (project.root / "cards/deep/b.yaml").read_bytes().decode()
    assert written == (
        f'{deck}\r\n\r\n- image: "../more pictures/a: b.svg"\r\n  occlude:'
        "\r\n    - {label: north, at: [1%, 2%, 3%, 4%]}"
    )
    project.built()  # without a missing picture


def test_a_new_note_belongs_to_the_last_document(pictures, project):
    text = "deck: A\nnotes:\n  - {q: a, a: b}\n---\ndeck: B\nnotes:\n  - {q: c, a: d}\n# end\n"
    project.write("cards/two.yaml", text)
    create(pictures, deck="cards/two.yaml")
    assert project.read("cards/two.yaml").startswith(text.removesuffix("# end\n"))
    assert project.read("cards/two.yaml").endswith("# end\n")


@pytest.mark.parametrize(
    ("deck", "words"),
    [
        ("deck: B\nnotes: []\n", "has no list of notes"),
        ("deck: B\nnotes: [{q: a, a: b}]\n", "has no list of notes"),
        ("deck: B\n", "has no list of notes"),
        ("", "has no list of notes"),
        ("notes: [\n", "has errors"),
    ],
)
def test_a_file_without_a_list_of_notes_is_left_alone(pictures, project, deck, words):
    project.write("cards/b.yaml", deck)
    with pytest.raises(FlashdeckError, match=words):
        create(pictures, deck="cards/b.yaml")
    assert project.read("cards/b.yaml") == deck


@pytest.mark.parametrize(
    ("picture", "deck"),
    [
        ("cards/none.svg", "cards/a.yaml"),
        ("../outside.svg", "cards/a.yaml"),
        ("cards/a.yaml", "cards/a.yaml"),
        ("cards/map.svg", "cards/none.yaml"),
        ("cards/map.svg", "flashdeck.yaml"),
        ("cards/map.svg", "cards/map.svg"),
        ("cards/map.svg", "../outside.yaml"),
        ("cards/map.svg", "cards/notetypes/kind.yaml"),
    ],
)
def test_only_pictures_and_deck_files_of_the_project_are_used(pictures, project, picture, deck):
    (project.root.parent / "outside.svg").write_text(SVG)
    project.write("cards/notetypes/kind.yaml", "notes:\n  - {q: a, a: b}\n")
    with pytest.raises(FlashdeckError):
        create(pictures, picture, deck)
    if picture != "cards/map.svg":
        with pytest.raises(FlashdeckError):
            pictures.picture(picture)
    assert project.read("cards/a.yaml") == DECK


def test_a_new_note_needs_a_mask_and_a_file_that_was_not_edited_meanwhile(pictures, project):
    with pytest.raises(FlashdeckError, match="at least one mask"):
        create(pictures, masks=[])
    with pytest.raises(FlashdeckError, match="edited meanwhile"):
        pictures.create("cards/map.svg", "cards/a.yaml", "", [new()])
    assert project.read("cards/a.yaml") == DECK
