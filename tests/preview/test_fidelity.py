"""What `make fidelity` compares, as far as it can be told without Anki's window."""

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


def test_the_page_is_given_every_card_of_all_decks_as_anki_renders_it(faces, folder):
    with Learner() as learner:
        for package in folder.glob("*.apkg"):
            learner.import_package(package)
        assert len(faces) == learner.card_count()
        for (guid, ordinal), shown in faces.items():
            rendered = learner.render(guid, ordinal)
            assert (shown["question"], shown["answer"]) == (rendered.question, rendered.answer)


def test_every_card_is_taken_by_day_and_by_night_on_both_widths(decks, faces):
    views = decks.views(faces)
    assert len(views) == len({one.page for one in views}) == len(faces) * 2 * len(SIZES)
    assert {one.guid for one in views} >= {one.name for one in HARD}
    assert any(one.maths for one in views)
    assert any(one.typed for one in views)


@pytest.mark.parametrize("spoiled", SPOILED, ids=lambda one: one.what)
def test_every_rule_that_is_broken_on_purpose_is_one_of_the_frame(decks, faces, tmp_path, spoiled):
    view = next(
        one
        for one in decks.views(faces)
        if one.card == f"hard-{spoiled.card}-1" and one.night == spoiled.night
    )
    write_pages(tmp_path, [view], faces, (spoiled.old, spoiled.new))
    assert spoiled.new in (tmp_path / f"{view.page}.html").read_text("utf-8")


def test_libraries_that_are_missing_are_found_by_name():
    listing = (
        "\tlibnss3.so => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x0)\n\tlibxx => not found\n"
    )
    assert missing_libraries(listing * 2) == ["libnss3.so", "libxx"]
