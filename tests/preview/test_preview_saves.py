"""A save in the preview costs what it touched, and shows what a fresh preview would."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from flashdeck.preview.serve.store import PreviewStore
from flashdeck.preview.session import PreviewSession


@pytest.fixture
def decks(two_notes):
    """Two built deck files, of two notes and of one."""
    two_notes.write("cards/more.yaml", "deck: More\nnotes:\n  - {q: one, a: two, id: bbbbbbbb1}\n")
    two_notes.built()
    return two_notes


def edits(snapshot):
    rows = PreviewStore(snapshot).everything()["cards"]
    return {row["id"]: row["edit"] for row in rows if row["edit"]}


def test_a_save_looks_only_at_the_notes_of_its_file(decks):
    session = PreviewSession(decks.root)
    store = PreviewStore(session.compile())
    before = session.compile([])
    decks.replace("cards/more.yaml", "two", "three")
    after = session.compile([decks.root / "cards/more.yaml"])
    first, second = (
        {group.notes[0].source.path: group for group in snapshot.groups}
        for snapshot in (before, after)
    )
    assert first["cards/flask.yaml"] is second["cards/flask.yaml"]
    assert first["cards/more.yaml"] is not second["cards/more.yaml"]
    store.update(after)
    (event,) = store.wait(0, 0)
    assert [(row["id"], row["edit"]) for row in event["rows"]] == [("bbbbbbbb1", "edited")]


def test_a_build_and_a_picture_change_what_the_page_says_of_files_that_were_not_saved(decks):
    picture = decks.write("cards/map.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    decks.replace("cards/more.yaml", "two", "'![](map.svg)'")
    session = PreviewSession(decks.root)
    first = session.compile()
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg' width='9'/>")
    second = session.compile([picture])
    assert first != second == PreviewSession(decks.root).compile()
    assert edits(second)
    decks.built()
    assert edits(session.compile([decks.root / "flashdeck.lock"])) == {}


def test_memory_does_not_grow_with_the_number_of_saves(decks):
    session = PreviewSession(decks.root)
    store = PreviewStore(session.compile())
    text = decks.read("cards/more.yaml")

    def save(times):
        for number in range(times):
            path = decks.write("cards/more.yaml", text.replace("two", f"two and {number}"))
            store.update(session.compile([path]))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        assert -save(50) + save(200) < 50_000  # bytes; a note of each save would take some 600,000
    finally:
        tracemalloc.stop()
