"""What media files contain: files that no app would show are reported where they are named."""

from __future__ import annotations

import base64
import struct
from urllib.parse import quote

import pytest
from conftest import rest
from rule_examples import png

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.compile.media.cache import MediaCache
from flashdeck.files.many_files import ManyFiles

PNG = png(2, 2)
_THUMBNAIL = b"\xff\xe1\x00\x0aExif\xff\xd9\x00\x00"
JPEG = b"\xff\xd8" + _THUMBNAIL + b"\xff\xda\x00\x04\x00\x00abc\xff\x00def\xff\xd9"
_COLORS = b"\0\0\0\xff\xff\xff"
GIF = b"GIF89a\x02\x00\x02\x00\x80\x00\x00" + _COLORS + b"!\xf9\x04\x00\x00\x00\x00\x00"
GIF += b",\0\0\0\0\x02\0\x02\0\x80" + _COLORS + b"\x02\x02\x44\x01\x00;"
WEBP = b"RIFF" + struct.pack("<I", 16) + b"WEBPVP8 " + struct.pack("<I", 4) + b"data"
BMP = b"BM" + bytes(12) + struct.pack("<I", 40) + bytes(40)
ICO = b"\0\0\1\0\1\0" + bytes(20)


def brand(name: bytes, *others: bytes) -> bytes:
    return struct.pack(">I", 16 + 4 * len(others)) + b"ftyp" + name + bytes(4) + b"".join(others)


AVIF = brand(b"avif", b"mif1")
MP4 = brand(b"isom", b"mp42")
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
OGG, FLAC, ID3, WEBM = b"OggS\0\2", b"fLaC\0", b"ID3\4\0", b"\x1aE\xdf\xa3\1"
MPEG_FRAME = b"\xff\xfb\x90\x44" + bytes(400)
WAV = b"RIFF\xff\xff\xff\xffWAVEfmt "
TIFF, HEIC, PSD = b"II*\0" + bytes(8), brand(b"heic", b"mif1"), b"8BPS\0\1"
JXL, JP2 = b"\0\0\0\x0cJXL \r\n\x87\n", b"\0\0\0\x0cjP  \r\n\x87\n"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"
PAGE = b"\xef\xbb\xbf\n<!-- saved --><!DOCTYPE html><title>404</title>"
PDF, ZIP = b"%PDF-1.7", b"PK\3\4\x14\0"


@pytest.fixture
def look(project):
    """A function that returns rule, message and hint of a file that a note names."""

    def look(name: str, data: bytes):
        path = project.root / "cards" / name
        path.write_bytes(data)
        project.write("cards/d.yaml", f"notes:\n  - {{q: What?, a: '![x]({name})'}}\n")
        problems = list(project.build().diagnostics)
        assert all(problem.span[:3] == ("cards/d.yaml", 2, 25) for problem in problems)
        assert len(problems) <= 1
        return (problems[0].rule, problems[0].message, problems[0].hint) if problems else None

    return look


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.png", PNG),
        ("x.PNG", PNG + b"trailing bytes"),
        ("x.apng", PNG),
        ("x.jpg", JPEG),
        ("x.jpeg", JPEG + MP4),
        ("x.gif", GIF),
        ("x.gif", GIF + b"\0\0"),
        ("x.webp", WEBP),
        ("x.webp", WEBP + b"\0"),
        ("x.bmp", BMP),
        ("x.ico", ICO),
        ("x.ico", PNG),
        ("x.avif", AVIF),
        ("x.avif", brand(b"mif1", b"avif")),
        ("x.svg", SVG),
        ("x.mp3", ID3),
        ("x.mp3", MPEG_FRAME),
        ("x.mp3", MP4),
        ("x.wav", WAV),
        ("x.ogg", OGG),
        ("x.flac", FLAC),
        ("x.m4a", MP4),
        ("x.mp4", MP4),
        ("x.webm", WEBM),
        ("x.mov", b"\0\0\0\x08wide"),
        ("x.png", b"anything else"),
        ("x.jpg", b"\xff\xd8"),
    ],
)
def test_files_that_apps_show_are_packed(look, name, data):
    assert look(name, data) is None


@pytest.mark.parametrize(
    ("name", "data", "words", "hint"),
    [
        ("x.png", LFS, "is a Git LFS pointer: ", "run 'git lfs pull'"),
        ("x.mp3", LFS, "is a Git LFS pointer: ", "run 'git lfs pull'"),
        ("x.svg", LFS, "is a Git LFS pointer: ", "run 'git lfs pull'"),
        ("x.jpg", PAGE, "is a web page, not a picture", "download the file itself"),
        ("x.mp3", b"\n<HTML lang=en>", "is a web page, not a sound", "download the file itself"),
        ("x.webm", b"<html>", "is a web page, not a video", "download the file itself"),
        ("x.png", PNG[:-1], "is cut off: the end of the PNG picture is missing", "save or"),
        ("x.png", PNG[:40], "is cut off: the end of the PNG picture is missing", "save or"),
        ("x.jpg", JPEG[:-1], "is cut off: the end of the JPEG picture is missing", "save or"),
        ("x.jpg", JPEG[:14], "is cut off: the end of the JPEG picture is missing", "save or"),
        ("x.jpg", JPEG[:3], "is cut off: the end of the JPEG picture is missing", "save or"),
        ("x.gif", GIF[:-1], "is cut off: the end of the GIF picture is missing", "save or"),
        ("x.gif", GIF[:-3], "is cut off: the end of the GIF picture is missing", "save or"),
        ("x.gif", GIF[:8], "is cut off: the end of the GIF picture is missing", "save or"),
        ("x.webp", WEBP[:-1], "is cut off: the end of the WebP picture is missing", "save or"),
        ("x.png", JPEG, "is JPEG, but its name says PNG", "rename it to end in .jpg"),
        ("x.jpg", PNG, "is PNG, but its name says JPG", "rename it to end in .png"),
        ("x.jpg", WEBP, "is WebP, but its name says JPG", "rename it to end in .webp"),
        ("x.png", SVG, "is SVG, but its name says PNG", "rename it to end in .svg"),
        ("x.png", BMP, "is BMP, but its name says PNG", "rename it to end in .bmp"),
        ("x.mp3", PNG, "is PNG, but its name says MP3", "name a sound here"),
        ("x.png", OGG, "is a sound, but its name says PNG", "name a picture here"),
        ("x.png", MP4, "is a video, but its name says PNG", "name a picture here"),
        ("x.png", TIFF, "is TIFF, which Anki does not show", "save it as PNG or JPEG"),
        ("x.jpg", HEIC, "is HEIC, which Anki does not show", "save it as PNG or JPEG"),
        ("x.jpg", PSD, "is PSD, which Anki does not show", "save it as PNG or JPEG"),
        ("x.jpg", JXL, "is JPEG XL, which Anki does not show", "save it as PNG or JPEG"),
        ("x.jpg", JP2, "is JPEG 2000, which Anki does not show", "save it as PNG or JPEG"),
        ("x.png", PDF, "is PDF, which Anki does not show", "save it as PNG or JPEG"),
        ("x.mp3", ZIP, "is a ZIP archive, which Anki does not show", "save it as"),
        ("x.tiff", TIFF, "is TIFF, which Anki does not show", "save it as PNG or JPEG"),
        ("x.heic", HEIC, "is HEIC, which Anki does not show", "save it as PNG or JPEG"),
        ("x.psd", PSD, "is PSD, which Anki does not show", "save it as PNG or JPEG"),
        ("x.NEF", TIFF, "is a camera's raw format, which Anki does not", "save it as PNG or JPEG"),
    ],
)
def test_files_that_no_app_shows_are_reported(look, name, data, words, hint):
    rule, message, advice = look(name, data)
    assert rule == "media-kind"
    assert message.startswith(f"{name} {words}")
    assert advice.startswith(hint)


def test_a_picture_under_masks_is_checked(project):
    (project.root / "cards/x.png").write_bytes(LFS)
    project.write(
        "cards/d.yaml",
        "notes:\n  - image: x.png\n    occlude:\n"
        "      - {label: a, at: [10%, 10%, 20%, 20%]}\n    q: What?\n",
    )
    problems = project.build().diagnostics
    assert [(problem.rule, *problem.span[1:3]) for problem in problems] == [("media-kind", 2, 12)]


# Files that keep their names


@pytest.fixture
def verbatim(project):
    """A deck that keeps the names of its files, as an imported one."""
    project.write("flashdeck.yaml", "id: abcdefgh\nname: X\nmarkup: html\nmedia: verbatim\n")
    project.write(
        "cards/d.yaml", "deck: D\nnotes:\n  - {q: x.png, a: '<b>x.png <img src=x.png>'}\n"
    )
    project.write("cards/e.yaml", "deck: D\nnotes:\n  - {q: other, a: '[sound:y.mp3]'}\n")
    (project.root / "cards/media").mkdir()
    (project.root / "cards/media/x.png").write_bytes(PNG)
    (project.root / "cards/y.mp3").write_bytes(LFS)
    return project


def warnings(result) -> list[tuple[object, ...]]:
    return [
        (problem.severity.value, *problem.span[:3], problem.message)
        for problem in result.diagnostics
    ]


POINTER = ("warning", "cards/e.yaml", 3, 27, "y.mp3 is a Git LFS pointer: the file itself was")
POINTER = (*POINTER[:4], f"{POINTER[4]} not downloaded")
CUT = ("warning", "cards/d.yaml", 3, 38, "x.png is cut off: the end of the PNG picture is missing")


def test_a_file_that_keeps_its_name_is_packed_with_a_warning(verbatim):
    assert warnings(verbatim.built()) == [POINTER]
    assert [media.name for media in read_apkg(verbatim.package).media] == ["x.png", "y.mp3"]


def test_an_empty_file_that_keeps_its_name_is_a_warning(verbatim):
    (verbatim.root / "cards/y.mp3").write_bytes(b"")
    assert warnings(verbatim.built()) == [
        (*POINTER[:4], "y.mp3 is empty; Anki would report it as missing")
    ]


def test_a_file_that_becomes_faulty_or_right_is_detected(verbatim):
    verbatim.built()
    rest(verbatim.root)
    verbatim.built()
    (verbatim.root / "cards/media/x.png").write_bytes(PNG[:-2])
    assert warnings(verbatim.built()) == [CUT, POINTER]
    assert warnings(verbatim.built()) == [CUT, POINTER]
    (verbatim.root / "cards/y.mp3").write_bytes(ID3)
    (verbatim.root / "cards/media/x.png").write_bytes(PNG)
    assert warnings(verbatim.built()) == []


def test_a_faulty_file_is_not_read_again(verbatim, monkeypatch):
    """Its fault is in the cache of media."""
    monkeypatch.setattr(MediaCache, "keep", _keep_all(MediaCache.keep))
    verbatim.built()
    read: list[str] = []
    opens = ManyFiles.open
    monkeypatch.setattr(
        "flashdeck.compile.media.table._count", lambda path, *_: read.append(path.name)
    )
    verbatim.replace("cards/d.yaml", "q: x.png", "q: which")
    assert warnings(verbatim.built()) == [POINTER]
    assert (read, opens) == ([], ManyFiles.open)


def _keep_all(keep):
    """Cache files that were written just now as well."""

    def kept(cache, path, counted):
        cache._settled = 2**62
        return keep(cache, path, counted)

    return kept


def test_a_file_of_a_template_that_keeps_its_name_is_a_warning(verbatim):
    verbatim.write(
        "cards/notetypes/w.yaml",
        "notetype: W\nfields: [A]\ntemplates:\n"
        '  - {name: C, front: "{{A}}<img src=_x.png>", back: x}\n',
    )
    (verbatim.root / "cards/notetypes/_x.png").write_bytes(JPEG)
    message = "_x.png is JPEG, but its name says PNG"
    assert warnings(verbatim.built())[:1] == [("warning", "cards/notetypes/w.yaml", 4, 37, message)]


# Pictures inside a text


def data(content: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def deck(project, answer: str, markup: str = "markdown") -> None:
    text = answer.replace("'", "''")
    project.write("cards/d.yaml", f"markup: {markup}\nnotes:\n  - {{q: What?, a: '{text}'}}\n")


@pytest.mark.parametrize(
    ("markup", "answer"),
    [
        ("markdown", f"![x]({data(PNG)})"),
        ("markdown", f"![x]({data(PNG, 'PNG').replace('data', 'DATA')})"),
        ("markdown", f"*Look:* ![x]({data(PNG)}) | <img src='{data(PNG)}'>"),
        ("html", f'<img src="{data(PNG)}">'),
        ("html", f"<IMG alt=x SRC={data(PNG)}>"),
        ("html", f"<img src='data:image/png,{quote(PNG)}'>"),
        ("html", f'<img src="{data(PNG, "jpeg")}">'),
        ("html", f'<img src="{data(PNG).rstrip("=")}">'),
    ],
)
def test_a_picture_inside_a_text_is_packed_as_a_file(project, markup, answer):
    deck(project, answer, markup)
    for _ in range(2):  # once from the sources, once from the cache
        project.built()
        package = read_apkg(project.package)
        (picture,) = package.media
        assert picture.name.startswith("media-")
        assert picture.name.endswith(".png")
        with picture.open() as file:
            assert file.read() == PNG
        assert picture.name in package.notes[0].fields[1]
        assert "base64" not in package.notes[0].fields[1]
        project.write("cards/other.yaml", "deck: d\nnotes:\n  - {q: More, a: x}\n")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("data:image/png;base64,AB%C", "is not valid base64"),
        ("data:image/png;base64,A", "is not valid base64"),
        ("data:image/png;base64,", "is empty; Anki would report it as missing"),
        (data(PNG[:-4]), "is cut off: the end of the PNG picture is missing"),
        (data(TIFF), "is TIFF, which Anki does not show"),
        (data(b"<svg onload='x()'/>", "svg+xml"), "holds an event handler (onload=…)"),
    ],
)
def test_a_picture_inside_a_text_that_is_not_shown_is_an_error(project, answer, message):
    deck(project, f"see ![x]({answer})")
    (problem,) = project.build().diagnostics
    assert problem.message == f"the data: picture {message}"
    assert problem.span[1:3] == (3, 29)
    assert problem.span.end_column - problem.span.column == len(answer)


def test_a_drawing_inside_a_text_is_packed_as_a_file(project):
    deck(project, f"![x]({data(SVG, 'svg+xml')})")
    project.built()
    (drawing,) = read_apkg(project.package).media
    assert drawing.name.endswith(".svg")


def test_a_picture_inside_an_imported_text_is_a_warning(verbatim):
    deck(verbatim, f'x <img src="{data(PNG)}">', "html")
    (verbatim.root / "cards/e.yaml").unlink()
    (problem,) = verbatim.built().diagnostics
    assert (problem.rule, problem.severity.value) == ("inline-media", "warning")
    assert problem.span[1:3] == (3, 32)
    assert problem.message.startswith("Anki's Check Media replaces this data: picture by a file")
    assert data(PNG) in read_apkg(verbatim.package).notes[0].fields[1]
