"""The script of the built-in note types: it shuffles choices, and keeps order and ticks.

It runs on the question and, since the answer shows that side again, on the answer. What it keeps
lies in the page, which lives on across sides in Anki, and in the session's storage for AnkiDroid,
where every side is a page of its own. Without either the order follows from the day and the
choices, and so is the same on both sides. It is plain ES5: old web views run it.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from pathlib import Path


@cache
def choice_script() -> str:
    """Give the script's text, as it stands between its tags in the template."""
    text = Path(__file__).with_name("choices.js").read_text("utf-8")
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def choice_script_source() -> str:
    """Give the script's name in a Content-Security-Policy, without the quotes: `sha256-…`."""
    digest = hashlib.sha256(choice_script().encode()).digest()
    return f"sha256-{b64encode(digest).decode()}"
