"""Bytes of a table to text: UTF-8, or the UTF-16 that Excel's "Unicode Text" is."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from flashdeck.diagnostics import Diagnostic, Span
from flashdeck.yamlnode.decode import decode

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_OTHER_BYTES = "in a spreadsheet save it as 'CSV UTF-8' (it may be Latin-1 or Windows-1252 now)"


class Encoding(NamedTuple):
    """How a file's text is encoded, and the byte order mark that it begins with."""

    mark: bytes
    codec: str


def encoding_of(data: bytes) -> Encoding:
    """Tell an encoding by its byte order mark; without one it is UTF-8."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return Encoding(mark, codec)
    return Encoding(b"", "utf-8")


def decode_table(path: str, data: bytes, most: int) -> tuple[str, list[Diagnostic]]:
    """Give a table's text, without its mark, and at most `most` problems."""
    mark, codec = encoding_of(data)
    if codec != "utf-8":
        try:
            data = data[len(mark) :].decode(codec).encode()
        except UnicodeError:
            message = "the file is no whole UTF-16"
            return "", [Diagnostic("encoding", message, Span.point(path), hint=_OTHER_BYTES)]
    text, problems = decode(path, data, most)
    return text, [
        replace(one, hint=_OTHER_BYTES) if one.rule == "encoding" else one for one in problems
    ]
