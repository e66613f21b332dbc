"""Measures our frame's boxes in Chromium, as most browsers are made of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from browsing import BROWSERS, FLAGS
from playwright.sync_api import sync_playwright

from fidelity.views import BOXES, DICE, HOLD, SETTLED, SIDES, View

# Where engines differ, whatever the page: this one leaves less room above ruby.
DIFFERENT_HERE = frozenset({"hard-ruby-1"})


def chromium() -> str | None:
    """Find the browser."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def measure(program: str, views: Iterable[View], address: str, out: Path, fonts: Path) -> str:
    """Write the boxes of every side as `NAME.json`; gives the browser's name.

    The generic fonts, such as `serif`, are a browser's own choice: here they are those of Anki's
    engine, whose names stand in a file.
    """
    families = json.loads(fonts.read_text("utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=FLAGS, ignore_default_args=["--hide-scrollbars"]
        )
        page = browser.new_page()
        page.add_init_script(DICE + HOLD)
        page.context.new_cdp_session(page).send("Page.setFontFamilies", {"fontFamilies": families})
        for view in views:
            page.set_viewport_size({"width": view.width, "height": view.height})
            page.goto(f"{address}/{view.page}.html")
            for side in SIDES:
                if side == "answer":
                    page.evaluate(view.turn())
                page.wait_for_function(f"window.fdShown === '{side}'")
                page.evaluate(SETTLED)
                (out / f"{view.name(side)}.json").write_text(page.evaluate(BOXES), "utf-8")
        name = f"Chromium {browser.version}"
        browser.close()
    return name
