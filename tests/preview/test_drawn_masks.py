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
