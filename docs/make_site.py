"""Build the documentation site in site/: `make site`. Fails where a link leads nowhere.

The pages are laid out as in the repository, so that links and pictures are the same on the site as
on a code host. On the page of the tour, the preview takes the place of its picture.
"""

# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt

ROOT = Path(__file__).parent.parent
OUTPUT = ROOT / "site"
# What pages link to outside of docs.
LINKED = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "cards/tour.yaml",
    "tests/fidelity/hard.py",
)
PICTURE = "![The cards of the tour](pictures/preview-gallery.png)"
CARDS = "tour-cards.html"
TOUR = f"""\
<iframe class="tour" src="{CARDS}#deck=Tour" title="The cards of the tour"></iframe>

<a href="{CARDS}#deck=Tour">Open the cards in a page of their own</a>"""

CODE = re.compile("`[^`]+`")


def main() -> int:
    """Build the site; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        stage(work / "source")
        broken = broken_links(work / "source")
        if broken:
            print(*broken, sep="\n", file=sys.stderr)  # noqa: T201
            return 1
        (work / "zensical.toml").write_text(configuration(), "utf-8")
        for command in (
            ("flashdeck", "preview", "-C", str(ROOT), "--html", f"source/docs/{CARDS}"),
            ("zensical", "build", "--strict"),
        ):
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-m", *command], cwd=work, stdout=subprocess.DEVNULL, check=False
            )
            if done.returncode:
                return done.returncode
        shutil.rmtree(OUTPUT, ignore_errors=True)
        shutil.move(work / "site", OUTPUT)
    print(OUTPUT.relative_to(ROOT) / "index.html")  # noqa: T201
    return 0


def stage(target: Path) -> None:
    """Copy the pages and what they link to."""
    scripts = shutil.ignore_patterns("*.py", "*.toml", "__pycache__")
    shutil.copytree(ROOT / "docs", target / "docs", ignore=scripts)
    for name in LINKED:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target / name)
    for page in target.rglob("*.md"):
        page.write_text(for_site(page.read_text("utf-8")), "utf-8")


def for_site(text: str) -> str:
    """Convert a page from the Markdown of code hosts to that of the site, Python-Markdown."""
    text = text.replace(PICTURE, TOUR)
    # Markdown inside of HTML is rendered where it is marked.
    text = re.sub(r"<(table|tr)>", r"<\1 markdown>", text).replace("<td>", '<td markdown="block">')
    # A bar in code does not end a cell.
    return re.sub(
        r"^\|.*",
        lambda row: CODE.sub(lambda code: code[0].replace(r"\|", "|"), row[0]),
        text,
        flags=re.MULTILINE,
    )


def broken_links(root: Path) -> list[str]:
    """Links and pictures that lead nowhere, each after the path of its page."""
    found = []
    for name in (name for pages in navigation().values() for name in pages.values()):
        for address in addresses((root / name).read_text("utf-8")):
            path, _, anchor = address.partition("#")
            target = (root / name).parent / path if path else root / name
            if ":" in path or path == CARDS:
                continue  # another host, or written by the build
            if not target.is_file() or (anchor and anchor not in anchors(target)):
                found.append(f"{name}: {address}")
    return found


def addresses(text: str, attributes: Sequence[str] = ("href", "src")) -> Iterator[str]:
    """Where a page links to, and what it shows."""
    for block in MarkdownIt().enable("table").parse(text):
        for token in (block, *(block.children or ())):
            yield from (
                unquote(str(token.attrs[name])) for name in attributes if name in token.attrs
            )
            if token.type in {"html_block", "html_inline"}:
                yield from re.findall(rf'(?:{"|".join(attributes)})="([^"]+)"', token.content)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts and the site name them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def configuration() -> str:
    """The settings of the site, with the navigation."""
    parts = [(ROOT / "docs/zensical.toml").read_text("utf-8")]
    for group, pages in navigation().items():
        items = ", ".join(
            f"{{ {json.dumps(title)} = {json.dumps(pages[title])} }}" for title in pages
        )
        parts.append(f"[[project.nav]]\n{json.dumps(group)} = [{items}]\n")
    return "\n".join(parts)


def navigation() -> dict[str, dict[str, str]]:
    """The pages by title in their groups, as docs/README.md lists them."""
    home = {"flashdeck": "README.md", "Documentation": "docs/README.md"}
    groups = {"Home": home}
    pages = home
    index = (ROOT / "docs/README.md").read_text("utf-8")
    for group, title, path in re.findall(r"^## (.+)$|\[(.+?)\]\((\w.+?)\)", index, re.MULTILINE):
        if group:
            pages = groups[group] = {}
        else:
            pages[title.replace("`", "")] = f"docs/{path}"
    return groups | {
        "Home": home | {"Contributing": "CONTRIBUTING.md", "Changelog": "CHANGELOG.md"}
    }


if __name__ == "__main__":
    sys.exit(main())
