"""What a push refuses, what it asks, and what is left when it ends in the middle."""

from __future__ import annotations

import pytest
from ankiconnect import (
    IS_NEW,
    AnkiConnectDouble,
    click_import,
    click_import_without_progress,
)
from pushing import DAY, GEO, Pusher
from real_anki import Learner

from flashdeck.diagnostics import FlashdeckError
from flashdeck.push.ankiconnect import AnkiConnect


@pytest.fixture
def pusher(project):
    project.write("cards/geo.yaml", GEO)
    with Learner() as learner:
        double = AnkiConnectDouble(learner)
        with double.running() as port:
            yield Pusher(project, double, port)


@pytest.fixture
def pushed(pusher):
    pusher.push(first=True)
    pusher.study()
    pusher.project.now += DAY
    return pusher


def edit(pusher):
    """Edit the deck in all ways that need different actions."""
    pusher.project.replace("cards/geo.yaml", "a: Madrid", "a: Madrid!")
    pusher.project.replace("cards/geo.yaml", "deck: Geo", "deck: Geography")
    pusher.project.replace("cards/geo.yaml", "  - {q: Norway, a: Oslo, id: norway000001}\n", "")
    pusher.project.replace(
        "cards/geo.yaml", "q: France, a: Paris, extra", 'cloze: "{{c1::Paris}}: France", extra'
    )
    pusher.project.replace(
        "cards/geo.yaml", "id: italy0000001", "deck: '::South', id: italy0000001"
    )


def refusal(pusher, **options):
    with pytest.raises(FlashdeckError) as refused:
        pusher.push(**options)
    return f"{refused.value} | {refused.value.hint}"


def test_without_anki_it_says_how_to_start():
    with pytest.raises(FlashdeckError) as refused:
        AnkiConnect(9).check()
    assert str(refused.value) == "Anki is not running, or without the add-on AnkiConnect"
    assert "2055492159" in refused.value.hint
    assert "flashdeck open" in refused.value.hint


def test_it_refuses_what_it_can_not_do_safely(pushed):
    double = pushed.double
    double.open = False
    assert refusal(pushed).startswith("Anki has no profile open | ")
    double.open, double.state = True, "review"
    assert refusal(pushed).startswith("a review is open in Anki")
    double.state, double.key = "", "secret"
    assert "ANKICONNECT_KEY" in refusal(pushed)
    assert pushed.push(key="secret")[1] == []
    double.key, double.lacking = "", frozenset({"guiImportFile"})
    assert refusal(pushed).startswith("this AnkiConnect lacks guiImportFile | update the add-on")


def test_another_profile_is_refused_until_it_is_named(pushed):
    with Learner() as other:
        pushed.double.learner, pushed.double.profile = other, "other"
        assert refusal(pushed) == (
            "Anki has the profile “other” open; the last push was into “fd” | "
            "switch profiles in Anki; or push into it: --profile 'other'"
        )
        assert refusal(pushed, profile="fd").startswith(
            "Anki has the profile “other” open, not “fd”"
        )
        assert other.guids() == []
        pushed.push(profile="other")
        assert len(other.guids()) == 4


def test_an_old_add_on_can_not_name_the_profile(pushed):
    pushed.double.lacking = frozenset({"getActiveProfile"})
    plan, different = pushed.push()
    assert (plan.is_empty, different) == (True, [])


def test_a_collection_without_any_of_the_notes_is_refused(pusher):
    assert refusal(pusher).startswith("none of the 4 notes is in the open profile “fd” | ")
    assert pusher.learner.guids() == []
    assert not (pusher.project.root / "build/push.json").exists()
    assert not [*(pusher.project.root / "build/backup").iterdir()]


def test_many_removals_are_asked_for(pushed):
    for name in ("Spain, a: Madrid, id: spain0000001", "Norway, a: Oslo, id: norway000001"):
        pushed.project.replace("cards/geo.yaml", f"  - {{q: {name}}}\n", "")
    assert refusal(pushed).startswith("2 of 4 notes would be deleted in Anki | if you mean it")
    plan, _ = pushed.push(keep_removed=True)
    assert plan.is_empty
    assert len(pushed.learner.guids()) == 4
    pushed.push(accept_removals=True)
    assert len(pushed.learner.guids()) == 2


def test_a_timeout_is_unknown_and_the_next_push_looks_first(pushed):
    edit(pushed)
    pushed.double.hanging = "importPackage" if not IS_NEW else "guiImportFile"
    assert "whether it was done is unknown" in refusal(pushed, timeout=0.3)
    pushed.double.hanging = ""
    pushed.double.released.set()
    assert pushed.push()[1] == []
    assert pushed.push()[0].is_empty


@pytest.mark.skipif(not IS_NEW, reason="older releases import without a dialog")
def test_an_import_that_nobody_confirms_changes_no_note(pushed):
    pushed.double.click = None
    pushed.project.replace("cards/geo.yaml", "a: Madrid", "a: Madrid!")
    before = pushed.state()
    assert refusal(pushed).startswith("the import was not confirmed in Anki")
    assert pushed.state() == before
    # `--direct` does without, and leaves the options of the next import switched on.
    assert pushed.push(direct=True)[1] == []
    assert pushed.learner.note("spain0000001").fields[1] == "Madrid!"


@pytest.mark.skipif(not IS_NEW, reason="older releases import without a dialog")
def test_without_learning_progress_the_old_note_stays_until_the_reviews_arrive(pushed):
    edit(pushed)
    pushed.double.click = click_import_without_progress
    plan, different = pushed.push()
    (kind,) = plan.kinds
    assert different == [
        "france000001 is still there, and should be deleted",
        f"{kind.after.guid}: the reviews of the note that it replaces are missing",
    ]
    assert pushed.learner.review_log("france000001") == [4]
    pushed.double.click = click_import
    assert pushed.push()[1] == []
    assert pushed.learner.review_log(kind.after.guid) == [4]
    assert "france000001" not in pushed.learner.guids()


def test_a_push_is_taken_back(pushed):
    learner = pushed.learner
    learner.add_tag("norway000001", "mine")
    before = pushed.state()
    edit(pushed)
    job = pushed.job()
    job.run(job.prepare())
    restored = pushed.job().restore(job.backup.folder)
    notes, decks = pushed.state()
    old_notes, old_decks = before
    assert {guid: notes[guid] for guid in old_notes} == old_notes
    assert decks - old_decks == {"Geography", "Geography::South"}  # the first has the new note
    assert [note.guid for note in restored.plan.new] == ["norway000001", "france000001"]


@pytest.mark.skipif(not IS_NEW, reason="older releases import without a dialog")
def test_a_note_that_comes_back_without_its_reviews_is_asked_for_again(pushed):
    edit(pushed)
    job = pushed.job()
    job.run(job.prepare())
    pushed.double.click = click_import_without_progress
    with pytest.raises(FlashdeckError, match="2 notes came back without the reviews"):
        pushed.job().restore(job.backup.folder)
    assert "norway000001" not in pushed.learner.guids()
    pushed.double.click = click_import
    pushed.job().restore(job.backup.folder)
    assert pushed.learner.card("norway000001").reviews == 1


def test_without_a_login_a_sync_is_refused(pushed):
    assert refusal(pushed, sync=True) == (
        "Anki refused sync: sync: auth not configured | "
        "sync in Anki by hand, and push without --sync"
    )


def test_texts_that_changed_since_are_not_taken_back(pushed):
    pushed.project.replace("cards/geo.yaml", "a: Madrid", "a: Madrid!")
    job = pushed.job()
    job.run(job.prepare())
    pushed.learner.edit("spain0000001", 1, "later")
    restored = pushed.job().restore(job.backup.folder)
    assert restored.left == ("spain0000001: its text has changed since",)
    assert pushed.learner.note("spain0000001").fields[1] == "later"


def test_backups_are_the_owners_alone_and_ten_are_kept(pushed):
    folder = pushed.project.root / "build/backup"
    for number in range(12):
        pushed.project.now += DAY
        pushed.project.replace("cards/geo.yaml", "a: Madrid", "a: Madrid!")
        assert pushed.push()[1] == [], number
    backups = [*folder.iterdir()]
    assert len(backups) == 10
    for backup in backups:
        assert backup.stat().st_mode & 0o077 == 0
        assert {path.stat().st_mode & 0o077 for path in backup.glob("[0-9]*.apkg")} == {0}


@pytest.fixture(scope="module")
def whole_end(tmp_path_factory):
    """The end, and the number of requests, of a push that is not cut."""
    return run_cut(tmp_path_factory.mktemp("whole"), None)


def run_cut(folder, cut):
    """Push an edited deck, killed at a request, and push again; give the end and the requests."""
    from conftest import ProjectFolder

    project = ProjectFolder(folder)
    project.write("cards/geo.yaml", GEO)
    project.write("flashdeck.yaml", "id: nzcq86nza31542tk\nname: Geo\n")  # so ids are the same
    with Learner() as learner:
        double = AnkiConnectDouble(learner)
        with double.running() as port:
            pusher = Pusher(project, double, port)
            pusher.push(first=True)
            pusher.study()
            project.now += DAY
            edit(pusher)
            double.requests.clear()
            double.cut = cut
            if cut is None:
                assert pusher.push()[1] == []
                return pusher.state(), len(double.requests)
            with pytest.raises(FlashdeckError):
                pusher.push()
            double.cut = None
            assert pusher.push()[1] == []
            assert pusher.push()[0].is_empty
            return pusher.state(), 0


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_request_the_next_push_gives_the_same_end(tmp_path, whole_end, after):
    end, requests = whole_end
    assert requests > 10
    for number in range(requests):
        state, _ = run_cut(tmp_path / str(number), (number, after))
        assert state == end, (number, after)
