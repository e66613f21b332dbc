"""The lock: text that git merges, and that is healed when git could not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashdeck.lockfile import (
    Lock,
    NoteEntry,
    NoteTypeEntry,
    PackageEntry,
    lock_text,
    parse_lock,
)

SCHEMA = '{"cloze":false,"fields":[["Front",1],["Back",null]],"sort":0,"templates":[["Card",2]]}'


def note(name="abcdefghijkl", **changes):
    values = {
        "id": name,
        "kind": "question",
        "package": "flask.apkg",
        "deck": "Flask::Basics and more",
        "ordinals": (0, 1),
        "clozes": (),
        "content": "0123456789abcdef",
        "born": 1_780_000_000_123,
    }
    return NoteEntry(**(values | changes))


def lock_of(*notes):
    return Lock({one.id: one for one in notes})


def parsed(text):
    lock, problems = parse_lock("flashdeck.lock", text)
    assert not [one for one in problems if one.severity == "error"]
    return lock


names = st.text(
    st.characters(
        blacklist_characters="\t\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029",
        blacklist_categories=["Cs"],
    ),
    min_size=1,
).filter(lambda name: name != "-")
notes = st.builds(
    note,
    name=names,
    deck=names,
    ordinals=st.lists(st.integers(0, 500), unique=True).map(tuple),
    clozes=st.dictionaries(st.integers(1, 500), st.just("abc123")).map(lambda d: tuple(d.items())),
    changed=st.integers(0, 2**33),
    removed=st.integers(0, 2**33),
)


@given(st.lists(notes, max_size=5))
def test_a_lock_reads_back_as_it_was_written(entries):
    lock = Lock(
        {one.id: one for one in entries},
        {7: NoteTypeEntry(7, SCHEMA, "ff", 3)},
        {"a b.apkg": PackageEntry("a b.apkg", 5, "dd")},
    )
    assert parsed(lock_text(lock)) == lock


def test_the_lock_is_sorted_whatever_the_order_of_notes():
    one, two = note("aaaaaaaaaaaa"), note("bbbbbbbbbbbb")
    assert lock_text(lock_of(one, two)) == lock_text(lock_of(two, one))


def conflict(ours, theirs):
    """A lock as git leaves it when both branches changed the same place."""

    def lines(lock):
        return [line for line in lock_text(lock).splitlines(keepends=True) if line[0] == "n"]

    head = "".join(line for line in lock_text(ours).splitlines(keepends=True) if line[0] != "n")
    return "".join(
        [head, "<<<<<<< HEAD\n", *lines(ours), "=======\n", *lines(theirs), ">>>>>>> branch\n"]
    )


def test_the_greater_time_wins_a_conflict():
    older = note(content="aa", changed=1_790_000_000)
    newer = note(content="bb", changed=1_790_000_500)
    for ours, theirs in ((older, newer), (newer, older)):
        (entry,) = parsed(conflict(lock_of(ours), lock_of(theirs))).notes.values()
        assert entry.content == "bb"
        assert entry.changed == 1_790_000_500


def test_a_healed_conflict_is_said():
    _, problems = parse_lock("flashdeck.lock", conflict(lock_of(note()), lock_of(note())))
    assert [(one.rule, one.severity) for one in problems] == [("lock-merged", "warning")]


def test_a_note_first_built_on_two_branches_keeps_the_earlier_birth_and_stays_unedited():
    one, other = note(born=1_780_000_000_000), note(born=1_780_000_900_000)
    (entry,) = parsed(conflict(lock_of(one), lock_of(other))).notes.values()
    assert (entry.born, entry.changed) == (1_780_000_000_000, 0)


@pytest.mark.parametrize("line", ["note\tx", "nonsense", "format\t99", "package\tf\tnot-a-time\td"])
def test_a_line_that_cannot_be_read_is_an_error_with_its_place(line):
    _, problems = parse_lock("flashdeck.lock", f"# head\n{line}\n")
    (problem,) = problems
    assert (problem.rule, problem.span.line, problem.severity) == ("lock", 2, "error")
