"""A story of pushes: what authors and learners do, and what AnkiConnect answers meanwhile.

The same runs against the double and against the real desktop (`make push-desktop`), and must get
the same answers from both.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pushing import DAY, Pusher
from real_anki import VERSION

DECK = """\
deck: Push
tags: [geo]
notes:
  - {q: edited, a: old answer, id: edited000001}
  - {q: late edit, a: old, extra: e, id: late00000001}
  - {q: France, a: Paris, id: france000001}
  - {q: becomes a cloze, a: x, id: kind00000001}
  - {q: moved, a: x, id: moved0000001}
  - {q: removed, a: x, id: gone00000001}
  - {cloze: "{{c1::Rome}} is in {{c2::Italy}}.", id: italy0000001}
---
deck: Push::Old name
notes:
  - {q: a, a: b, id: old000000001}
  - {q: c, a: d, id: old000000002}
---
deck: Push::Land
notetype: Country
notes:
  - {fields: {Country: Peru, Capital: Lima}, id: peru00000001}
"""
COUNTRY = """\
notetype: Country
fields: [Country, Capital]
templates:
  - {name: One, front: "{{Country}}", back: "{{Capital}}"}
"""
SETTINGS = "id: nzcq86nza31542tk\nname: Push\n"
_KNOWN = {"fields", "tags"}
_NUMBER = re.compile(r"\b1[0-9]{12}\b")


class Transcript:
    """The requests of a push and the answers, without what differs from run to run."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self._ids: dict[str, str] = {}

    def add(self, action: str, params: dict[str, Any], answer: dict[str, Any]) -> None:
        """Add an exchange; of those by which a push waits only the last stays."""
        line = {
            "action": action,
            "params": self._plain(params),
            "answer": self._plain(_shortened(action, answer)),
        }
        if self.lines and all(self.lines[-1][key] == line[key] for key in ("action", "params")):
            self.lines.pop()
        self.lines.append(line)

    def _plain(self, value: Any) -> Any:
        """Number ids in the order of their appearance, and leave folders out of paths."""
        if isinstance(value, dict):
            return {self._plain(key): self._plain(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._plain(one) for one in value]
        if isinstance(value, int) and not isinstance(value, bool):
            plain = self._plain(str(value))
            return plain if plain.startswith("#") else value
        if isinstance(value, str) and value.startswith("/"):
            return Path(value).name
        if isinstance(value, str):
            return _NUMBER.sub(lambda found: self._numbered(found[0]), value)
        return value

    def _numbered(self, number: str) -> str:
        return self._ids.setdefault(number, f"#{len(self._ids) + 1}")


def _shortened(action: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Return what a push uses of an answer."""
    result = answer["result"]
    if action == "getDeckConfig" and isinstance(result, dict):
        result = {"id": result["id"]}
    if action == "notesInfo" and isinstance(result, list):
        result = [{key: note[key] for key in _KNOWN & note.keys()} for note in result]
    if action == "findCards" and isinstance(result, list):
        result = sorted(result)
    if action == "deckNamesAndIds" and isinstance(result, dict):
        result = dict.fromkeys(sorted(result), 0)
    if action == "getDecks" and isinstance(result, dict):
        result = {deck: sorted(cards) for deck, cards in sorted(result.items())}
    return {"result": result, "error": answer["error"]}


def story(pusher: Pusher) -> None:
    """Push, study, edit on both sides, push again, import by hand, and take the last push back."""
    project, learner = pusher.project, pusher.learner
    project.write("flashdeck.yaml", SETTINGS)
    project.write("cards/push.yaml", DECK)
    project.write("cards/notetypes/country.yaml", COUNTRY)
    plan, different = pusher.push(first=True)
    assert (len(plan.new), different) == (10, [])
    pusher.study()
    for guid in learner.guids():
        learner.add_tag(guid, "mine")
    learner.edit("edited000001", 2, "my extra")
    learner.move("france000001", "My own")
    learner.flag("edited000001", colour=3)
    learner.suspend("old000000001")
    project.now += 30 * DAY
    for guid in learner.guids():
        learner.touch(guid, project.now - DAY)
    learner.touch("late00000001", project.now + DAY)
    _edit(project)
    before = {guid: learner.review_log(guid) for guid in learner.guids()}
    job = pusher.job()
    prepared = job.prepare()
    job.check(prepared)
    assert job.run(prepared) == []
    _check(pusher, prepared.plan, before)
    second, different = pusher.push()
    assert (second.is_empty, different) == (True, [])
    assert learner.import_package(project.package).conflicting == 0
    pusher.job().restore(job.backup.folder)
    assert learner.note("gone00000001").fields[0] == "removed"
    assert learner.review_log("gone00000001") == [4]
    assert learner.note("edited000001").fields[1:3] == ("old answer", "my extra")
    assert learner.card("moved0000001").deck == "Push"
    _undo(pusher)


def _undo(pusher: Pusher) -> None:
    """Without moves a push is one entry in *Undo*, from Anki 26.09 on."""
    project, learner = pusher.project, pusher.learner
    pusher.push()
    project.now += DAY
    project.replace("cards/push.yaml", "'Lima!'", "Lima once more")
    before = pusher.state()
    assert pusher.push()[1] == []
    assert learner.note("peru00000001").fields[1] == "Lima once more"
    if VERSION >= (26, 9):
        learner.collection.undo()
        assert pusher.state() == before


def _edit(project: Any) -> None:
    for old, new in (
        ("old answer", "new answer"),
        ("a: old,", "a: new late answer,"),
        ("q: becomes a cloze, a: x", 'cloze: "becomes {{c1::a cloze}}"'),
        ("id: moved0000001", "deck: '::Verbs', id: moved0000001"),
        ("  - {q: removed, a: x, id: gone00000001}\n", "  - {q: new, a: n, id: new000000001}\n"),
        ("is in {{c2::Italy}}", "is in Italy"),
        ("Old name", "New name"),
        ("Peru, Capital: Lima", "Peru, Capital: 'Lima!'"),
    ):
        project.replace("cards/push.yaml", old, new)
    project.replace("cards/notetypes/country.yaml", '"{{Capital}}"', '"<b>{{Capital}}</b>"')
    settings = project.read("flashdeck.yaml")
    project.write("flashdeck.yaml", settings + "css: '.card {color: teal}'\n")


def _check(pusher: Pusher, plan: Any, before: dict[str, list[int]]) -> None:
    """All that the plan says is so, and nothing else has changed."""
    learner = pusher.learner
    learner.collection.models._clear_cache()
    assert learner.note("edited000001").fields[1:3] == ("new answer", "my extra")
    assert learner.note("late00000001").fields[1] == "new late answer"
    assert learner.note("peru00000001").fields[1] == "Lima!"
    assert learner.card("moved0000001").deck == "Push::Verbs"
    assert learner.card("france000001").deck == "My own"
    assert learner.card("edited000001").flag == 3
    assert learner.card("old000000001").queue == -1
    assert {"Push::New name", "My own"} <= {*learner.decks()}
    assert "Push::Old name" not in learner.decks()
    assert "gone00000001" not in learner.guids()
    (kind,) = plan.kinds
    assert learner.review_log(kind.after.guid) == [4]
    assert "<b>" in learner.notetype("Country")["tmpls"][0]["afmt"]
    assert "teal" in learner.notetype("Push Cloze")["css"]
    assert [empty.ordinals for empty in plan.empty] == [(1,)]
    for guid in learner.guids():
        if guid != "new000000001":
            assert "mine" in learner.note(guid).tags, guid
            assert learner.review_log(guid) == before.get(guid, [4])
