"""Bugs found by random histories, each as its shortest history."""

from __future__ import annotations

import shutil
import subprocess

from flashdeck.anki.read.apkg import read_apkg

DAY = 86_400


def test_a_merge_gets_a_new_time_even_if_one_branch_built_the_same(two_notes, tmp_path):
    """Anki up to 24.11 stamps what an import updates with the time of that import.

    Ours was imported after theirs was built. Where the merge says what theirs said, the times of
    theirs are not enough: the note would stay as in ours.
    """
    two_notes.built()
    ours, theirs = (
        type(two_notes)(tmp_path / name, two_notes.now + days * DAY)
        for name, days in (("ours", 1), ("theirs", 2))
    )
    for branch, answer in ((ours, "Armin"), (theirs, "Ronacher")):
        shutil.copytree(two_notes.root, branch.root)
        branch.replace("cards/flask.yaml", "Armin Ronacher", answer)
        branch.built()
    locks = [str(project.root / "flashdeck.lock") for project in (ours, two_notes, theirs)]
    merged = subprocess.run(
        ["git", "merge-file", "-p", *locks], capture_output=True, text=True, check=False
    )
    ours.write("flashdeck.lock", merged.stdout)
    ours.write("cards/flask.yaml", theirs.read("cards/flask.yaml"))

    ours.now = theirs.now + 2 * DAY
    ours.built()
    edited = {note.mod for note in read_apkg(ours.package).notes if "Ronacher" in note.fields[1]}
    assert edited == {ours.now}
