"""The story of pushes against the double: it must answer as the real desktop did."""

from __future__ import annotations

import json

import pytest
from ankiconnect import IS_NEW, AnkiConnectDouble
from conftest import ROOT, ProjectFolder
from push_story import Transcript, story
from pushing import Pusher
from real_anki import Learner

TRANSCRIPTS = ROOT / "tests/push/transcripts"
RELEASE = "26.9.3" if IS_NEW else "25.9.2"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The transcript of the double."""
    project = ProjectFolder(tmp_path_factory.mktemp("story") / "project")
    transcript = Transcript()
    with Learner() as learner:
        double = AnkiConnectDouble(learner)
        double.heard = transcript.add
        with double.running() as port:
            story(Pusher(project, double, port))
    return transcript.lines


def test_the_double_answers_as_the_real_desktop(told):
    recorded = json.loads((TRANSCRIPTS / f"{RELEASE}.json").read_text("utf-8"))
    actions = [line["action"] for line in recorded]
    assert [line["action"] for line in told] == actions
    assert json.loads(json.dumps(told)) == recorded


def test_no_forbidden_action_is_used(told):
    forbidden = {"removeEmptyNotes", "modelFieldAdd", "modelFieldRemove", "modelTemplateAdd"}
    forbidden |= {"updateNoteModel", "reloadCollection", "loadProfile", "guiCheckDatabase"}
    assert not forbidden & {line["action"] for line in told}
