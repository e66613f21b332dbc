"""The preview as one file without a server, for publishing and printing."""

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
from flashdeck.preview.serve.mathjax import SCRIPT, mathjax_files
from flashdeck.preview.serve.mediatypes import media_type
from flashdeck.preview.serve.pagefiles import SCRIPTS, STYLES, page, page_file
from flashdeck.preview.serve.snapshot import Snapshot
from flashdeck.preview.serve.store import PreviewStore

_MATHJAX = "%%MATHJAX%%"  # replaced with the script in frames that need it
# Media in a folder beside the page, on a web server or a disk.
_BESIDE = ("'self'", "file:", "https:", "http:")


@dataclass(frozen=True, slots=True)
class OneFile:
    """Options of the one-file page.

    `folder` is the relative URL of the media folder; '' embeds media in the file. The others are as
    in `AppOptions`.
    """

    folder: str = ""
    platform: Platform = "lin"
    scripts: Sequence[str] = ()
    allow_scripts: bool = False


def one_file(snapshot: Snapshot, options: OneFile) -> str:
    """Write the page with all its cards."""
    store = PreviewStore(snapshot)
    everything = store.everything()
    faces = store.faces(row["key"] for row in everything["cards"])
    styles = list(dict.fromkeys(face["css"] for face in faces.values()))
    numbers = {css: number for number, css in enumerate(styles)}
    maths = any("\\(" in face["answer"] or "\\[" in face["answer"] for face in faces.values())
    assets = mathjax_files() if maths else {}
    math_text = assets.pop(SCRIPT).decode() if maths else ""
    fonts = {name.rpartition("/")[2]: _inlined(name, font) for name, font in assets.items()}
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
        "cards": [{**row, "edit": "", "problems": 0} for row in everything["cards"]],
        "figures": store.figures(),
        "styles": styles,
        "faces": {key: {**face, "css": numbers[face["css"]]} for key, face in faces.items()},
        "files": {file.name: _address(file, options.folder) for file in snapshot.collection.media},
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
    """Write the policy of the page. Its frames inherit it, so it includes their sources."""
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
