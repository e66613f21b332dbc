"""Edits are sent again to the real Anki, and learners lose tags only where a build said so."""

from __future__ import annotations

import pytest
from real_anki import Learner

DAY = 86_400
NAMES = ("old", "recent", "other", "never")


class Story:
    """An author with a note for each of `NAMES`, and a learner who imports every build."""

    def __init__(self, project, learner):
        self.project, self.learner = project, learner
        self.start = project.now
        self.answers = dict.fromkeys(NAMES, "first")
        self.publish(0)
        self.guids = {learner.note(guid).fields[0][:-1]: guid for guid in learner.guids()}

    def publish(self, day):
        """Build on a day and import; return what the build and what Anki counted."""
        self.project.now = self.start + day * DAY
        items = "".join(f"  - {{q: {name}?, a: {text}}}\n" for name, text in self._items())
        self.project.write("cards/marks.yaml", f"deck: Marks\nnotes:\n{items}")
        (package,) = self.project.built().packages
        counts = package.counts
        updated = self.learner.import_package(package.path).updated
        return counts.changed, counts.sent_again, updated

    def edit(self, name, day):
        """Edit a note and publish it."""
        self.answers[name] += "+"
        return self.publish(day)

    def mark(self, day, *names):
        """Mark notes on a day, as a learner does."""
        for name in names:
            self.learner.add_tag(self.guids[name], "marked")
            self.learner.touch(self.guids[name], int(self.start + day * DAY))

    def marked(self):
        learner = self.learner
        return {name for name, guid in self.guids.items() if "marked" in learner.note(guid).tags}

    def _items(self):
        ids = getattr(self, "guids", {})
        for name, text in self.answers.items():
            yield name, f"{text}, id: {ids[name]}" if ids else text


@pytest.fixture
def story(project):
    with Learner() as learner:
        yield Story(project, learner)


def test_marks_go_on_exactly_the_notes_that_are_counted(story):
    assert story.edit("old", 1) == (1, 0, 1)
    assert story.edit("recent", 52) == (1, 1, 2)
    assert story.edit("other", 61) == (1, 2, 3)
    story.mark(61.5, *NAMES)
    # 61 days after the edit of `old`, and 10 after that of `recent`
    assert story.edit("other", 62) == (1, 1, 2)
    assert story.marked() == {"old", "never"}


def test_a_mark_from_within_the_days_goes_once_more_after_them_and_is_counted(story):
    story.edit("old", 1)
    story.mark(30, *NAMES)
    assert story.edit("other", 90) == (1, 1, 2)
    assert story.marked() == {"recent", "never"}
    story.mark(91, *NAMES)
    assert story.edit("other", 92) == (1, 0, 1)
    assert story.marked() == {"old", "recent", "never"}


def test_an_edit_that_came_too_late_arrives_with_the_next_build(story):
    story.answers["old"] += "+"
    story.mark(2, "old")  # after the build of day 1, before its import
    assert story.publish(1) == (1, 0, 0)
    assert story.edit("other", 5) == (1, 1, 2)
    assert story.learner.note(story.guids["old"]).fields[1] == "first+"


def test_without_resend_days_only_the_edit_itself_takes_a_mark(project):
    project.write("flashdeck.yaml", "resend_days: 0\n")
    with Learner() as learner:
        story = Story(project, learner)
        story.edit("old", 1)
        story.mark(2, *NAMES)
        assert story.edit("other", 3) == (1, 0, 1)
        assert story.marked() == {"old", "recent", "never"}


def test_a_style_that_came_too_late_arrives_with_the_next_build(story):
    notetype = story.learner.notetype("Marks Question")
    notetype["css"] += ".mine { }"
    story.learner.collection.models.update_dict(notetype)  # its time is the real clock's

    def date(day):
        query = "update notetypes set mtime_secs = ? where name = ?"
        story.learner.collection.db.execute(query, story.start + day * DAY, "Marks Question")
        story.learner.collection.models._clear_cache()

    def css():
        return story.learner.notetype("Marks Question")["css"]

    date(2)
    story.project.replace("flashdeck.yaml", "id:", 'css: ".card { color: red; }"\nid:')
    story.publish(1)
    assert ("color: red" in css(), ".mine" in css()) == (False, True)
    story.edit("other", 3)
    assert ("color: red" in css(), ".mine" in css()) == (True, False)
