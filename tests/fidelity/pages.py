"""The documents of our frame for every view, and a server on this machine for them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from fidelity.views import View
from flashdeck.model import Collection
from flashdeck.preview.frame import Face, Screen, Surroundings, frame_document, wish
from flashdeck.preview.serve.mathjax import SCRIPT, mathjax_files

AROUND = Surroundings(mathjax=f"mathjax/{SCRIPT}", fonts="mathjax/fonts")


def write_shared(folder: Path, collections: Iterable[Collection]) -> None:
    """Write what documents load: MathJax, and the media."""
    for name, data in mathjax_files().items():
        path = folder / "mathjax" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for collection in collections:
        for media in collection.media:
            with media.open() as stream:
                (folder / media.name).write_bytes(stream.read())


def write_pages(
    folder: Path,
    views: Iterable[View],
    faces: Mapping[tuple[str, int], Face],
    spoil: tuple[str, str] = ("", ""),
) -> None:
    """Write the documents, and what turns them to their answers.

    `spoil` replaces a text that each document must hold.
    """
    old, new = spoil
    for view in views:
        shown, screen = faces[view.guid, view.ordinal], Screen(night=view.night)
        document = frame_document(AROUND, show=wish(shown, screen))
        if old not in document:
            raise ValueError(f"the frame doesn't hold {old!r} any more")
        (folder / f"{view.page}.html").write_text(document.replace(old, new), "utf-8")
        turned = wish(shown, screen, side="answer")
        (folder / f"{view.page}.json").write_text(json.dumps(turned), "utf-8")


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder to this machine; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
