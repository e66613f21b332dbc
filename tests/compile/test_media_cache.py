"""Media are read once, copied by the system, and never believed where they should not be."""

from __future__ import annotations

import errno
import io
import json
import os
import zipfile
import zlib
from dataclasses import replace
from functools import partial

import pytest
from made_collections import SAMPLE

from flashdeck.anki.write.apkg import apkg_bytes, write_apkg
from flashdeck.compile.media import cache as media_cache
from flashdeck.compile.media import table as media
from flashdeck.diagnostics import FlashdeckError
from flashdeck.files import seal
from flashdeck.model import Seen
from flashdeck.preview.session import PreviewSession

LONG_AGO, FAR_AHEAD = 1_700_000_000, 4_000_000_000
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>'
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'


@pytest.fixture
def counted(monkeypatch):
    """Gather the names of files that were read to be counted."""
    names = []
    count = media._count

    def gather(path, *others):
        names.append(path.name)
        return count(path, *others)

    monkeypatch.setattr(media, "_count", gather)
    return names


@pytest.fixture
def pictures(project, monkeypatch):
    """A deck with two pictures, and a clock by which they were written long ago."""
    monkeypatch.setattr(media_cache, "TICK", -3_600_000_000_000)
    for name, data in {"map.png": b"map", "sun.svg": DRAWING}.items():
        (project.root / "cards" / name).write_bytes(data)
    project.write(
        "cards/es.yaml",
        "notes:\n  - {q: Where?, a: '![a map](map.png) ![a sun](sun.svg)', id: aaaaaaaa1}\n",
    )
    return project


def again(project, **options):
    """Edit the note and build."""
    project.replace("cards/es.yaml", "Where", "Where on earth")
    return project.built(**options)


def put(project, name, data):
    (project.root / "cards" / name).write_bytes(data)


def cache(project):
    return project.root / "build" / ".media"


def packed(project):
    """What the package holds, by name; every checksum in it is right."""
    with zipfile.ZipFile(project.package) as package:
        assert package.testzip() is None
        names = json.loads(package.read("media"))
        return {name: package.read(member) for member, name in names.items()}


# What is believed


def test_a_second_build_reads_no_picture(pictures, counted):
    pictures.built()
    assert sorted(counted) == ["map.png", "sun.svg"]
    again(pictures)
    assert len(counted) == 2
    assert list(packed(pictures).values()) == [b"map", DRAWING]


def test_neither_a_check_nor_a_preview_reads_what_a_build_has_read(pictures, counted):
    pictures.built()
    before = cache(pictures).read_bytes()
    assert pictures.check() == []
    assert PreviewSession(pictures.root).compile().problems == ()
    assert len(counted) == 2
    put(pictures, "map.png", b"MAP")
    pictures.check()
    pictures.check()
    assert counted[2:] == ["map.png"] * 2
    assert cache(pictures).read_bytes() == before


def test_a_changed_picture_of_the_same_size_and_time_is_detected(pictures, counted):
    pictures.built()
    path = pictures.root / "cards" / "map.png"
    before = path.stat()
    path.write_bytes(b"MAP")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    again(pictures)
    assert counted[2:] == ["map.png"]
    assert list(packed(pictures).values()) == [b"MAP", DRAWING]


def test_a_picture_that_was_written_just_now_is_read_again(pictures, counted):
    # Within one tick of the disk's clock it could have been written again after it was read.
    path = pictures.root / "cards" / "map.png"
    os.utime(path, (FAR_AHEAD, FAR_AHEAD))  # however slow the machine is
    pictures.built()
    again(pictures)
    assert counted[2:] == ["map.png"]


def test_a_picture_that_is_written_while_it_is_read_is_read_again(pictures, counted, monkeypatch):
    count = media._count

    def busy(path, *others):
        counts = count(path, *others)
        os.utime(path, (LONG_AGO, LONG_AGO))
        return counts

    monkeypatch.setattr(media, "_count", busy)
    pictures.built()
    again(pictures)
    assert len(counted) == 4


def test_removed_pictures_leave_the_cache(pictures):
    pictures.built()
    pictures.replace("cards/es.yaml", "![a map](map.png) ", "")
    pictures.built()
    assert list(json.loads(cache(pictures).read_bytes())[1]) == ["cards/sun.svg"]


def test_an_error_in_a_deck_loses_nothing_that_was_read(pictures, counted):
    pictures.replace("cards/es.yaml", "q: Where?", "w: Where?")
    assert pictures.build().packages == ()
    pictures.replace("cards/es.yaml", "w: Where?", "q: Where?")
    pictures.built()
    assert len(counted) == 2


def test_a_deck_that_cannot_be_read_loses_nothing_that_was_read(pictures, counted):
    pictures.built()
    text = pictures.read("cards/es.yaml")
    pictures.write("cards/es.yaml", "notes: [")
    assert pictures.build().packages == ()
    pictures.write("cards/es.yaml", text)
    again(pictures)
    assert len(counted) == 2


def _rows(pictures, row):
    sealed, rows = json.loads(cache(pictures).read_bytes())
    return json.dumps([sealed, {**rows, "cards/map.png": row}]).encode()


DAMAGE = {
    "nothing": lambda _: b"",
    "a part": lambda p: cache(p).read_bytes()[:-20],
    "another thing": lambda _: b'{"seal": 1}',
    "no rows": lambda p: json.dumps([json.loads(cache(p).read_bytes())[0], [1]]).encode(),
    "much too deep": lambda _: b"[" * 100_000,
    "no row": lambda p: _rows(p, None),
    "a short row": lambda p: _rows(p, [1, 2, 3]),
    "a row without a digest": lambda p: _rows(p, [3, 1, 1, 1, None, 1, False]),
    "a row without a checksum": lambda p: _rows(p, [3, 1, 1, 1, "0" * 64, None, False]),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_media_cache_is_ignored(pictures, counted, name):
    pictures.built()
    cache(pictures).write_bytes(DAMAGE[name](pictures))
    again(pictures)
    assert len(counted) == 4
    assert list(packed(pictures).values()) == [b"map", DRAWING]


def test_a_copied_media_cache_is_ignored(pictures, counted):
    pictures.built()
    poisoned = cache(pictures).read_bytes().replace(b'"60be', b'"0000')
    cache(pictures).rename(cache(pictures).with_name("elsewhere"))  # its place stays taken
    cache(pictures).write_bytes(poisoned)
    again(pictures)
    assert len(counted) == 4


def test_a_media_cache_of_another_version_is_ignored(pictures, counted, monkeypatch):
    pictures.built()
    monkeypatch.setattr(seal, "fingerprint", lambda: ("another",))
    again(pictures)
    assert len(counted) == 4


def test_a_drawing_that_may_not_be_packed_is_refused_each_time(pictures):
    pictures.built()
    put(pictures, "sun.svg", SCRIPT)
    for _ in range(2):
        (problem,) = pictures.build().diagnostics
        assert problem.message == "sun.svg holds <script>"


def test_a_drawing_that_was_packed_verbatim_is_still_checked(pictures):
    put(pictures, "sun.svg", SCRIPT)
    pictures.write("flashdeck.yaml", "media: verbatim\n")
    pictures.built()
    assert packed(pictures)["sun.svg"] == SCRIPT
    pictures.replace("flashdeck.yaml", "media: verbatim\n", "")
    assert [problem.message for problem in pictures.build().diagnostics] == [
        "sun.svg holds <script>"
    ]


# How it is copied

COPY = getattr(os, "copy_file_range", None)


def refused(number):
    def refuse(*_):
        raise OSError(number, "no")

    return refuse


def slowly(source, target, count, here, there):
    """Copy two bytes at a time."""
    return os.pwrite(target, os.pread(source, min(count, 2), here), there)


def half(source, target, count, here, there):
    """Copy a little, then say that there is no more."""
    return 0 if here else slowly(source, target, count, here, there)


WAYS = {
    "a system without it": None,
    "another disk": refused(errno.EXDEV),
    "a full disk": refused(errno.ENOSPC),
    "one that stops": half,
    "a slow one": slowly,
}


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("warm", [True, False])
def test_a_package_has_the_same_bytes_however_media_get_into_it(pictures, monkeypatch, name, warm):
    pictures.built()
    whole = pictures.package.read_bytes()
    (pictures.root / "build" / ".state").unlink(missing_ok=True)
    if not warm:
        cache(pictures).unlink()
    if WAYS[name] is None:
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    else:
        monkeypatch.setattr(os, "copy_file_range", WAYS[name], raising=False)
    pictures.built()
    assert pictures.package.read_bytes() == whole


def test_a_package_in_memory_has_the_same_bytes_as_a_file(tmp_path):
    data = b"ding" * 1000
    path = tmp_path / "bell.mp3"
    path.write_bytes(data)
    bell = replace(
        SAMPLE.media[0],
        open=partial(path.open, "rb"),
        crc32=zlib.crc32(data),
        seen=Seen.of(path.stat()),
    )
    collection = replace(SAMPLE, media=(bell, *SAMPLE.media[1:]))
    with (tmp_path / "file.apkg").open("w+b") as out:
        write_apkg(collection, out)
    out = io.BytesIO()
    write_apkg(collection, out)
    assert (tmp_path / "file.apkg").read_bytes() == out.getvalue() == apkg_bytes(SAMPLE)


def during(monkeypatch, before=lambda: None, after=lambda: None):
    """Have something happen before and after the system copies."""
    copy = COPY or slowly

    def busy(*arguments):
        before()
        count = copy(*arguments)
        after()
        return count

    monkeypatch.setattr(os, "copy_file_range", busy, raising=False)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_picture_that_is_saved_while_it_is_copied_stops_the_build(pictures, monkeypatch, when):
    """Its name and checksum are those of what it was."""
    pictures.built()
    before = pictures.package.read_bytes()
    during(monkeypatch, **{when: lambda: put(pictures, "map.png", b"MAP")})
    with pytest.raises(FlashdeckError, match=r"map-[0-9a-f]{12}\.png has changed while it was"):
        again(pictures)
    assert pictures.package.read_bytes() == before


def test_a_picture_that_is_saved_unchanged_while_it_is_copied_is_packed(pictures, monkeypatch):
    pictures.built()
    during(monkeypatch, after=lambda: put(pictures, "map.png", b"map"))
    again(pictures)
    assert list(packed(pictures).values()) == [b"map", DRAWING]


def test_the_system_copies_pictures_that_were_read_before(pictures, monkeypatch):
    copied = []
    pictures.built()
    during(monkeypatch, before=lambda: copied.append(1))
    again(pictures)
    assert len(copied) == 2


def test_a_folder_link_outside_the_project_is_refused(pictures, tmp_path):
    """Folders are resolved once, and not once and for all."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.png").write_bytes(b"secret")
    (pictures.root / "cards" / "way").symlink_to(tmp_path / "outside")
    (pictures.root / "cards" / "link.png").symlink_to(tmp_path / "outside" / "a.png")
    pictures.replace("cards/es.yaml", "![a sun](sun.svg)", "![](way/a.png) ![](link.png)")
    assert [
        problem.message
        for problem in pictures.build().diagnostics
        if problem.rule == "media-outside"
    ] == [
        "way/a.png is outside the project",
        "link.png is outside the project",
    ]
