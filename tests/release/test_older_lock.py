"""git takes the lock back: a revert, a checkout, a stash, an abandoned branch, a fresh clone."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from growing import KIND, begin
from real_anki import Learner

from flashdeck.checking.check import check
from flashdeck.cli.run import run
from flashdeck.files import git as git_module
from flashdeck.project.lockfile import parse_lock
from flashdeck.release.forget import forget

DAY = 86_400
RULE = "older-lock"


class Repository:
    """A project in a git repository, with a learner who imports what is published."""

    def __init__(self, project, learner):
        self.project = project
        self.learner = learner

    def git(self, *arguments, root=None):
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        run = subprocess.run(
            ["git", "-C", str(root or self.project.root), *who, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def commit(self, message="edit"):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def release(self, *, commit=True, learn=True, **options):
        """Build a day later, commit, and let the learner import."""
        self.project.now += DAY
        built = self.project.built(**options)
        if commit:
            self.commit()
        if learn:
            self.learner.import_package(self.project.package)
        return built

    def edit(self, old="Armin Ronacher", new="Somebody"):
        self.project.replace("cards/flask.yaml", old, new)

    def remove(self):
        """Delete the question."""
        text = self.project.read("cards/flask.yaml")
        cut = text[: text.index("  - q:")] + text[text.index("  - cloze:") :]
        self.project.write("cards/flask.yaml", cut)

    def fresh_clone(self, *options):
        """Go on in a clone, which has no build/."""
        target = self.project.root.parent / "clone"
        address = self.project.root.as_uri()
        self.git("clone", "-q", *options, address, str(target), root=self.project.root.parent)
        self.project.root = target

    @property
    def answer(self):
        """The question's answer in the learner's collection."""
        return self.learner.note(self.guid).fields[1]

    def learn(self):
        """Answer the question's card once."""
        (self.guid,) = (
            guid for guid in self.learner.guids() if "Armin" in self.learner.note(guid).fields[1]
        )
        self.learner.answer(self.guid)

    @property
    def reviews(self):
        return len(self.learner.review_log(self.guid))


@pytest.fixture
def repository(two_notes):
    """A repository whose first build is committed and learned."""
    with Learner() as learner:
        repository = Repository(two_notes, learner)
        repository.git("init", "-q", "-b", "main")
        repository.release()
        repository.learn()
        yield repository


def rules(result):
    return [problem.rule for problem in result.diagnostics]


def lock_of(project):
    return parse_lock("flashdeck.lock", project.read("flashdeck.lock"))[0]


def keep_build(_):
    pass


def lose_build(repository):
    shutil.rmtree(repository.project.root / "build")


def clone(repository):
    repository.fresh_clone()


PLACES = (keep_build, lose_build, clone)


@pytest.mark.parametrize("place", PLACES)
def test_a_reverted_edit_is_taken_back_for_learners(repository, place):
    repository.edit()
    repository.release()
    assert repository.answer == "Somebody"
    repository.git("revert", "--no-edit", "HEAD")
    place(repository)
    built = repository.release()
    assert rules(built) == [RULE]
    assert built.packages[0].counts.changed == 1
    assert repository.answer == "Armin Ronacher"
    assert repository.reviews == 1
    assert rules(repository.release()) == []


@pytest.mark.parametrize("place", PLACES)
def test_a_reverted_removal_brings_the_note_back(repository, place):
    repository.remove()
    repository.release()
    assert repository.learner.note(repository.guid).fields[1] == ""
    repository.git("revert", "--no-edit", "HEAD")
    place(repository)
    assert rules(repository.release()) == [RULE]
    assert repository.answer == "Armin Ronacher"
    assert repository.reviews == 1
    assert repository.learner.empty_cards() == []


@pytest.mark.parametrize("place", PLACES)
def test_a_reverted_addition_is_removed(repository, place):
    repository.project.write("cards/more.yaml", "deck: Flask\nnotes:\n  - {q: more, a: x}\n")
    repository.release()
    repository.git("revert", "--no-edit", "HEAD")
    place(repository)
    built = repository.release()
    assert rules(built) == [RULE]
    assert built.packages[0].counts.removed == 1
    assert len(repository.learner.empty_cards()) == 1


def test_a_revert_of_a_revert_brings_the_edit_again(repository):
    repository.edit()
    repository.release()
    repository.git("revert", "--no-edit", "HEAD")
    repository.release(commit=False)
    repository.commit()
    repository.edit()
    repository.release()
    assert repository.answer == "Somebody"


def test_a_revert_of_an_earlier_edit_is_noticed_by_the_note_alone(repository):
    """The package's revision is not behind: only the note's line went back."""
    repository.edit()
    repository.release()
    before = repository.project.read("cards/flask.yaml")
    lock = repository.project.read("flashdeck.lock")
    first = repository.git("show", "HEAD~:flashdeck.lock")
    repository.edit("{{c2::Jinja2}}", "{{c2::Jinja}}")
    repository.release()
    assert before != repository.project.read("cards/flask.yaml")
    repository.edit("Somebody", "Armin Ronacher")
    for line in first.splitlines():
        if line.startswith(f"note\t{repository.guid}"):
            old = line
    (new,) = (line for line in lock.splitlines() if f"note\t{repository.guid}" in line)
    repository.project.replace("flashdeck.lock", new, old)
    repository.commit("revert by hand")
    assert rules(repository.release()) == [RULE]
    assert repository.answer == "Armin Ronacher"


def test_an_edit_that_was_tried_and_checked_out_is_taken_back(repository):
    repository.edit()
    repository.release(commit=False)
    assert repository.answer == "Somebody"
    repository.git("checkout", "-q", ".")
    assert rules(repository.release()) == [RULE]
    assert repository.answer == "Armin Ronacher"
    assert repository.reviews == 1


def test_a_stash_is_taken_back_and_comes_again(repository):
    repository.edit()
    repository.release(commit=False)
    repository.git("stash", "-q")
    assert rules(repository.release()) == [RULE]
    assert repository.answer == "Armin Ronacher"
    repository.edit()
    repository.release()
    assert repository.answer == "Somebody"


def test_an_old_commit_and_back(repository):
    repository.edit()
    repository.release()
    repository.git("checkout", "-q", "HEAD~")
    assert rules(repository.release(commit=False)) == [RULE]
    assert repository.answer == "Armin Ronacher"
    repository.git("checkout", "-q", "-f", "main")
    assert rules(repository.release()) == [RULE]
    assert repository.answer == "Somebody"
    assert repository.reviews == 1


@pytest.fixture
def abandoned(repository):
    """A branch with an edit and a new note, which the learner imported; then main again."""
    repository.git("checkout", "-q", "-b", "draft")
    repository.edit()
    repository.project.write("cards/more.yaml", "deck: Flask\nnotes:\n  - {q: more, a: x}\n")
    repository.release()
    repository.git("checkout", "-q", "main")
    return repository


def test_of_an_abandoned_branch_edits_are_taken_back_and_notes_are_named_once(abandoned):
    built = abandoned.release()
    assert sorted(rules(built)) == [RULE, "published-elsewhere"]
    assert abandoned.answer == "Armin Ronacher"
    assert built.packages[0].counts.removed == 0
    assert abandoned.learner.empty_cards() == []
    assert rules(abandoned.release()) == []


@pytest.mark.parametrize("before", [0, 2])
def test_take_back_removes_the_notes_of_an_abandoned_branch(abandoned, before):
    for _ in range(before):
        abandoned.release()
    built = abandoned.release(take_back=True)
    assert "published-elsewhere" not in rules(built)
    assert built.packages[0].counts.removed == 1
    assert len(abandoned.learner.empty_cards()) == 1
    again = abandoned.release()
    assert rules(again) == []
    assert again.packages[0].counts.tombstones == 1


def test_a_branch_that_is_merged_after_a_build_of_main_keeps_its_notes(abandoned):
    learner = abandoned.learner
    (more,) = (guid for guid in learner.guids() if "more" in learner.note(guid).fields[0])
    learner.answer(more)
    learner.add_tag(more, "mine")
    abandoned.release()
    subprocess.run(
        ["git", "-C", str(abandoned.project.root), "merge", "-q", "draft"], check=False
    )  # the lock conflicts
    built = abandoned.release()
    assert built.packages[0].notes == 3
    assert "mine" in learner.note(more).tags
    assert learner.review_log(more)


def test_notes_whose_lines_were_lost_in_a_merge_keep_their_times(abandoned):
    """Somebody resolves the conflict in the lock with one side of it."""
    learner = abandoned.learner
    (more,) = (guid for guid in learner.guids() if "more" in learner.note(guid).fields[0])
    learner.add_tag(more, "mine")
    abandoned.git("merge", "-q", "--no-commit", "--no-ff", "draft")
    abandoned.git("checkout", "-q", "HEAD", "--", "flashdeck.lock")
    abandoned.commit("merge")
    lose_build(abandoned)
    built = abandoned.release()
    assert built.packages[0].counts.new == 0
    assert "mine" in learner.note(more).tags


def test_a_rebase_that_keeps_the_others_lock_brings_every_edit(repository):
    repository.git("checkout", "-q", "-b", "mine")
    repository.edit("{{c2::Jinja2}}", "{{c2::Jinja}}")
    repository.release()
    repository.git("checkout", "-q", "main")
    repository.edit()
    repository.release(learn=False)
    repository.git("checkout", "-q", "mine")
    repository.git("rebase", "-q", "-X", "ours", "main")
    repository.release()
    assert repository.answer == "Somebody"
    lines = [repository.learner.note(guid).fields[0] for guid in repository.learner.guids()]
    assert any("{{c2::Jinja}}" in line for line in lines)


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_reserves_that_either_branch_used_stay_known_where_one_lock_is_kept(project, side):
    repository = Repository(begin(project), None)
    project.replace(KIND, "templates:", "reserve: {fields: 3}\ntemplates:")
    repository.git("init", "-q", "-b", "main")
    repository.release(learn=False)
    repository.git("checkout", "-q", "-b", "other")
    for fields in ("Region, A]", "Region, B]"):
        project.write(KIND, re.sub(r"Region.*\]", fields, project.read(KIND)))
        repository.release(learn=False)
    lose_build(repository)  # the other branch is built elsewhere
    repository.git("checkout", "-q", "main")
    project.write(KIND, project.read(KIND) + 'css: ".x {}"\n')
    repository.release(learn=False)
    lose_build(repository)
    repository.git("checkout", "-q", "other")
    repository.git("merge", "-q", "-X", side, "main")
    repository.release(learn=False)
    project.write(KIND, re.sub(r"(Region.*)\]", r"\1, C, A]", project.read(KIND)))
    repository.release(learn=False)
    fields = "{name: B, anki: Extra 2}, {name: C, anki: Extra 3}, {name: A, anki: Extra 1}"
    assert fields in project.read(KIND)


def test_a_package_is_later_than_all_others_of_the_lock_also_with_a_slow_clock(repository):
    """Anki up to 24.11 takes an edit only if it is later than the last import."""
    project = repository.project
    project.write("cards/other.yaml", "deck: Other\nnotes:\n  - {q: more, a: x}\n")
    project.now += DAY
    project.built()
    latest = max(entry.revision for entry in lock_of(project).packages.values())
    project.now -= 16 * 3600
    repository.edit()
    project.built()
    assert lock_of(project).packages["flask.apkg"].revision > latest


def test_a_shallow_clone_says_that_history_is_cut_off(repository):
    repository.edit()
    repository.release()
    repository.git("revert", "--no-edit", "HEAD")
    repository.fresh_clone("--depth", "1")
    built = repository.release(learn=False)
    assert rules(built) == ["history-cut-off"]
    (problem,) = built.diagnostics
    assert "git fetch --unshallow" in problem.hint
    assert problem.severity.value == "info"


def test_check_reports_it_and_writes_nothing(repository):
    repository.edit()
    repository.release()
    repository.git("revert", "--no-edit", "HEAD")
    before = repository.project.read("flashdeck.lock")
    (problem,) = check(repository.project.root)
    assert (problem.rule, problem.severity.value) == (RULE, "warning")
    assert (problem.span.path, problem.span.line) == ("flashdeck.lock", 1)
    assert repository.project.read("flashdeck.lock") == before


def test_diff_reports_it(repository, capfd):
    repository.edit()
    repository.release()
    repository.git("revert", "--no-edit", "HEAD")
    assert run(["diff", "-C", str(repository.project.root)]) == 0
    assert "flashdeck.lock:1:1: warning: flashdeck.lock is older" in capfd.readouterr().err


def test_a_frozen_build_reports_it_and_stops(repository):
    repository.edit()
    repository.release()
    repository.git("revert", "--no-edit", "HEAD")
    package = repository.project.package.read_bytes()
    repository.project.now += DAY
    built = repository.project.build(frozen=True)
    assert rules(built) == [RULE, "frozen"]
    assert built.packages == ()
    assert repository.project.package.read_bytes() == package


def test_git_is_not_run_while_the_lock_is_the_last_one_built(repository, monkeypatch):
    def never(*_):
        pytest.fail("git was run")

    monkeypatch.setattr("flashdeck.project.lock_history.run_git", never)
    repository.edit()
    assert rules(repository.release()) == []
    assert check(repository.project.root) == []


def test_without_git_the_record_in_build_is_enough(repository, monkeypatch):
    repository.edit()
    repository.release(commit=False)
    repository.git("checkout", "-q", ".")
    monkeypatch.setattr(git_module, "git_command", lambda *_: ["no-such-git"])
    assert rules(repository.release(commit=False)) == [RULE]
    assert repository.answer == "Armin Ronacher"


def test_without_git_and_without_a_record_a_build_works(repository, monkeypatch):
    lose_build(repository)
    monkeypatch.setattr(git_module, "git_command", lambda *_: ["no-such-git"])
    assert rules(repository.release(commit=False)) == []


def test_a_lost_lock_is_restored_from_its_history(repository):
    repository.edit()
    repository.release()
    before = lock_of(repository.project)
    (repository.project.root / "flashdeck.lock").unlink()
    lose_build(repository)
    built = repository.release(commit=False)
    assert rules(built) == ["lock-lost"]
    assert lock_of(repository.project) == before


def test_a_note_dropped_from_the_lock_stays_dropped(repository):
    """As `forget` does: the package is not behind."""
    repository.remove()
    repository.release()
    lines = repository.project.read("flashdeck.lock").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(f"note\t{repository.guid}")]
    repository.project.write("flashdeck.lock", "".join(kept))
    repository.commit()
    assert rules(repository.release()) == []
    assert repository.guid not in lock_of(repository.project).notes


def test_a_wrong_clock_in_the_history_does_not_stop_later_builds(repository):
    repository.project.now += 3650 * DAY
    repository.edit()
    repository.release()
    repository.project.now -= 3650 * DAY
    repository.git("revert", "--no-edit", "HEAD")
    repository.release()


HOSTILE = (
    ("diff.external", "{}"),
    ("core.fsmonitor", "{}"),
    ("core.pager", "{}"),
    ("pager.log", "{}"),
    ("gpg.program", "{}"),
    ("log.showSignature", "true"),
    ("diff.evil.textconv", "{}"),
    ("diff.evil.command", "{}"),
    ("core.sshCommand", "{}"),
    ("log.showRoot", "false"),
    ("log.follow", "true"),
    ("log.diffMerges", "combined"),
    ("color.ui", "always"),
    ("diff.noprefix", "true"),
    ("format.pretty", "raw"),
)


def test_a_hostile_configuration_runs_nothing_and_hides_nothing(repository, tmp_path):
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n")
    program.chmod(0o755)
    repository.edit()
    repository.release()
    repository.project.write(".gitattributes", "*.lock diff=evil\n")
    repository.commit()
    repository.git("revert", "--no-edit", "HEAD~")
    for key, value in HOSTILE:
        repository.git("config", key, value.format(program))
    lose_build(repository)
    repository.project.now += DAY
    assert rules(repository.project.built()) == [RULE]
    assert not (tmp_path / "was-run").exists()


def test_a_project_in_a_folder_of_a_repository_and_in_a_worktree(repository):
    repository.edit()
    repository.release()
    repository.git("revert", "--no-edit", "HEAD")
    other = repository.project.root.parent / "worktree"
    repository.git("worktree", "add", "-q", str(other), "-b", "side")
    repository.project.root = other
    assert rules(repository.release()) == [RULE]


def test_what_forget_dropped_stays_dropped_in_a_fresh_clone(repository):
    project = repository.project
    project.write("cards/other.yaml", "deck: Other\nnotes:\n  - {q: a, a: b, id: other0000001}\n")
    repository.release(learn=False)
    (project.root / "cards/other.yaml").unlink()
    repository.release(learn=False, accept_removals=True)
    forget(project.root, ["other.apkg"])
    repository.commit()
    repository.fresh_clone()
    before = project.read("flashdeck.lock")
    built = project.built(frozen=True)
    assert [problem.rule for problem in built.diagnostics] == []
    assert project.read("flashdeck.lock") == before
    assert "other0000001" not in before


def test_a_repository_of_another_owner_says_why_its_history_is_not_read(repository, monkeypatch):
    lose_build(repository)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    (problem,) = repository.project.check()
    assert (problem.rule, problem.severity.value) == ("history-cut-off", "info")
    assert "safe.directory" in problem.hint


def test_a_partial_clone_fetches_nothing_by_programs_of_its_configuration(repository, tmp_path):
    repository.edit()
    repository.release()
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.fresh_clone("--filter=blob:none")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n")
    program.chmod(0o755)
    repository.git("config", "remote.origin.uploadpack", str(program))
    repository.git("config", "protocol.file.allow", "always")
    repository.project.now += DAY
    (problem,) = repository.project.built().diagnostics
    assert (problem.rule, problem.hint) == ("history-cut-off", "clone again without --filter")
    assert not (tmp_path / "was-run").exists()
