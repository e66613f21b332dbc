"""Pictures inside a text, as `data:image/png;base64,…`: their type and their bytes."""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from flashdeck.compile.media.content import Fault, picture_ending

_ADDRESS = re.compile(r"\s*data:image/([\w.+-]+)((?:;[^;,]*)*),", re.IGNORECASE | re.ASCII)
_ENDINGS = {"jpeg": "jpg", "svg+xml": "svg", "x-icon": "ico", "vnd.microsoft.icon": "ico"}
_SPACE = re.compile(rb"\s+")


class InlinePicture(NamedTuple):
    """A picture inside a text, and the usual ending of a file with its type."""

    data: bytes
    ending: str


def is_inline(address: str) -> bool:
    """Whether an address is a picture itself."""
    return _ADDRESS.match(address) is not None


def inline_picture(address: str) -> InlinePicture | Fault:
    """Decode the address of an inline picture."""
    match = _ADDRESS.match(address)
    if match is None:
        return Fault("media-kind", "is not a picture", "name a file")
    data = unquote_to_bytes(address[match.end() :])
    if match[2].lower().endswith(";base64"):
        try:
            data = base64.b64decode(_padded(_SPACE.sub(b"", data)), validate=True)
        except binascii.Error:
            return Fault("media-kind", "is not valid base64", "copy it again, or name a file")
    named = match[1].lower()
    return InlinePicture(data, picture_ending(data) or _ENDINGS.get(named, named))


def is_replaced(address: str) -> bool:
    """Whether Anki's *Check Media* replaces the address by a file, which edits the note."""
    match = _ADDRESS.match(address)
    return match is not None and match[2].lower().endswith(";base64") and match[1] != "svg+xml"


def _padded(data: bytes) -> bytes:
    """Add missing padding, as browsers do."""
    return data.rstrip(b"=") + b"=" * (-len(data.rstrip(b"=")) % 4)
