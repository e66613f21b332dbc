"""The lock: text that git merges, and that is healed when git could not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lock_entries import note

from flashdeck.project.lockfile import (
    Lock,
    NoteTypeEntry,
    PackageEntry,
    ProjectEntry,
    lock_text,
    parse_lock,
)

SCHEMA = '{"cloze":false,"fields":[["Front",1],["Back",null]],"sort":0,"templates":[["Card",2]]}'


def lock_of(*notes):
    return Lock(notes={entry.id: entry for entry in notes})


def parsed(text):
    lock, problems = parse_lock("flashdeck.lock", text)
    assert not [problem for problem in problems if problem.severity == "error"]
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
    card_block=st.integers(0, 2**43),
    fields=st.lists(st.sampled_from(["-", "0123abcd"])).map(",".join),
)


@given(st.lists(notes, max_size=5))
def test_a_lock_reads_back_as_it_was_written(entries):
    lock = Lock(
        {"0123456789abcdef": ProjectEntry("0123456789abcdef", "Flask 2", 1_780_000_000)},
        {entry.id: entry for entry in entries},
        {
            7: NoteTypeEntry(7, SCHEMA, "ff", 3),
            8: NoteTypeEntry(8, SCHEMA, "ff", 3, '{"fields":{"Extra 1":"Flag","Extra 2":""}}'),
            9: NoteTypeEntry(9, SCHEMA, "ff", 3, edited=True),
            10: NoteTypeEntry(10, SCHEMA, "ff", 3, fronts="0123abcd,0123abcd"),
            11: NoteTypeEntry(11, SCHEMA, "ff", 3, edited=True, fronts="0123abcd"),
        },
        {"a b.apkg": PackageEntry("a b.apkg", 5, "dd")},
    )
    assert parsed(lock_text(lock)) == lock


def test_the_lock_is_sorted_whatever_the_order_of_notes():
    first, second = note("aaaaaaaaaaaa"), note("bbbbbbbbbbbb")
    assert lock_text(lock_of(first, second)) == lock_text(lock_of(second, first))


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


def test_a_resolved_conflict_is_reported():
    _, problems = parse_lock("flashdeck.lock", conflict(lock_of(note()), lock_of(note())))
    assert [(problem.rule, problem.severity) for problem in problems] == [
        ("lock-merged", "warning")
    ]


def test_a_note_first_built_on_two_branches_keeps_the_earlier_numbers_and_stays_unedited():
    first = note(note_id=1_780_000_000_000, card_block=1_770_000_000_000)
    other = note(note_id=1_780_000_900_000, first_built=1_780_000_901)
    (entry,) = parsed(conflict(lock_of(first), lock_of(other))).notes.values()
    assert (entry.note_id, entry.card_block) == (1_780_000_000_000, 1_770_000_000_000)
    assert (entry.first_built, entry.changed) == (1_780_000_001, 0)


def test_the_ids_of_two_first_builds_both_stay_until_one_is_chosen():
    ours = Lock({"aaaa": ProjectEntry("aaaa", "Flask", 1_780_000_000)})
    theirs = Lock({"bbbb": ProjectEntry("bbbb", "Flask", 1_780_000_500)})
    lines = lock_text(ours) + lock_text(theirs)
    assert parsed(lines).projects == ours.projects | theirs.projects


FORMAT_1 = (
    "format\t1\n"
    "note\taaaaaaaaaaaa\tquestion\ta.apkg\tA\t0,1\t-\tff\t1780000000123\t-\t-\n"
    "note\tbbbbbbbbbbbb\tcloze\ta.apkg\tA\t0\t1:abcdef\tff\t1480000000000\t-\t-\t1500000000\n"
    f"notetype\t7\t{SCHEMA}\tff\t1780000000\n"
)


def test_a_lock_of_format_1_is_read():
    lock = parsed(FORMAT_1)
    built, imported = lock.notes.values()
    assert (built.note_id, built.card_block, built.first_built) == (
        1_780_000_000_123,
        1_780_000_000_123,
        1_780_000_001,
    )
    assert (imported.first_built, imported.fields) == (1_500_000_000, "")
    assert (lock.notetypes[7].reserves, lock.notetypes[7].edited) == ("", False)
    assert lock_text(lock).splitlines()[1] == "format\t2"


def test_a_lock_of_a_later_format_is_refused_in_one_sentence():
    text = "# head\nformat\t4\nnote\tof a kind\tthat nobody knows yet\nproject\n"
    lock, (problem,) = parse_lock("flashdeck.lock", text)
    assert problem.message == "flashdeck.lock has format 4; this flashdeck reads up to 3"
    assert (problem.rule, problem.severity, problem.span.line) == ("lock", "error", 2)
    assert lock == Lock()


def test_named_columns_are_read_again_and_give_the_lock_format_3():
    entry = note(fields="01234567,-", tags="89abcdef", was="bcdefghijklm")
    edited = entry._replace(fields="00000000,-").after(entry)
    lock = Lock(notes={edited.id: edited})
    assert lock_text(lock).splitlines()[1] == "format\t3"
    assert parsed(lock_text(lock)) == lock


def test_the_last_eight_versions_of_a_note_are_remembered_each_once():
    entry = note(fields="00000000", tags="-")
    for number in [*range(1, 12), 11, 10]:
        entry = entry._replace(fields=f"{number:08}").after(entry)
    versions = [version.partition("/")[0] for version in entry.earlier]
    assert versions == [f"{number:08}" for number in (11, 9, 8, 7, 6, 5, 4, 3)]


def test_learners_may_have_the_text_of_either_branch():
    base = note(fields="00000000", tags="-")
    ours = base._replace(fields="11111111", changed=1_780_000_100).after(base)
    theirs = base._replace(fields="22222222", changed=1_780_000_200).after(base)
    (entry,) = parsed(conflict(lock_of(ours), lock_of(theirs))).notes.values()
    assert entry.fields == "22222222"
    assert {*entry.earlier} == {base.version, ours.version}


@pytest.mark.parametrize(
    "line",
    [
        "note\tx",
        "nonsense",
        "format\tx",
        "package\tf\tnot-a-time\td",
        "project\tid\tname",
        f"notetype\t7\t{SCHEMA}\tff\t3\t[]",
        f"notetype\t7\t{SCHEMA}\tff\t3\t-\tyes",
        f"notetype\t7\t{SCHEMA}\tff\t3\t-\tedited\tx\ty",
        f"notetype\t7\t{SCHEMA}\tff\t3\t-\tearlier=zz",
        lock_text(Lock(notes={"a": note(earlier=("only one part",))})).splitlines()[-1],
    ],
)
def test_an_invalid_line_is_an_error_with_its_position(line):
    _, problems = parse_lock("flashdeck.lock", f"# head\n{line}\n")
    (problem,) = problems
    assert (problem.rule, problem.span.line, problem.severity) == ("lock", 2, "error")
