"""Reads of regular files inside the project, and refusals of all others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flashdeck.files.files import Refusal, RefusedFileError, open_regular, read_regular

TEXT = b"notes: []"


def test_a_regular_file_inside_the_project_is_read(tmp_path: Path) -> None:
    (tmp_path / "note.yaml").write_bytes(TEXT)
    (tmp_path / "link.yaml").symlink_to("note.yaml")
    assert read_regular(tmp_path / "note.yaml", tmp_path, len(TEXT)) == TEXT
    assert read_regular(tmp_path / "link.yaml", tmp_path, len(TEXT)) == TEXT
    with open_regular(tmp_path / "note.yaml", tmp_path) as file:
        assert file.read(3) == b"not"


def refused(path: Path, root: Path) -> Refusal:
    """The reason why a file is not read."""
    with pytest.raises(RefusedFileError) as caught:
        read_regular(path, root, 100)
    assert str(caught.value).startswith(f"{path} can't be read: {caught.value.refusal}")
    return caught.value.refusal


def test_other_than_regular_files_inside_the_project_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "cards"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "cards-of-others").mkdir()
    (tmp_path / "cards-of-others" / "a").write_text("secret")
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "out").symlink_to(tmp_path)
    (root / "circle").symlink_to("circle")
    (root / "large").write_bytes(b"x" * 101)
    assert refused(root / "gone", root) is Refusal.MISSING
    assert refused(root / "large" / "a", root) is Refusal.MISSING
    assert refused(root / ("a" * 300), root) is Refusal.MISSING
    assert refused(root / "a\0b", root) is Refusal.MISSING
    assert refused(root / "link", root) is Refusal.OUTSIDE
    assert refused(root / "out" / "secret", root) is Refusal.OUTSIDE
    assert refused(root / ".." / "secret", root) is Refusal.OUTSIDE
    assert refused(tmp_path / "cards-of-others" / "a", root) is Refusal.OUTSIDE
    assert refused(root / "folder", root) is Refusal.NOT_A_FILE
    assert refused(root / "circle", root) is Refusal.NOT_A_FILE
    assert refused(root / "large", root) is Refusal.TOO_LARGE


def test_pipes_and_devices_are_refused_without_waiting(tmp_path: Path) -> None:
    null = Path(os.devnull)
    assert refused(null, null.parent) in {Refusal.NOT_A_FILE, Refusal.MISSING}
    if hasattr(os, "mkfifo"):  # not on Windows
        os.mkfifo(tmp_path / "pipe")
        assert refused(tmp_path / "pipe", tmp_path) is Refusal.NOT_A_FILE


def test_a_file_without_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "note.yaml").touch()

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "open", refuse)
    assert refused(tmp_path / "note.yaml", tmp_path) is Refusal.DENIED


def test_a_file_that_is_too_large_is_reported_with_both_sizes(tmp_path: Path) -> None:
    (tmp_path / "note.yaml").write_bytes(b"x" * 101)
    with pytest.raises(RefusedFileError, match=r"it is too large \(101 bytes; 100 are allowed\)"):
        read_regular(tmp_path / "note.yaml", tmp_path, 100)
