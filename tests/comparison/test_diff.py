"""Differences between two collections, and their reports."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_collections import BORN, CLOZE, QUESTION, collections, media, note

from flashdeck.anki.html_text import readable
from flashdeck.comparison.changes import Changes, Entry
from flashdeck.comparison.compare import diff, longest_increasing
from flashdeck.comparison.output.json_report import as_json
from flashdeck.comparison.output.markdown import as_markdown
from flashdeck.comparison.output.text import as_text
from flashdeck.comparison.output.words import Kind, compare_words
from flashdeck.model import Card, Collection, Deck, Field, Note
from flashdeck.text import shortened

# Whole collections take their time to think of.
FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
STONE = {"tags": ("flashdeck::removed",), "cards": (), "fields": ("", "")}


def deck(*notes: Note, **others) -> Collection:
    """A collection of notes; its decks and note types are those that they need."""
    decks = sorted({card.deck for one in notes for card in one.cards})
    return replace(Collection((QUESTION, CLOZE), tuple(map(Deck, decks)), notes), **others)


def cloze(number: int, text: str) -> Note:
    numbers = [at for at in range(9) if f"{{{{c{at + 1}::" in text]
    cards = tuple(Card(at, "Spanish") for at in numbers)
    return note(number, "", notetype=CLOZE.id, fields=(text, ""), cards=cards)


def text_of(old: Collection, new: Collection, **options) -> str:
    return as_text(diff(old, new, **options), color=False, width=100)


@FEW
@given(collections())
def test_a_collection_does_not_differ_from_itself(collection):
    assert not diff(collection, collection)


@FEW
@given(collections(), collections())
def test_any_two_collections_can_be_compared_and_shown(old, new):
    changes = diff(old, new)
    json.dumps(as_json(changes))
    assert as_markdown(changes).endswith("\n")
    assert as_text(changes, color=True, width=40).endswith("\n")


def test_times_ids_and_positions_are_no_content():
    old = note(1, "one", "Spanish")
    cards = (Card(0, "Spanish", 77, BORN + 5),)
    new = replace(old, id=BORN + 9, mod=old.mod + 9, cards=cards, tags=old.tags[::-1])
    later = Collection((replace(QUESTION, mod=1), CLOZE), (Deck("Spanish"),), (new,))
    assert diff(deck(old), later) == Changes(
        sent_again=(Entry(replace(new, id=old.id), later.notetypes[0]),)
    )
    assert not diff(later, deck(old))
    assert not diff(deck(old), deck(replace(new, mod=0)))
    assert text_of(later, deck(old)) == "no changes\n"
    assert as_markdown(diff(later, deck(old))) == "No changes.\n"


def test_an_edit_is_shown_word_by_word():
    old, new = note(1, "Who made it?", "Spanish"), note(1, "Who made <b>this</b>?", "Spanish")
    assert text_of(deck(old), deck(new)) == (
        "1 changed\n\nChanged\n  ~ Who made [-it-]{+this+}? (guid-1)\n"
    )
    assert "- Who made <del>it</del> <b>this</b>?\n" in as_markdown(diff(deck(old), deck(new)))


def test_an_edit_of_markup_alone_is_reported_as_such():
    old = note(1, "one", "Spanish", fields=("one", "answer"))
    new = replace(old, fields=("one", "<em>answer</em>"))
    assert "Answer: (only markup or spacing)" in text_of(deck(old), deck(new))


def test_another_picture_differs_from_another_text():
    old = note(1, "one", "Spanish", fields=("one", '<img src="map-0123456789ab.png">'))
    new = replace(old, fields=("one", '<img src="map-ba9876543210.png">'))
    changes = diff(
        deck(old, media=(media("map-0123456789ab.png", b"1"),)),
        deck(new, media=(media("map-ba9876543210.png", b"2"),)),
    )
    assert "Answer: (another picture or sound)" in as_text(changes, color=False, width=99)
    assert as_json(changes)["media"] == {
        "added": [],
        "removed": [],
        "replaced": [{"old": "map-0123456789ab.png", "new": "map-ba9876543210.png"}],
    }


def test_tags_and_cards_that_come_and_go_are_named():
    old = note(1, "one", "Spanish", tags=("verbs", "old"))
    new = replace(
        old, tags=("new", "verbs"), cards=(*old.cards, Card(1, "Spanish", 11, BORN + 102))
    )
    shown = text_of(deck(old), deck(new))
    assert "tags: +new -old\n" in shown
    assert "new card: Answer → Question\n" in shown
    back = diff(deck(new), deck(old))
    assert "card gone: Answer → Question" in as_text(back, color=False, width=99)
    (advice,) = as_json(back)["by_hand"]
    assert advice["rule"] == "empty-cards"
    assert advice["searches"] == ['card:2 "note:Spanish Question" nid:1600000000100']


def test_a_removed_note_is_removed_once():
    old = note(1, "one", "Spanish")
    other, stone = note(2, "two", "Spanish"), replace(old, **STONE)
    absent, emptied = deck(other), deck(other, stone)
    for new in (absent, emptied):
        changes = diff(deck(old, other), new, empties_removed=True)
        assert [one.entry.note for one in changes.removed] == [old]
        assert "Tools > Empty Cards" in as_markdown(changes)
    assert not diff(emptied, absent)
    assert not diff(absent, emptied)


def test_a_note_that_a_package_merely_lacks_is_to_be_deleted_by_hand():
    old, other = note(1, "one", "Spanish"), note(2, "two", "Spanish")
    (advice,) = as_json(diff(deck(old, other), deck(other)))["by_hand"]
    assert advice["rule"] == "removed-notes"
    assert advice["searches"] == ['"note:Spanish Question" nid:1600000000100']


def test_a_removed_note_that_comes_back_is_restored():
    stone = note(1, "", **STONE)
    changes = diff(deck(stone), deck(note(1, "one", "Spanish")))
    assert (len(changes.restored), changes.new, changes.changed) == (1, (), ())


def test_a_note_of_another_type_is_to_be_deleted_first():
    old = note(1, "one", "Spanish")
    new = replace(cloze(1, "{{c1::one}}"), guid=old.guid)
    changes = diff(deck(old), deck(new))
    assert (len(changes.retyped), changes.changed) == (1, ())
    shown = as_markdown(changes)
    assert shown.index("## Before importing") < shown.index("## Start again (1)")


def test_a_moved_note_is_found_where_it_was():
    old = note(1, "one", "Spanish::A", "Spanish::A")
    keep = note(2, "two", "Spanish::A")
    new = replace(old, cards=tuple(replace(card, deck="B") for card in old.cards))
    changes = diff(deck(old, keep), deck(new, keep))
    assert len(changes.moved) == 1
    assert as_json(changes)["by_hand"][0]["searches"] == [
        '"deck:Spanish::A" "note:Spanish Question" nid:1600000000100'
    ]


def moved(deck: str, *notes: Note) -> list[Note]:
    return [
        replace(one, cards=tuple(replace(card, deck=deck) for card in one.cards)) for one in notes
    ]


def renamed(old: Collection, new: Collection) -> list[tuple[str, str, int]]:
    return [(one.old, one.new, one.notes) for one in diff(old, new).decks_renamed]


def test_a_deck_whose_notes_are_all_in_a_new_deck_was_renamed():
    notes = [note(at, f"q{at}", "Old") for at in range(4)]
    new = deck(*moved("New", *notes[:3]), *moved("Other", *notes[3:]))
    changes = diff(deck(*notes), new)
    assert renamed(deck(*notes), new) == [("Old", "New", 3)]
    # What did not go along has been moved, and lies in the deck under its new name by then.
    assert [one.new.note.guid for one in changes.moved] == ["guid-3"]
    (before, after) = as_json(changes)["by_hand"]
    assert (before["when"], before["searches"]) == ("before", ['"deck:Old"'])
    assert after["searches"][0].startswith('"deck:New" ')


def test_a_renamed_parent_is_one_rename():
    one, two = note(1, "one", "A::x"), note(2, "two", "A::y::z")
    assert renamed(deck(one, two), deck(*moved("B::x", one), *moved("B::y::z", two))) == [
        ("A", "B", 2)
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("Old", "Old", "Target"), ("Target", "Target", "Target")),
        (("Old", "Old", "Old"), ("Old", "New", "New")),
        (("A", "A", "A::x"), ("B", "B", "A::x")),
        (("A", "B", "B"), ("B", "A", "A")),
        (("A", "A", "B::x"), ("B", "B", "B::x")),
    ],
)
def test_what_a_rename_in_anki_could_not_do_is_a_move(before, after):
    notes = [note(at, f"q{at}", deck) for at, deck in enumerate(before)]
    new = [moved(deck, one)[0] for one, deck in zip(notes, after, strict=True)]
    changes = diff(deck(*notes), deck(*new))
    assert changes.decks_renamed == ()
    assert len(changes.moved) == sum(one != two for one, two in zip(before, after, strict=True))


def test_a_deck_in_other_case_is_the_same_deck():
    old = note(1, "one", "Verbs")
    assert not diff(deck(old), deck(*moved("verbs", old)))


def test_an_emptied_description_stays_with_learners():
    one = note(1, "one", "Spanish")
    full, none = Deck("Spanish", "<b>Hi</b> all"), Deck("Spanish")
    changes = diff(deck(one, decks=(full,)), deck(one, decks=(none,)))
    assert "Spanish: [-Hi all-]" in as_text(changes, color=False, width=99)
    assert as_json(changes)["by_hand"][0]["rule"] == "cleared-description"
    assert as_json(diff(deck(one, decks=(none,)), deck(one, decks=(full,))))["by_hand"] == []


def test_renumbered_clozes_differ_from_edited_clozes():
    old = cloze(1, "{{c1::Werkzeug}}, {{c2::<b>Jinja</b>}}, {{c3::Click}}")
    swapped = cloze(1, "{{c2::Werkzeug}}, {{c1::Jinja::hint}}, {{c3::Klick}}")
    (change,) = diff(deck(old), deck(swapped)).changed
    assert [(one.old, one.new, one.text) for one in change.renumbered] == [
        (1, 2, "Werkzeug"),
        (2, 1, "Jinja"),
    ]
    (advice,) = as_json(diff(deck(old), deck(swapped)))["by_hand"]
    assert advice["searches"][0].startswith("(card:1 or card:2) ")
    (change,) = diff(deck(old), deck(cloze(1, "{{c1::Jinja}}"))).changed
    assert [(one.old, one.new) for one in change.renumbered] == [(2, 1)]
    assert change.cards_vanished == (1, 2)


def test_notes_in_another_order_are_counted_within_their_decks():
    one, two, three = (note(at, f"q{at}", "A") for at in (1, 2, 3))
    other = note(4, "q4", "B")
    changes = diff(deck(one, two, three, other), deck(other, three, one, two))
    assert (changes.reordered, changes.moved, changes.changed) == (1, (), ())
    assert "1 in another order" in as_text(changes, color=False, width=99)


def by_hand(notetype) -> list[tuple[str, str]]:
    one = note(1, "one", "Spanish")
    fields = (*one.fields, "", "")[: len(notetype.fields)]
    old = deck(one)
    new = replace(deck(replace(one, fields=fields)), notetypes=(notetype, CLOZE))
    return [(each["rule"], each["when"]) for each in as_json(diff(old, new))["by_hand"]]


def test_a_changed_note_type_says_what_the_import_window_needs():
    more = replace(QUESTION, fields=(*QUESTION.fields, Field("Hint", id=13)))
    renamed_by_id = replace(
        QUESTION, fields=(replace(QUESTION.fields[0], name="Front"), QUESTION.fields[1])
    )
    swapped = replace(QUESTION, fields=QUESTION.fields[::-1])
    refused = [("changed-note-type", "importing")]
    assert by_hand(replace(QUESTION, css="other")) == []
    assert by_hand(renamed_by_id) == []
    assert by_hand(more) == refused
    assert by_hand(swapped) == refused
    assert by_hand(replace(QUESTION, sort=1)) == refused
    assert by_hand(replace(QUESTION, cloze=True)) == refused
    assert by_hand(replace(more, cloze=True)) == [("changed-note-type", "before")]


def test_a_changed_front_says_what_to_do_about_doubled_cards():
    first, second = QUESTION.templates
    doubled = [("doubled-cards", "after")]
    changed = replace(QUESTION, templates=(first, replace(second, front="{{Answer}}?")))
    assert by_hand(changed) == doubled
    assert by_hand(replace(QUESTION, templates=(first, replace(second, back="x")))) == []
    assert by_hand(replace(changed, sort=1)) == [("changed-note-type", "importing")]
    (cloze,) = CLOZE.templates
    other = replace(CLOZE, templates=(replace(cloze, front="{{cloze:Text}}!"),))
    old, new = deck(), replace(deck(), notetypes=(QUESTION, other))
    one = Note("c", CLOZE.id, ("{{c1::a}}", ""), (), (Card(0, "Spanish"),))
    (step,) = as_json(diff(replace(old, notes=(one,)), replace(new, notes=(one,))))["by_hand"]
    assert step["rule"] == "doubled-cards"
    assert "Check Database" in step["words"]


def test_what_changed_of_a_note_type_is_named():
    first, second = QUESTION.templates
    new = replace(
        QUESTION,
        fields=(replace(QUESTION.fields[0], name="Front"), QUESTION.fields[1], Field("Hint")),
        templates=(replace(first, front="{{Front}}!"), second),
        css="",
    )
    one = note(1, "one", "Spanish")
    later = replace(deck(replace(one, fields=(*one.fields, ""))), notetypes=(new, CLOZE))
    assert (
        "  ~ Spanish Question: field “Hint” added; field “Question” renamed to “Front”; "
        "text of “Question → Answer”; style\n"
    ) in as_text(diff(deck(one), later), color=False, width=200)


def test_a_picture_under_its_old_name_reaches_only_who_gets_a_changed_note():
    old = note(1, '<img src="a.png">', "Spanish")
    before, after = media("a.png", b"1"), media("a.png", b"2")
    changes = diff(deck(old, media=(before,)), deck(old, media=(after,)))
    assert [one["when"] for one in as_json(changes)["by_hand"]] == ["release"]
    assert "Before you release" in as_text(changes, color=False, width=99)
    assert "another name" not in as_markdown(changes)
    edited = replace(old, fields=('<img src="a.png">!', ""))
    assert as_json(diff(deck(old, media=(before,)), deck(edited, media=(after,))))["by_hand"] == []


def test_a_field_that_no_card_shows_is_silent_beside_what_it_does():
    gated = replace(
        QUESTION,
        fields=(*QUESTION.fields, Field("Reverse")),
        templates=(
            QUESTION.templates[0],
            replace(QUESTION.templates[1], front="{{#Reverse}}{{Answer}}{{/Reverse}}"),
        ),
    )
    old = note(1, "one", "Spanish", fields=("one", "a", ""))
    new = note(1, "one", "Spanish", "Spanish", fields=("one", "a", "1"))
    shown = as_text(
        diff(*(replace(deck(one), notetypes=(gated, CLOZE)) for one in (old, new))),
        color=False,
        width=99,
    )
    assert "new card: Answer → Question" in shown
    assert "Reverse" not in shown


def test_release_notes_read_well():
    kept, gone, fresh = (note(at, f"question {at}", "Spanish") for at in (1, 2, 3))
    edited = replace(kept, fields=("question 1", "a reply"))
    changes = diff(deck(kept, gone), deck(edited, fresh), empties_removed=True)
    assert as_markdown(changes) == (
        "1 new, 1 changed, 1 removed.\n\n"
        "## New (1)\n\n**Spanish**\n\n- question 3\n\n"
        "## Changed (1)\n\n- question 1\n  - Answer: <del>answer 1</del> <b>a reply</b>\n\n"
        "## Removed (1)\n\n**Spanish**\n\n- question 2\n\n"
        "## After importing\n\n"
        "- Run Tools > Empty Cards: it deletes the cards of 1 removed note.\n\n"
        "  ```\n  tag:flashdeck::removed\n  ```\n"
    )


def test_release_notes_without_anything_to_do_say_so():
    shown = as_markdown(diff(deck(), deck(note(1, "one", "Spanish"))))
    assert shown.endswith("Import the new package as always: every review is kept.\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*a* _b_ snake_case `c` $d$ ~e~", r"\*a\* \_b\_ snake_case \`c\` \$d\$ \~e\~"),
        ("&lt;b&gt; &amp;amp;", "&lt;b> &amp;amp;"),
        ("ask @app about #12", "ask @<!-- -->app about #<!-- -->12"),
        ("- a", r"\- a"),
        ("1. a", r"1\. a"),
        ("# a", r"\# a"),
        ("[x] a [b](c)", r"\[x] a [b\](c)"),
    ],
)
def test_release_notes_show_the_very_characters(text, shown):
    assert f"\n- {shown}\n" in as_markdown(diff(deck(), deck(note(1, text, "Spanish"))))


def test_long_lists_are_counted_in_release_notes():
    notes = [note(at, f"q{at}", "Spanish") for at in range(500)]
    shown = as_markdown(diff(deck(), deck(*notes)))
    assert len(shown.splitlines()) < 50
    assert "- … and 470 more\n" in shown


def test_text_is_wrapped_and_colored_without_breaking_words():
    old = note(1, "word " * 40, "Spanish")
    new = note(1, "word " * 40 + "日本語 " * 20, "Spanish")
    changes = diff(deck(old), deck(new))
    assert "\x1b[9;31mone\x1b[0m \x1b[32mtwo\x1b[0m" in as_text(
        diff(deck(note(1, "the one", "A")), deck(note(1, "the two", "A"))), color=True, width=50
    )
    plain = as_text(changes, color=False, width=50)
    assert max(len(line) for line in plain.splitlines()) <= 50
    assert "\x1b[32m日本語" in as_text(changes, color=True, width=50)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b<div>c</div>d", "a b c d"),
        ("a<b>b</b>c &amp; &lt;d&gt;", "abc & <d>"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>", "漢(かん)"),
        ('<img src="map-0123456789ab.png"> [sound:a-0123456789ab.mp3]', "[map.png] [a.mp3]"),
        ("<style>.a{}</style>x<!-- y --><script>z", "x"),
        ("q<details><summary>Hint</summary>h</details>", "q Hint: h"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_html_is_read_as_people_see_it(html, text):
    assert readable(html) == text


def test_long_titles_are_cut_at_a_space():
    assert shortened("one two three four", 15) == "one two three…"
    assert shortened("short", 15) == "short"


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("a b c", "a x c", "a -b+x c"),
        ("Armin", "Armin Ronacher", "Armin+ Ronacher"),
        ("one two", "three four", "-one two+three four"),
        ("old text", "", "-old text"),
        ("山が高い", "川が高い", "-山+川が高い"),
        ("{{c1::a}} and b", "{{c2::a}} and b", "-{{c1::a}}+{{c2::a}} and b"),
        ("a, b, c, d", "b, c, d, a", "-a, b, c, d+, a"),
    ],
)
def test_differences_fall_on_words(old, new, shown):
    signs = {Kind.SAME: "", Kind.REMOVED: "-", Kind.ADDED: "+"}
    assert "".join(signs[kind] + text for kind, text in compare_words(old, new)) == shown


@given(st.text("ab ,{}:c1山"), st.text("ab ,{}:c1山"))
def test_the_pieces_make_up_both_texts(old, new):
    pieces = compare_words(old, new)
    assert "".join(text for kind, text in pieces if kind is not Kind.ADDED) == old
    assert "".join(text for kind, text in pieces if kind is not Kind.REMOVED) == new


@given(st.lists(st.integers(0, 9), max_size=8))
def test_a_longest_run_in_order_is_found(numbers):
    found = [numbers[index] for index in longest_increasing(numbers)]
    assert found == sorted(set(found))
    best = [0] * len(numbers)
    for at, number in enumerate(numbers):
        best[at] = 1 + max((best[i] for i in range(at) if numbers[i] < number), default=0)
    assert len(found) == max(best, default=0)
