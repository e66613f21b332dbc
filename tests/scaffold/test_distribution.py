"""What the workflow of a new project installs is the flashdeck that made the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from flashdeck.cli.run import run
from flashdeck.scaffold import distribution
from flashdeck.scaffold.distribution import Source, own_source

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FROM_GIT = {
    "url": "https://example.org/flashdeck.git",
    "vcs_info": {"vcs": "git", "commit_id": COMMIT, "requested_revision": "v1"},
}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A function that makes flashdeck look as if it was installed from somewhere."""

    def install(origin: dict[str, object] | None) -> None:
        info = tmp_path / "flashdeck.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.4\nName: flashdeck\nVersion: 1.2.3\n")
        if origin is not None:
            (info / "direct_url.json").write_text(json.dumps(origin))
        found = metadata.PathDistribution(info)
        monkeypatch.setattr(distribution, "distribution", lambda _: found)

    return install


def test_a_flashdeck_from_an_index_is_named_by_its_version(installed):
    installed(None)
    assert own_source("1.2.3") == ("flashdeck==1.2.3", b"")


def test_a_flashdeck_from_a_repository_is_named_by_its_commit(installed):
    installed(FROM_GIT)
    argument = f"git+https://example.org/flashdeck.git@{COMMIT}"
    assert own_source("1.2.3") == (argument, b"")


def test_a_repository_on_this_machine_is_not_named(installed):
    installed({**FROM_GIT, "url": "file:///home/somebody/flashdeck"})
    argument, wheel = own_source("1.2.3")
    assert argument == ".github/flashdeck-1.2.3-py3-none-any.whl"
    assert wheel.startswith(b"PK")


def test_a_flashdeck_that_was_never_installed_is_named_by_its_version(monkeypatch):
    def fail(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(distribution, "distribution", fail)
    assert own_source("1.2.3") == ("flashdeck==1.2.3", b"")


def test_the_flashdeck_of_a_clone_comes_along_as_a_wheel(tmp_path, monkeypatch, capsys):
    """pip installs the wheel that `init` writes, and what is installed makes the same one."""
    origin = metadata.distribution("flashdeck").read_text("direct_url.json")
    assert origin, "install flashdeck from its clone: make test, or pip install --editable ."
    monkeypatch.chdir(tmp_path)
    assert run(["init", "--quiet", "demo"]) == 0
    version = metadata.version("flashdeck")
    wheel = f".github/flashdeck-{version}-py3-none-any.whl"
    assert str(Path("demo", wheel)) in capsys.readouterr().out
    target = tmp_path / "installed"
    pip = "-m pip --quiet --disable-pip-version-check install --no-index --no-deps --target"
    env = {**os.environ, "PYTHONPATH": str(target)}
    for arguments in (
        [*pip.split(), str(target), str(Path("demo", wheel))],
        ["-c", f"import flashdeck; assert flashdeck.__file__.startswith({str(target)!r})"],
        ["-m", "flashdeck", "init", "--quiet", "again"],
    ):
        subprocess.run([sys.executable, *arguments], env=env, check=True, capture_output=True)
    assert Path("again", wheel).read_bytes() == Path("demo", wheel).read_bytes()


def test_no_file_is_overwritten_by_the_wheel(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        "flashdeck.scaffold.distribution.own_source", lambda _: Source("x.whl", b"x")
    )
    monkeypatch.chdir(tmp_path)
    Path("x.whl").write_text("mine")
    assert run(["init"]) == 0
    assert "existing files were kept: x.whl" in capsys.readouterr().err
    assert Path("x.whl").read_text() == "mine"
