"""Write the names of the TeX commands that MathJax knows, as Anki configures it.

Run it after an update of the MathJax that the preview brings. Needs Chromium on the path.
"""

# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
PREVIEW = ROOT / "flashdeck" / "preview"
MATHJAX = PREVIEW / "serve" / "assets" / "mathjax" / "tex-chtml-full.js"
FRAME = PREVIEW / "frame" / "page" / "frame.js"
OUTPUT = ROOT / "flashdeck" / "rules" / "text" / "tex_names.txt"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# The configuration of the preview, which is Anki's.
CONFIGURATION = re.compile(
    r"const packages = (\[.*?\]);\s+window\.MathJax = \{\s+(tex: \{.*?\n      \}),", re.DOTALL
)
NAMES = """() => {
  const handlers = MathJax.startup.document.inputJax[0].parseOptions.handlers;
  const names = { command: new Set(), environment: new Set() };
  const kinds = { macro: "command", delimiter: "command", environment: "environment" };
  for (const [kind, to] of Object.entries(kinds))
    for (const { item } of handlers.get(kind)._configuration)
      for (const name of item.map ? item.map.keys() : [])
        names[to].add(name.replace(/^\\\\/, ""));
  return Object.fromEntries(Object.entries(names).map(([kind, all]) => [kind, [...all]]));
}"""


def main() -> int:
    """Write the names; returns the exit code."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    configured = CONFIGURATION.search(FRAME.read_text("utf-8"))
    if program is None or configured is None:
        print("needs Chromium, and the configuration in frame.js", file=sys.stderr)  # noqa: T201
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        page.evaluate(
            f"() => {{ const packages = {configured[1]}; window.MathJax = {{ {configured[2]},"
            " loader: { load: packages.map((name) => `[tex]/${name}`) },"
            " startup: { typeset: false } }; }"
        )
        page.add_script_tag(content=MATHJAX.read_text("utf-8"))
        page.wait_for_function("MathJax.startup.document !== undefined")
        names = page.evaluate(NAMES)
        browser.close()
    commands = sorted(name for name in names["command"] if re.fullmatch("[A-Za-z]+", name))
    OUTPUT.write_text(
        f"# Names of commands and environments; see docs/{Path(__file__).name}.\n"
        f"commands\n{chr(10).join(commands)}\n"
        f"environments\n{chr(10).join(sorted(names['environment']))}\n",
        "utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
