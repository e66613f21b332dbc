"""The inputs of `make fidelity`, without Anki's desktop app."""

from __future__ import annotations

import pytest
from fidelity.decks import make_decks
from fidelity.hard import HARD
from fidelity.lacking import missing_libraries
from fidelity.pages import write_pages
from fidelity.spoiled import SPOILED
from fidelity.views import SIZES
from real_anki import Learner

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("decks")


@pytest.fixture(scope="module")
def decks(folder):
    return make_decks(folder)


@pytest.fixture(scope="module")
def faces(decks):
    return decks.faces()


def test_the_page_shows_every_card_as_anki_renders_it(faces, folder):
    with Learner() as learner:
        for package in folder.glob("*.apkg"):
            learner.import_package(package)
        assert len(faces) == learner.card_count()
        for (guid, ordinal), shown in faces.items():
            rendered = learner.render(guid, ordinal)
            assert (shown["question"], shown["answer"]) == (rendered.question, rendered.answer)


def test_every_card_is_compared_in_light_and_dark_mode_at_both_widths(decks, faces):
    views = decks.views(faces)
    assert len(views) == len({view.page for view in views}) == len(faces) * 2 * len(SIZES)
    assert {view.guid for view in views} >= {note.name for note in HARD}
    assert any(view.maths for view in views)
    assert any(view.typed for view in views)


@pytest.mark.parametrize("spoiled", SPOILED, ids=lambda rule: rule.what)
def test_every_rule_that_is_broken_on_purpose_is_in_the_frame(decks, faces, tmp_path, spoiled):
    view = next(
        view
        for view in decks.views(faces)
        if view.card == f"hard-{spoiled.card}-1" and view.night == spoiled.night
    )
    write_pages(tmp_path, [view], faces, (spoiled.old, spoiled.new))
    assert spoiled.new in (tmp_path / f"{view.page}.html").read_text("utf-8")


def test_missing_libraries_are_named():
    listing = (
        "\tlibnss3.so => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x0)\n\tlibxx => not found\n"
    )
    assert missing_libraries(listing * 2) == ["libnss3.so", "libxx"]
