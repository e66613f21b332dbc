"""The HTML document of a card frame, and the Content-Security-Policy that restricts the card."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from flashdeck.preview.frame.face import Face


class AnkiApp(StrEnum):
    """The apps whose screens the preview imitates."""

    DESKTOP = "desktop"
    ANDROID = "android"
    ANDROID_OLD = "android-old"
    ANKIMOBILE = "ankimobile"


@dataclass(frozen=True, slots=True)
class Screen:
    """An app, its light or dark mode, and its zoom factor."""

    app: AnkiApp = AnkiApp.DESKTOP
    night: bool = False
    zoom: float = 1.0


Platform = Literal["lin", "win", "mac"]
Side = Literal["question", "answer"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The environment of a frame's document.

    `mathjax` and `fonts` are the URLs of MathJax's script and of the folder of its fonts. In a
    one-file page `mathjax_text` is the script itself, and `font_data` maps each font's file name to
    a `data:` URL. `platform` selects the desktop fonts and classes.
    """

    mathjax: str = ""
    fonts: str = ""
    platform: Platform = "lin"
    mathjax_text: str = ""
    font_data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources that a frame may load, as in a Content-Security-Policy.

    `scripts` may run in addition to the frame's own; `anything` allows the card's scripts, too
    (inside the sandbox).
    """

    media: tuple[str, ...] = ()
    fonts: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    anything: bool = False


def frame_document(around: Surroundings, *, policy: str = "", show: object = None) -> str:
    """Write a frame's document, which shows cards on request by message.

    `policy` goes into a meta element, for documents without HTTP headers.
    """
    setting: dict[str, Any] = {
        "apps": {app: _style(app) for app in AnkiApp},
        "mathjax": around.mathjax,
        "fonts": around.fonts,
        "fontData": dict(around.font_data),
        "platform": around.platform,
        "show": show,
    }
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    math = ""
    if around.mathjax_text:
        math = f'<script type="text/plain" id="fd-mathjax">{around.mathjax_text}</script>'
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{meta}<title>Card</title>'
        '<style id="fd-app"></style></head><body>'
        f'{math}<script type="application/json" id="fd-setting">{data(setting)}</script>'
        f"<script>{frame_script()}</script></body></html>\n"
    )


def card_document(
    face: Face,
    screen: Screen,
    around: Surroundings,
    *,
    side: Side = "question",
    typed: str = "",
) -> str:
    """Write one side of a card as a standalone document, as the screen shows it.

    `typed` fills the input box of the question, and is compared on the answer.
    """
    return frame_document(around, show=wish(face, screen, side=side, typed=typed))


def wish(
    face: Face, screen: Screen, *, side: Side = "question", typed: str | None = None
) -> dict[str, Any]:
    """The request to show one side of a card, sent as the message `{"show": …}`.

    Where `typed` is None, the answer is compared with the text in the question's input box.
    """
    return {
        "key": 0,
        "version": 0,
        "face": face,
        "side": side,
        "app": screen.app,
        "night": screen.night,
        "zoom": screen.zoom,
        "typed": typed,
        "focus": True,
    }


def frame_policy(sources: Sources) -> str:
    """Write the policy of a frame's document: the named sources only.

    Scripts of cards may also fetch media; there are no other connections.
    """
    media = " ".join((*sources.media, "data:"))
    fonts = " ".join((*sources.media, *sources.fonts, "data:"))
    connected = " ".join(sources.media if sources.anything else ()) or "'none'"
    allowed = (script_source(frame_script()), *sources.scripts)
    if sources.anything:
        # A hash would disable 'unsafe-inline'.
        scripts = (script for script in sources.scripts if not script.startswith("'sha"))
        allowed = ("'unsafe-inline'", "'unsafe-eval'", *sources.media, *scripts)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(allowed)}",
            f"style-src 'unsafe-inline' {media}",
            f"img-src {media}",
            f"media-src {media}",
            f"font-src {fonts}",
            f"connect-src {connected}",
            "form-action 'none'",
            "base-uri 'none'",
        )
    )


def script_source(script: str) -> str:
    """The source of an inline script in a policy: its hash."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"


def data(value: object) -> str:
    """Serialize data as JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _style(app: AnkiApp) -> str:
    """The style of an app; AnkiMobile's is what it has in common with AnkiDroid, and more."""
    common = _page("android.css") if app is AnkiApp.ANKIMOBILE else ""
    return common + _page(f"{app}.css")


@cache
def frame_script() -> str:
    """The script of every frame."""
    return f"\n{_page('compare.js')}\n{_page('frame.js')}"


@cache
def _page(name: str) -> str:
    return files("flashdeck.preview.frame").joinpath("page", name).read_text("utf-8")
