"""What a media file contains, by its first bytes, and whether its end is there.

Only formats with distinct first bytes are recognised; other files may contain anything.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from io import SEEK_CUR
from typing import BinaryIO, NamedTuple


class Fault(NamedTuple):
    """Why a file is not shown. `words` continue a message that begins with its name."""

    rule: str
    words: str
    hint: str


class _Format(NamedTuple):
    """A format; `endings` are those of file names, the usual one first."""

    name: str
    endings: tuple[str, ...]
    is_complete: Callable[[BinaryIO, int], bool] | None = None


_HEAD = 4096
_MOST_BLOCKS = 1_000_000  # of a picture; the rest of one that has more is not read
_MARK, _SCAN = 0xFF, 0xDA  # the first byte of a header in a JPEG, and the kind of a scan's
_KIND = "media-kind"
_AS_PICTURE = "save it as PNG or JPEG"

PICTURE_ENDINGS = frozenset("apng avif bmp gif ico jpeg jpg png svg webp".split())
SOUND_ENDINGS = frozenset("3gp aac flac m4a mp3 oga ogg opus spx wav".split())
VIDEO_ENDINGS = frozenset("avi flv m4v mkv mov mp4 mpeg mpg ogv webm".split())
_FONT_ENDINGS = frozenset("otf ttf woff woff2".split())

# Pictures that neither Anki nor AnkiDroid shows, by the endings of their names.
_UNSHOWN = {
    **dict.fromkeys(("tif", "tiff"), "TIFF"),
    **dict.fromkeys(("heic", "heif"), "HEIC"),
    **dict.fromkeys(("jp2", "j2k", "jpf", "jpx"), "JPEG 2000"),
    "jxl": "JPEG XL",
    "psd": "PSD",
    **dict.fromkeys("arw cr2 cr3 dng nef orf raf rw2".split(), "a camera's raw format"),
}


def unshown(ending: str) -> Fault | None:
    """Return the fault of a picture that no app shows, by the ending of its name."""
    name = _UNSHOWN.get(ending)
    return Fault(_KIND, f"is {name}, which Anki does not show", _AS_PICTURE) if name else None


def fault_of(file: BinaryIO, size: int, ending: str) -> Fault | None:
    """Return the fault of a file with this size and this ending of its name.

    An ending that is not known is not judged, except for placeholders of Git LFS.
    """
    if not size:
        return Fault(
            "media-size", "is empty; Anki would report it as missing", "save the file again"
        )
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(b"version https://git-lfs."):
        words = "is a Git LFS pointer: the file itself was not downloaded"
        return Fault(_KIND, words, "run 'git lfs pull'")
    if ending not in _JUDGED:
        return unshown(ending)
    if _HTML.match(head):
        return Fault(_KIND, f"is a web page, not {_noun(ending)}", "download the file itself")
    content = _format_of(head)
    if content is not None and ending not in content.endings:
        return _mismatch(content, ending)
    if content is not None and content.is_complete and not content.is_complete(file, size):
        words = f"is cut off: the end of the {content.name} picture is missing"
        return Fault(_KIND, words, "save or download it again")
    return None


def picture_ending(data: bytes) -> str:
    """Return the usual ending of a picture's name by its first bytes, '' for others."""
    content = _format_of(data[:_HEAD])
    ending = content.endings[0] if content is not None and content.endings else ""
    return ending if ending in PICTURE_ENDINGS else ""


_JUDGED = PICTURE_ENDINGS - {"svg"} | SOUND_ENDINGS | VIDEO_ENDINGS | _FONT_ENDINGS
_PLAYED = (*sorted(SOUND_ENDINGS), *sorted(VIDEO_ENDINGS))
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|title|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_DRAWING = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml\b.*<svg|!doctype\s+svg|svg)\b", re.DOTALL)


def _noun(ending: str) -> str:
    if ending in PICTURE_ENDINGS:
        return "a picture"
    if ending in _FONT_ENDINGS:
        return "a font"
    return "a video" if ending in VIDEO_ENDINGS else "a sound"


def _mismatch(content: _Format, ending: str) -> Fault:
    if not content.endings:
        return Fault(_KIND, f"is {content.name}, which Anki does not show", _AS_PICTURE)
    words = f"is {content.name}, but its name says {ending.upper()}"
    named = f"rename it to end in .{content.endings[0]}"
    is_picture = {ending, content.endings[0]} <= PICTURE_ENDINGS
    return Fault(_KIND, words, named if is_picture else f"name {_noun(ending)} here")


def _png_is_complete(file: BinaryIO, size: int) -> bool:
    return _holds(file, 8, size, b"IEND\xaeB`\x82")


def _jpeg_is_complete(file: BinaryIO, size: int) -> bool:
    """Look for the end of the picture after its first scan: thumbnails before it have their own."""
    at = 2
    for _ in range(_MOST_BLOCKS):
        if at + 4 > size:
            return False
        file.seek(at)
        mark, marker, length = struct.unpack(">BBH", file.read(4))
        if mark != _MARK or marker == _MARK:
            break  # no header that is known
        at += 2 + length
        if marker == _SCAN:
            break
    return _holds(file, at, size, b"\xff\xd9")


def _holds(file: BinaryIO, start: int, size: int, mark: bytes) -> bool:
    """Whether a mark is in a file after `start`; it is near the end of most."""
    file.seek(max(start, size - _HEAD))
    if mark in file.read(_HEAD):
        return True
    file.seek(start)
    last = b""
    while chunk := file.read(1 << 17):
        if mark in last + chunk:
            return True
        last = chunk[1 - len(mark) :]
    return False


def _gif_is_complete(file: BinaryIO, _size: int) -> bool:
    file.seek(10)
    _skip_colors(file, file.read(3)[:1])
    in_data = False
    for _ in range(_MOST_BLOCKS):
        byte = file.read(1)
        if in_data and byte:
            file.seek(byte[0], SEEK_CUR)
            in_data = byte != b"\0"
        elif byte in {b",", b"!"}:
            _skip_colors(file, file.read(9)[8:] if byte == b"," else b"")
            file.seek(1, SEEK_CUR)  # the size of codes, or the kind of an extension
            in_data = True
        else:
            return byte == b";"
    return True


def _skip_colors(file: BinaryIO, flags: bytes) -> None:
    if flags and flags[0] & 0x80:
        file.seek(3 << ((flags[0] & 7) + 1), SEEK_CUR)


def _webp_is_complete(file: BinaryIO, size: int) -> bool:
    file.seek(4)
    (length,) = struct.unpack("<I", file.read(4))
    return bool(length + 8 <= size)


_PNG = _Format("PNG", ("png", "apng", "ico"), _png_is_complete)
_JPEG = _Format("JPEG", ("jpg", "jpeg"), _jpeg_is_complete)
_GIF = _Format("GIF", ("gif",), _gif_is_complete)
_WEBP = _Format("WebP", ("webp",), _webp_is_complete)
_BMP = _Format("BMP", ("bmp", "ico"))
_ICO = _Format("ICO", ("ico",))
_AVIF = _Format("AVIF", ("avif",))
_SVG = _Format("SVG", ("svg",))
_TIFF = _Format("TIFF", ())
_RAW = _Format("a camera's raw format", ())
_HEIC = _Format("HEIC", ())
# Players look at the content themselves, so these may have each other's endings.
_SOUND = _Format("a sound", _PLAYED)
_VIDEO = _Format("a video", _PLAYED)

_FIRST_BYTES = (
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"\xff\xd8\xff", _JPEG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"II*\0", _TIFF),
    (b"MM\0*", _TIFF),
    (b"II+\0", _TIFF),
    (b"MM\0+", _TIFF),
    (b"8BPS\0", _Format("PSD", ())),
    (b"\0\0\0\x0cJXL \r\n\x87\n", _Format("JPEG XL", ())),
    (b"\0\0\0\x0cjP  \r\n\x87\n", _Format("JPEG 2000", ())),
    (b"\xff\x4f\xff\x51", _Format("JPEG 2000", ())),
    (b"\0\0\1\0", _ICO),
    (b"%PDF-", _Format("PDF", ())),
    (b"PK\3\4", _Format("a ZIP archive", ())),
    (b"OggS", _SOUND),
    (b"ID3", _SOUND),
    (b"fLaC", _SOUND),
    (b"\x1aE\xdf\xa3", _VIDEO),
    (b"FLV\1", _VIDEO),
    (b"\0\0\1\xba", _VIDEO),
    (b"\0\0\1\xb3", _VIDEO),
)
_RIFF = {b"WEBP": _WEBP, b"WAVE": _SOUND, b"AVI ": _VIDEO}
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis"})
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})


def _format_of(head: bytes) -> _Format | None:
    """Recognise a format; None for any other."""
    for first, content in _FIRST_BYTES:
        if head.startswith(first):
            return content
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return _BMP
    return _SVG if _DRAWING.match(head) else None


def _of_brands(head: bytes) -> _Format | None:
    """Recognise a format of MP4's family: pictures have brands of their own."""
    end = min(int.from_bytes(head[:4], "big"), _HEAD)
    brands = {head[at : at + 4] for at in (8, *range(16, end, 4))}
    if brands & _AVIF_BRANDS:
        return _AVIF
    if brands & _HEIC_BRANDS:
        return _HEIC
    if b"crx " in brands:
        return _RAW
    return None if brands & {b"mif1", b"msf1"} else _VIDEO
