"""An author who pushes into an Anki of their own, through the double of AnkiConnect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ankiconnect import AnkiConnectDouble
from conftest import ProjectFolder

from flashdeck.project.project import load_project
from flashdeck.push.ankiconnect import AnkiConnect
from flashdeck.push.plan import Plan
from flashdeck.push.push import Options, Push

DAY = 86_400
GEO = """\
deck: Geo
tags: [geo]
notes:
  - {q: France, a: Paris, extra: on the Seine, id: france000001}
  - {q: Spain, a: Madrid, id: spain0000001}
  - {q: Norway, a: Oslo, id: norway000001}
  - {cloze: "{{c1::Rome}} is in {{c2::Italy}}.", id: italy0000001}
"""


class Pusher:
    """An author with a project, and a running Anki."""

    def __init__(self, project: ProjectFolder, double: AnkiConnectDouble, port: int) -> None:
        self.project, self.double, self.port = project, double, port
        self.learner = double.learner
        self.wait: Callable[[], None] = lambda: None

    def job(self, *, key: str = "", timeout: float = 60, **options: Any) -> Push:
        """Build, and make a push of all packages."""
        built = self.project.built()
        anki = AnkiConnect(self.port, key, timeout)
        return Push(
            load_project(self.project.root)[0],
            [package.path for package in built.packages],
            anki,
            Options(now=self.project.now + 60, **options),
            wait=self.wait,
        )

    def push(self, **options: Any) -> tuple[Plan, list[str]]:
        """Build and push; give the plan and what differs from it."""
        job = self.job(**options)
        prepared = job.prepare()
        job.check(prepared)
        return prepared.plan, job.run(prepared)

    def study(self) -> None:
        """Answer every card, so well that it is due in some days."""
        for guid in self.learner.guids():
            for card in self.learner.cards(guid):
                self.learner.answer(guid, card.ordinal, button=4)

    def state(self) -> object:
        """What the learner has, without the times of notes."""
        learner = self.learner
        notes = {}
        for guid in learner.guids():
            note = learner.note(guid)
            cards = [
                (card.ordinal, card.deck, card.history, learner.review_log(guid, card.ordinal))
                for card in learner.cards(guid)
            ]
            notes[guid] = (note.fields, note.tags, cards)
        return notes, {*learner.decks()}
