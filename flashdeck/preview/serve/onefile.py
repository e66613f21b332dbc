"""The preview as one file that needs no server: for publishing what a deck holds, and for print."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flashdeck.model import Media
from flashdeck.preview.frame import (
    Sources,
    Surroundings,
    data,
    frame_document,
    frame_policy,
    frame_script,
    script_source,
)
from flashdeck.preview.frame.document import Platform
from flashdeck.preview.serve.assets import SCRIPT, mathjax_files
from flashdeck.preview.serve.mediatypes import media_type
from flashdeck.preview.serve.pagefiles import SCRIPTS, STYLES, page, page_file
from flashdeck.preview.serve.snapshot import Snapshot
from flashdeck.preview.serve.store import PreviewStore

_MATHJAX = "%%MATHJAX%%"  # where the page puts the script into frames that need it
# Beside a page that is published somewhere, or lies on a disk.
_BESIDE = ("'self'", "file:", "https:", "http:")


@dataclass(frozen=True, slots=True)
class OneFile:
    """How the file is written.

    `folder` is the address, relative to the file, of the folder where media lie; '' puts them into
    the file. The rest is as for the live page.
    """

    folder: str = ""
    platform: Platform = "lin"
    scripts: Sequence[str] = ()
    allow_scripts: bool = False


def one_file(snapshot: Snapshot, options: OneFile) -> str:
    """Write the page with all cards in it."""
    shelf = PreviewStore(snapshot)
    everything = shelf.everything()
    faces = shelf.faces(row["key"] for row in everything["cards"])
    styles = list(dict.fromkeys(one["css"] for one in faces.values()))
    numbers = {css: number for number, css in enumerate(styles)}
    maths = any("\\(" in one["answer"] or "\\[" in one["answer"] for one in faces.values())
    known = mathjax_files() if maths else {}
    math_text = known.pop(SCRIPT).decode() if maths else ""
    fonts = {name.rpartition("/")[2]: _inlined(name, font) for name, font in known.items()}
    code = "\n".join(page_file(name) for name in SCRIPTS)
    sources = Sources(
        media=_BESIDE if options.folder else (),
        scripts=(*options.scripts, *((script_source(math_text),) if maths else ())),
        anything=options.allow_scripts,
    )
    frame = frame_document(
        Surroundings(platform=options.platform, mathjax_text=_MATHJAX, font_data=fonts),
        policy=frame_policy(sources),
    )
    cards = {
        **everything,
        "problems": [],
        "cards": [{**row, "changed": False, "problems": 0} for row in everything["cards"]],
        "styles": styles,
        "faces": {key: {**one, "css": numbers[one["css"]]} for key, one in faces.items()},
        "files": {one.name: _address(one, options.folder) for one in snapshot.collection.media},
        "fonts": fonts,
    }
    parts = [_json("fd-cards", cards), _json("fd-frame", frame)]
    if maths:
        parts.append(f'<script type="text/plain" id="fd-mathjax-text">{math_text}</script>')
    parts.append(f"<script>{code}</script>")
    style = "".join(f"<style>{page_file(name)}</style>" for name in STYLES)
    policy = _policy(sources, script_source(code))
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">{style}'
    return page(
        head,
        data({"live": False, "beside": bool(options.folder) and not options.allow_scripts}),
        "".join(parts),
    )


def _policy(sources: Sources, code: str) -> str:
    """Write the policy of the page. Its frames inherit it, so it allows what theirs does."""
    media = " ".join((*sources.media, "data:"))
    running = " ".join((code, script_source(frame_script()), *sources.scripts))
    if sources.anything:
        running = "'unsafe-inline' 'unsafe-eval'"
    return (
        f"default-src 'none'; script-src {running}; style-src 'unsafe-inline'; img-src {media}; "
        f"media-src {media}; font-src {media}; frame-src 'self'; connect-src 'none'; "
        "base-uri 'none'; form-action 'none'"
    )


def _address(media: Media, folder: str) -> str:
    if folder:
        return f"{quote(folder)}/{quote(media.name)}"
    with media.open() as file:
        return _inlined(media.name, file.read())


def _inlined(name: str, content: bytes) -> str:
    return f"data:{media_type(name)};base64,{b64encode(content).decode()}"


def _json(name: str, value: Any) -> str:
    return f'<script type="application/json" id="{name}">{data(value)}</script>'
