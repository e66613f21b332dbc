"""Fixtures: a running preview, and a browser for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

import pytest
from playwright.sync_api import Error, Page, ViewportSize, expect, sync_playwright

from flashdeck.notetypes.built_in import script_sources
from flashdeck.preview.masks import MaskEditor
from flashdeck.preview.preview import PreviewedSources
from flashdeck.preview.serve.app import AppOptions, make_app
from flashdeck.preview.serve.editor import editor_link
from flashdeck.preview.serve.guard import Guard
from flashdeck.preview.serve.server import listen, make
from flashdeck.preview.serve.store import PreviewStore

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
# A tenth of a second of nothing, as a WAV file.
SILENCE = (
    b"RIFF\x44\x03\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0"
    b"data\x20\x03\0\0" + b"\x80" * 800
)
VIEWPORT: ViewportSize = {"width": 1280, "height": 800}
# On smaller pages desktop cards are scaled; Playwright clicks beside what is far from their edge.
UNSCALED: ViewportSize = {"width": 1600, "height": 900}
WITHOUT = (
    "the preview is tested in a real browser: install Chromium, as in 'apt-get install chromium'"
)

# The titles of the cards on the screen. A card counts if a click somewhere on its frame would meet
# it: it is neither hidden, nor outside of the window, nor under a panel. The frames in tiles let
# clicks through to a button on top of them; during this look they take them.
ON_SCREEN = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("iframe { pointer-events: auto !important; }"
    + ".tile button { pointer-events: none !important; }");
  document.adoptedStyleSheets.push(sheet);
  const STEPS = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95];
  const drawn = [...document.querySelectorAll("iframe:not(.answer iframe)")].filter((frame) => {
    const { left, top, width, height } = frame.closest(".face, .screen").getBoundingClientRect();
    return getComputedStyle(frame).visibility === "visible" && STEPS.some((x) => STEPS.some((y) =>
      document.elementFromPoint(left + x * width, top + y * height) === frame));
  });
  document.adoptedStyleSheets.pop();
  const tiles = drawn.map((frame) => frame.closest(".tile"));
  return tiles.map((tile, at) => tile ? tile.querySelector(".title").textContent : drawn[at].title);
}"""


@dataclass
class Running:
    """A running preview; `opened` lists the positions opened in the editor."""

    guard: Guard
    shelf: PreviewStore
    opened: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.guard.port}/{self.guard.page}/"

    @property
    def frame(self) -> str:
        return f"http://127.0.0.1:{self.guard.port}/f/{self.guard.frame}/"


def cards_on_screen(page: Page) -> list[str]:
    """The titles of the visible cards."""
    return list(page.evaluate(ON_SCREEN))


@contextmanager
def serving(previewed, *, editor=True, allow_scripts=False, send=None) -> Iterator[Running]:
    listener = listen(0)
    shelf = PreviewStore(previewed.first())
    running = Running(Guard(listener.getsockname()[1]), shelf)

    def open_editor(*place: object) -> str:
        running.opened.append(place)
        return "vim"

    wishes = AppOptions(
        scripts=script_sources(),
        allow_scripts=allow_scripts,
        open_editor=open_editor if editor else None,
        editor_link=editor_link(previewed.root) if previewed.root else "",
        masks=MaskEditor(previewed.root) if previewed.root else None,
        send=send,
    )
    server = make(listener, make_app(shelf, running.guard, wishes))
    stop = Event()
    bugs: list[Exception] = []
    Thread(target=previewed.follow, args=(shelf, stop, bugs.append), daemon=True).start()
    answering = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    answering.start()
    try:
        yield running
    finally:
        stop.set()
        shelf.close()
        server.shutdown()
        answering.join()
        server.server_close()
        listener.detach()
    assert bugs == []


@pytest.fixture(scope="session")
def browser():
    """Chromium. Tests fail without it, since the preview would be untested."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.fail(WITHOUT)
    expect.set_options(timeout=20_000)  # whatever else the machine has to do
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def tab(browser) -> Iterator[Page]:
    """The tab shared by all tests, since opening one takes longer than most tests."""
    context = browser.new_context(viewport=VIEWPORT, color_scheme="light")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(tab) -> Iterator[Page]:
    """An empty page without stored state. Script errors are failures."""
    mistakes: list[str] = []

    def hear(error: Error) -> None:
        mistakes.append(error.stack or str(error))

    tab.on("pageerror", hear)
    tab.set_viewport_size(VIEWPORT)
    tab.emulate_media(media="screen", color_scheme="light", reduced_motion="no-preference")
    yield tab
    tab.evaluate("() => { try { localStorage.clear(); } catch { /* it has none */ } }")
    tab.goto("about:blank")
    tab.remove_listener("pageerror", hear)
    assert not mistakes, "\n".join(mistakes)


@pytest.fixture
def preview(project):
    """Serve a live preview of the project."""
    with serving(PreviewedSources(project.root, allow_scripts=False)) as running:
        yield running
