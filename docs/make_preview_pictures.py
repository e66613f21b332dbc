"""Take the pictures of the preview: `make pictures`. Needs Chromium on the path.

It is the real command, on a copy of the tour deck, in a browser that is driven as its author would.
"""

# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
OUTPUT = Path(__file__).parent / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --hide-scrollbars"
).split()
COMMAND = (sys.executable, "-m", "flashdeck", "preview")
OUTLINED = 78  # columns


def main() -> int:
    """Take every picture; returns the exit code."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print("make pictures needs Chromium: install it, and try again", file=sys.stderr)  # noqa: T201
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        project = Path(folder) / "tour"
        shutil.copytree(ROOT / "cards", project / "cards")
        for name in ("flashdeck.yaml", "flashdeck.lock"):
            shutil.copy(ROOT / name, project / name)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        with _served(project) as address:
            _page_pictures(browser, address, project / "cards" / "tour.yaml")
        _terminal_picture(browser, project)
        browser.close()
    return 0


@contextmanager
def _served(project: Path) -> Iterator[str]:
    command = [*COMMAND, "--no-browser", "-C", str(project)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - flashdeck itself
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.communicate()


def _page_pictures(browser: Browser, address: str, deck: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
    page.goto(address)
    page.locator("[data-group=deck] button", has_text="Tour").click()
    _settle(page)
    _shoot(page, "preview-gallery")
    text = deck.read_text("utf-8")
    deck.write_text(text.replace("    a: Armin Ronacher\n", "    a: Armin: Ronacher\n"), "utf-8")
    expect(page.locator("#problems")).to_be_visible()
    _shoot(page, "preview-problem")
    deck.write_text(text, "utf-8")
    expect(page.locator("#problems")).to_be_hidden()
    page.locator("[data-group=show] button").first.click()
    page.locator("[data-view=table]").click()
    expect(page.locator("#table tr[data-key]").first).to_be_visible()
    _shoot(page, "preview-table")
    page.goto(f"{address}#card=n5teab12w3p2")
    page.get_by_role("button", name="Edit masks").click()
    expect(page.locator("#masks .mask").first).to_be_visible()
    _shoot(page, "preview-masks")
    page.get_by_role("button", name="Cancel").click()
    page.locator("[data-view=overview]").click()
    expect(page.locator(".plot").first).to_be_visible()
    _shoot(page, "preview-overview")
    page.locator("[data-view=gallery]").click()
    page.locator("#query").fill("converter function")
    page.select_option("#app", "android")
    page.locator("#night").click()
    page.locator("#query").press("Enter")
    page.keyboard.press("b")
    expect(page.locator(".screen[data-shown]")).to_have_count(2)
    _settle(page)
    _shoot(page, "preview-card")
    page.close()
    phone = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="light")
    phone.goto(f"{address}#deck=Tour")
    phone.select_option("#app", "ankimobile")
    _settle(phone)
    _shoot(phone, "preview-phone")
    phone.close()


def _terminal_picture(browser: Browser, project: Path) -> None:
    """Draw terminal output in color."""
    command = [
        *COMMAND,
        "--terminal",
        "converter function",
        "--color",
        "always",
        "-C",
        str(project),
    ]
    surroundings = {**os.environ, "COLUMNS": str(OUTLINED)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=surroundings)  # noqa: S603
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=OUTLINED, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(done.stdout))
        drawn = console.export_svg(title="flashdeck preview --terminal converter function")
    page = browser.new_page(viewport={"width": 900, "height": 800})
    page.set_content(f"<style>body {{ margin: 0; }} svg {{ width: 900px; }}</style>{drawn}")
    _save(page.locator("svg").first.screenshot(), "preview-terminal")
    page.close()


def _settle(page: Page) -> None:
    """Wait until all visible cards are drawn and nothing moves."""
    page.evaluate(
        "() => new Promise(done => { const look = () =>"
        " [...document.querySelectorAll('.tile')].every(one => one.style.visibility === 'hidden'"
        " || !one.offsetParent || one.querySelector('.face').classList.contains('drawn'))"
        " ? setTimeout(done, 300) : setTimeout(look, 50); look(); })"
    )


def _shoot(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    _save(page.screenshot(), name)


def _save(picture: bytes, name: str) -> None:
    target = OUTPUT / f"{name}.png"
    target.write_bytes(picture)
    if shutil.which("pngquant"):
        command = ["pngquant", "--strip", "--speed=1", "--ext=.png", "--force", "64", str(target)]
        subprocess.run(command, check=True)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
