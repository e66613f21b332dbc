"""Atomic replacement of files, and names of packages."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from flashdeck.diagnostics import FlashdeckError
from flashdeck.files import files
from flashdeck.files.files import Publication, check_package_name, sweep

OLD, NEW = b"old" * 1000, b"new" * 100_000


def publish(*targets: Path, data: bytes = NEW) -> None:
    """Publish the same bytes at every target."""
    with Publication() as publication:
        for target in targets:
            publication.stage(target).write(data)
        publication.commit()


def names(folder: Path) -> list[str]:
    """The names in a folder."""
    return sorted(path.name for path in folder.iterdir())


# Publishing


def test_files_are_created_and_replaced(tmp_path: Path) -> None:
    made, replaced = tmp_path / "made.apkg", tmp_path / "replaced.apkg"
    replaced.write_bytes(OLD)
    publish(made, replaced)
    assert made.read_bytes() == replaced.read_bytes() == NEW
    assert names(tmp_path) == ["made.apkg", "replaced.apkg"]


def test_a_staged_file_can_be_read_back_and_closed_before_it_is_published(tmp_path: Path) -> None:
    with Publication() as publication:
        with publication.stage(tmp_path / "deck.apkg") as out:
            out.write(NEW)
            out.seek(3)
            assert out.read(6) == b"newnew"
        publication.commit()
    assert (tmp_path / "deck.apkg").read_bytes() == NEW


def test_files_appear_in_the_order_in_which_they_were_staged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    replace = os.replace

    def watched(source: Path, target: Path) -> None:
        assert all(path.stat().st_size == len(NEW) for path in tmp_path.glob(".*.tmp"))
        order.append(Path(target).name)
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    publish(*(tmp_path / name for name in ("c.yaml", "a.lock", "b.apkg")))
    assert order == ["c.yaml", "a.lock", "b.apkg"]


def test_without_commit_only_the_old_file_stays(tmp_path: Path) -> None:
    target = tmp_path / "deck.apkg"
    target.write_bytes(OLD)
    with Publication() as publication:
        publication.stage(target).write(NEW)
        publication.stage(tmp_path / "other.apkg").write(NEW)
    assert target.read_bytes() == OLD
    assert names(tmp_path) == ["deck.apkg"]


def test_an_error_before_commit_leaves_only_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "deck.apkg"
    target.write_bytes(OLD)
    with suppress(KeyboardInterrupt), Publication() as publication:
        publication.stage(target).write(NEW)
        raise KeyboardInterrupt
    assert target.read_bytes() == OLD
    assert names(tmp_path) == ["deck.apkg"]


def test_the_new_file_has_the_mode_of_the_old_one_or_the_default(tmp_path: Path) -> None:
    old, new, plain = (tmp_path / name for name in ("old", "new", "plain"))
    old.write_bytes(OLD)
    old.chmod(0o640)
    before = old.stat().st_mode
    plain.touch()
    publish(old, new)
    assert old.stat().st_mode == before
    assert new.stat().st_mode == plain.stat().st_mode


def test_a_symlink_still_points_to_the_replaced_file(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    real, link = tmp_path / "there" / "deck.apkg", tmp_path / "deck.apkg"
    real.write_bytes(OLD)
    link.symlink_to(real)
    publish(link)
    assert link.is_symlink()
    assert real.read_bytes() == NEW


def test_a_name_of_maximal_length_can_be_published(tmp_path: Path) -> None:
    target = tmp_path / ("é" * 124 + ".apkg")
    publish(target)
    assert target.read_bytes() == NEW


def test_one_file_is_not_written_twice(tmp_path: Path) -> None:
    with pytest.raises(FlashdeckError, match=r"deck\.apkg is written twice"):
        publish(tmp_path / "deck.apkg", tmp_path / "." / "deck.apkg")
    assert names(tmp_path) == []


def test_a_folder_or_a_pipe_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(FlashdeckError, match="folder can't be written: it is a folder"):
        publish(tmp_path / "folder")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(FlashdeckError, match="or a device"):
            publish(tmp_path / "pipe")


def test_a_missing_folder_and_a_symlink_loop_are_reported(tmp_path: Path) -> None:
    with pytest.raises(FlashdeckError, match=r"there is no folder .*gone"):
        publish(tmp_path / "gone" / "deck.apkg")
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    with pytest.raises(FlashdeckError, match="circle can't be written: "):
        publish(circle)


def failing(number: int) -> object:
    """A stand-in for a system call that fails."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_folder_without_permission_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_RawFile", failing(errno.EACCES))
    with pytest.raises(FlashdeckError, match=r"deck\.apkg can't be written: permission denied"):
        publish(tmp_path / "deck.apkg")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
def test_a_full_disk_keeps_the_previous_file(
    call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "deck.apkg"
    target.write_bytes(OLD)
    with Publication() as publication:
        publication.stage(target).write(NEW)
        monkeypatch.setattr(os, call, failing(number))
        with pytest.raises(FlashdeckError, match="the disk is full; the previous file was kept"):
            publication.commit()
    assert target.read_bytes() == OLD
    assert names(tmp_path) == ["deck.apkg"]


FULL_DISK = """
import errno, io, sys
from pathlib import Path

class FullDisk(io.FileIO):
    def write(self, data):
        if self.tell() + len(data) > 100_000:
            raise OSError(errno.ENOSPC, "full")
        return super().write(data)

try:
    import resource
except ImportError:  # on Windows
    io.FileIO = FullDisk
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

from flashdeck.diagnostics import FlashdeckError
from flashdeck.files.files import Publication
try:
    with Publication() as publication:
        publication.stage(Path(sys.argv[1])).write(b"new" * 100_000)
        publication.commit()
except FlashdeckError as error:
    print(error)
"""


def test_a_truncated_write_keeps_the_previous_file(tmp_path: Path) -> None:
    target = tmp_path / "deck.apkg"
    target.write_bytes(OLD)
    output = run(FULL_DISK, target).stdout
    assert output == f"{target} can't be written: the disk is full; the previous file was kept\n"
    assert target.read_bytes() == OLD
    assert names(tmp_path) == ["deck.apkg"]


def test_on_windows_an_open_file_is_retried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, refusals = os.replace, iter([PermissionError, PermissionError])

    def replace_later(source: Path, target: Path) -> None:
        for refusal in refusals:
            raise refusal
        replace(source, target)

    monkeypatch.setattr(os, "replace", replace_later)
    monkeypatch.setattr(files, "_PAUSES", (0, 0, 0))
    publish(tmp_path / "deck.apkg")
    assert (tmp_path / "deck.apkg").read_bytes() == NEW


def test_a_file_that_stays_open_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "replace", failing(errno.EACCES))
    monkeypatch.setattr(files, "_PAUSES", (0, 0))
    with pytest.raises(FlashdeckError, match="permission denied"):
        publish(tmp_path / "deck.apkg")
    assert names(tmp_path) == []


# A killed process

DYING = """
import io, os, sys
from pathlib import Path
from flashdeck.files import files

left = int(sys.argv[1])

def deadly(call):
    def count(*arguments, **keywords):
        global left
        left -= 1
        if left == 0:
            os._exit(9)
        result = call(*arguments, **keywords)
        left -= 1
        if left == 0:
            os._exit(9)
        return result
    return count

for name in ("open", "close", "fsync", "chmod", "replace", "unlink", "stat"):
    setattr(os, name, deadly(getattr(os, name)))
files._RawFile.write = deadly(files._RawFile.write)
with files.Publication() as publication:
    for target in sys.argv[2:]:
        publication.stage(Path(target)).write(b"new" * 100_000)
    publication.commit()
"""


def run(script: str, *arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a script in a new Python process."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=check)


@pytest.mark.slow
def test_a_process_killed_at_any_moment_leaves_every_file_whole(tmp_path: Path) -> None:
    targets = [tmp_path / "flashdeck.lock", tmp_path / "deck.apkg"]
    states = set()
    contents = [OLD, OLD]
    moment = 0
    killed = True
    while killed:
        moment += 1
        for target in targets:
            target.write_bytes(OLD)
        killed = run(DYING, moment, *targets, check=False).returncode == 9
        contents = [target.read_bytes() for target in targets]
        assert set(contents) <= {OLD, NEW}
        states.add(tuple(content == NEW for content in contents))
        sweep([tmp_path])
        assert names(tmp_path) == ["deck.apkg", "flashdeck.lock"]
    # The first file is never older than the second, and the last run was not killed at all.
    assert states == {(False, False), (True, False), (True, True)}
    assert contents == [NEW, NEW]
    assert moment > 30


def test_sweep_removes_only_temporary_files_of_killed_processes(tmp_path: Path) -> None:
    ours = ".deck.apkg.flashdeck-0123456789abcdef.tmp"
    others = [".deck.apkg.tmp", "deck.apkg.flashdeck-0123456789abcdef.tmp", ".a.flashdeck-1.tmp"]
    for name in (ours, *others):
        (tmp_path / name).touch()
    sweep([tmp_path, tmp_path / "gone"])
    assert names(tmp_path) == sorted(others)


def test_sweep_removes_temporary_folders_but_follows_no_link(tmp_path: Path) -> None:
    folder, elsewhere = files.temporary(tmp_path / "build"), tmp_path / "elsewhere"
    for path in (folder, elsewhere):
        path.mkdir()
        (path / "file").touch()
    files.temporary(tmp_path / "link").symlink_to(elsewhere)
    sweep([tmp_path])
    assert names(tmp_path) == ["elsewhere"]
    assert names(elsewhere) == ["file"]


# Folders and many files


def test_folders_are_created_for_files_that_are_published(tmp_path: Path) -> None:
    with Publication() as publication:
        publication.stage(tmp_path / "a" / "b" / "file", parents=True).write(NEW)
        publication.commit()
    assert (tmp_path / "a" / "b" / "file").read_bytes() == NEW


def test_folders_of_files_that_are_not_published_are_removed(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    with Publication() as publication:
        publication.stage(tmp_path / "a" / "b" / "file", parents=True).write(NEW)
        publication.stage(tmp_path / "old" / "new" / "file", parents=True).write(NEW)
    assert names(tmp_path) == ["old"]
    assert names(tmp_path / "old") == []


@pytest.mark.skipif(os.name == "nt", reason="the limit of open files is not known there")
def test_more_files_than_a_process_may_open_are_published_together(tmp_path: Path) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
    try:
        with Publication() as publication:
            for number in range(300):
                publication.stage(tmp_path / str(number)).write(NEW)
            publication.commit()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {NEW}
    assert len(names(tmp_path)) == 300


# Names of packages


@pytest.mark.parametrize("name", ["spanish.apkg", "My collection.apkg", "日本語.apkg", "A.APKG"])
def test_an_ordinary_package_name_is_accepted(name: str) -> None:
    check_package_name(name)


@pytest.mark.parametrize("name", ["spanish.zip", "spanish", ".apkg", "spanish.apkg (1)", ""])
def test_a_package_name_must_end_in_apkg(name: str) -> None:
    with pytest.raises(FlashdeckError, match=r"must end in \.apkg"):
        check_package_name(name)


@pytest.mark.parametrize("name", ["con.apkg", "NUL.apkg", "aux.1.apkg", "com1 .apkg", "LPT².apkg"])
def test_names_that_windows_takes_for_devices_are_refused(name: str) -> None:
    with pytest.raises(FlashdeckError, match="Windows takes that name for a device"):
        check_package_name(name)


@pytest.mark.parametrize("name", ["collection.apkg", "Collection.APKG", "backup-2024.apkg"])
def test_names_that_anki_takes_for_whole_collections_are_refused(name: str) -> None:
    with pytest.raises(FlashdeckError, match="would replace the whole collection"):
        check_package_name(name)
