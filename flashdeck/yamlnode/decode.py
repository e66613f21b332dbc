"""Decoding of source files: UTF-8 only, without characters that Anki or YAML would drop."""

from __future__ import annotations

import re

from flashdeck.diagnostics import Diagnostic, Fix, Severity, Span
from flashdeck.files.conflicts import merge_conflict

_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_BOM = "\ufeff"
# C0 without tab and line ends, DEL, C1, Unicode line separators (line breaks in YAML, but not in
# editors), byte order marks inside the text, non-characters, a lone carriage return.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)"
)
# Bidirectional overrides, which are invisible and can hide the meaning of text ("Trojan source").
_OVERRIDES = re.compile("[\u202d\u202e]")
# Bytes that may belong to one of these. Most files have none, and this check is five times faster.
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {*b"\t\n\r"})
_OTHER_BYTES = re.compile(rb"\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9\xad\xae]|\xef[\xbb\xbf]")


def decode(path: str, data: bytes, most: int) -> tuple[str, list[Diagnostic]]:
    """Return the text of a file and at most `most` problems.

    An invalid byte becomes U+FFFD and a forbidden character a space, so that all other places stay
    the same; only byte order marks stay. The text is empty if there are too many problems, or a
    merge conflict.
    """
    conflict = merge_conflict(path, data)
    if conflict is not None:
        return "", [conflict]
    for mark, name in _MARKS.items():
        if data.startswith(mark) or (mark == b"\xff\xfe" and b"\x00" in data[:4]):
            message, span = f"the file is {name}, not UTF-8", Span.point(path)
            return "", [Diagnostic("encoding", message, span, hint="save it as UTF-8")]
    text, problems = _utf8(path, data, most)
    if not problems and _is_usual(data):
        return text, []
    for match in _FORBIDDEN.finditer(text):
        if len(problems) == most:
            return "", problems
        problems.append(_forbidden(path, text, match))
    text = _FORBIDDEN.sub(lambda match: match[0] if match[0] == _BOM else " ", text)
    for match in _OVERRIDES.finditer(text):
        line, column = place(text, match.start())
        message = f"the invisible character U+{ord(match.group()):04X} reverses the text"
        span = Span.point(path, line, column)
        hint = "right-to-left text needs none; remove it"
        problems.append(Diagnostic("bidi-override", message, span, Severity.WARNING, hint))
        break
    return text, problems


def place(text: str, index: int) -> tuple[int, int]:
    """Return line and column (from 1) of an index in the text."""
    start = text.rfind("\n", 0, index) + 1
    return text.count("\n", 0, index) + 1, index - start + 1


def _is_usual(data: bytes) -> bool:
    """Whether a file has no bytes of forbidden or bidirectional characters."""
    return (
        data.translate(None, _CONTROL_BYTES) == data
        and data.count(b"\r") == data.count(b"\r\n")
        and _OTHER_BYTES.search(data) is None
    )


def _utf8(path: str, data: bytes, most: int) -> tuple[str, list[Diagnostic]]:
    try:
        return data.decode("utf-8").removeprefix(_BOM), []
    except UnicodeDecodeError:
        pass
    problems: list[Diagnostic] = []
    text = data.decode("utf-8", "surrogateescape").removeprefix(_BOM)
    for match in re.finditer("[\udc80-\udcff]", text):
        if len(problems) == most:
            return "", problems
        line, column = place(text, match.start())
        byte = ord(match.group()) - 0xDC00
        message, span = f"byte 0x{byte:02x} is not UTF-8", Span.point(path, line, column)
        hint = "save the file as UTF-8 (it may be Latin-1 or Windows-1252)"
        problems.append(Diagnostic("encoding", message, span, hint=hint))
    return re.sub("[\udc80-\udcff]", "\ufffd", text), problems


def _forbidden(path: str, text: str, match: re.Match[str]) -> Diagnostic:
    line, column = place(text, match.start())
    code = ord(match.group())
    message = f"the control character U+{code:04X} can't be on a card"
    span = Span.point(path, line, column)
    hint, fix = "remove it", None
    if match.group() == _BOM:
        hint, fix = "remove it; a byte order mark belongs at the start", Fix(span, "")
    return Diagnostic("control-character", message, span, hint=hint, fix=fix)
