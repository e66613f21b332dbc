"""The random histories detect wrong times and ids, as other tools use them."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import proof.run
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from proof.histories import CommandLineHistory, History
from proof.world import START, BrokenPromiseError

import flashdeck.compile.compiler
import flashdeck.release.make
import flashdeck.release.release
from flashdeck.compile.deck_files import DeckFiles
from flashdeck.project.published import Healed

pytestmark = pytest.mark.slow

RELEASE = flashdeck.release.make.release
IDENTIFY = flashdeck.compile.compiler.identify
# The first failing history, without shrinking.
FIRST = settings(
    max_examples=100,
    stateful_step_count=15,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


def broken_promise():
    """Run histories until one breaks a promise; returns its name."""
    with pytest.raises(BrokenPromiseError) as caught:
        run_state_machine_as_test(History, settings=FIRST)
    return str(caught.value).split(":")[0]


def dated(time_of):
    """The release function with other note times."""

    def release(content, lock, now, *others):
        releases, new_lock, problems = RELEASE(content, lock, now, *others)
        changed = []
        for item in releases:
            notes = tuple(replace(note, mod=time_of(now)) for note in item.collection.notes)
            changed.append(replace(item, collection=replace(item.collection, notes=notes)))
        return tuple(changed), new_lock, problems

    return release


def hashed(note):
    words = sorted((key, str(getattr(value, "value", value))) for key, value in note.values.items())
    return hashlib.sha256(repr(words).encode()).hexdigest()[:12] + "z"


def test_a_constant_time_for_all_notes_leaves_old_text_in_place(monkeypatch):
    monkeypatch.setattr(flashdeck.release.make, "release", dated(lambda _: START))
    assert broken_promise() == "text as in the source"


def test_the_time_of_the_build_for_all_notes_takes_learners_work(monkeypatch):
    monkeypatch.setattr(flashdeck.release.make, "release", dated(lambda now: now))
    assert broken_promise() == "learners keep their work"


def test_the_time_of_the_edit_alone_leaves_notes_behind_that_learners_touched(monkeypatch):
    monkeypatch.setattr(flashdeck.release.release, "_resent", lambda changed, *_: changed)
    assert broken_promise() == "text as in the source"


def test_a_hash_of_the_fields_for_an_id_loses_reviews(monkeypatch):
    def identify(*others):
        items, problems = IDENTIFY(*others)
        # Copies with the same fields keep their ids: two notes of one id are another fault.
        counts = Counter(hashed(item.note) for item in items)
        return [
            replace(item, id=fresh, stamped=False, was=item.id if item.stamped else "")
            if (fresh := hashed(item.note)) != item.id and counts[fresh] == 1
            else item
            for item in items
        ], problems

    monkeypatch.setattr(flashdeck.compile.compiler, "identify", identify)
    # Disable the cache of files.
    monkeypatch.setattr(DeckFiles, "_settled", lambda *_: None)
    assert broken_promise() == "no review lost"


def test_a_hash_of_the_fields_for_a_guid_is_another_note(monkeypatch):
    def release(*others):
        releases, new_lock, problems = RELEASE(*others)
        changed = []
        for item in releases:
            notes = tuple(
                replace(note, guid=hashlib.sha256("".join(note.fields).encode()).hexdigest()[:10])
                for note in item.collection.notes
            )
            changed.append(replace(item, collection=replace(item.collection, notes=notes)))
        return tuple(changed), new_lock, problems

    monkeypatch.setattr(flashdeck.release.make, "release", release)
    assert broken_promise() == "text as in the source"


def test_card_ids_among_those_of_other_notes_double_cards(monkeypatch):
    def release(*others):
        releases, new_lock, problems = RELEASE(*others)
        changed = []
        for item in releases:
            notes = tuple(
                replace(
                    note,
                    cards=tuple(
                        replace(card, id=card.id + card.ordinal * 10**6) for card in note.cards
                    ),
                )
                for note in item.collection.notes
            )
            changed.append(replace(item, collection=replace(item.collection, notes=notes)))
        return tuple(changed), new_lock, problems

    monkeypatch.setattr(flashdeck.release.make, "release", release)
    # "Empty Cards" misses cards for the same reason.
    assert broken_promise() in {"nothing twice", "Empty Cards"}


def test_an_older_lock_that_is_taken_as_it_is_leaves_what_was_taken_back(monkeypatch):
    monkeypatch.setattr(flashdeck.release.make, "healed", lambda project, *_: Healed(project, []))
    assert "as in the source" in broken_promise()


def test_a_run_without_any_edit_fails(monkeypatch, capsys):
    for machine in (History, CommandLineHistory):
        monkeypatch.setattr(machine, "total", Counter())
    monkeypatch.setattr(proof.run, "wrong_rows", list)
    monkeypatch.setattr("sys.argv", ["proof.run", "--histories", "0"])
    assert proof.run.main() == 1
    assert "no edit was made" in capsys.readouterr().err
