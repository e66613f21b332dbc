"""The documentation site before it is built: every page is in the navigation, every link works."""

from __future__ import annotations

import re
import runpy
import tomllib

import pytest
from conftest import ROOT

SCRIPT = runpy.run_path(str(ROOT / "docs/make_site.py"))
PAGES = [
    name
    for pattern in ("*.md", "docs/**/*.md")
    for name in sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern))
]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The pages as they are laid out for the site."""
    folder = tmp_path_factory.mktemp("site") / "source"
    SCRIPT["stage"](folder)
    return folder


def test_the_navigation_leads_to_every_page():
    groups = SCRIPT["navigation"]().values()
    assert sorted(page for pages in groups for page in pages.values()) == sorted(PAGES)


def test_the_settings_hold_the_navigation():
    settings = tomllib.loads(SCRIPT["configuration"]())["project"]
    found = {
        group: {title: page for item in items for title, page in item.items()}
        for entry in settings["nav"]
        for group, items in entry.items()
    }
    assert found == SCRIPT["navigation"]()


def test_links_and_pictures_lead_somewhere_on_a_code_host_and_on_the_site(source):
    assert SCRIPT["broken_links"](ROOT) == []
    assert SCRIPT["broken_links"](source) == []


def test_links_that_lead_nowhere_are_listed_after_their_page(tmp_path):
    SCRIPT["stage"](tmp_path)
    links = "[](nowhere.md) [](tour.md#nowhere) [](../cards/nowhere.yaml) ![](pictures/nowhere.png)"
    text = f'# Tutorial\n\n{links} [](tour.md) <img src="nowhere.png">\n'
    (tmp_path / "docs/tutorial.md").write_text(text, "utf-8")
    assert SCRIPT["broken_links"](tmp_path) == [
        "docs/tutorial.md: nowhere.md",
        "docs/tutorial.md: tour.md#nowhere",
        "docs/tutorial.md: ../cards/nowhere.yaml",
        "docs/tutorial.md: pictures/nowhere.png",
        "docs/tutorial.md: nowhere.png",
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_nothing_from_other_hosts(source, name):
    shown = SCRIPT["addresses"]((source / name).read_text("utf-8"), ["src"])
    assert [address for address in shown if ":" in address] == []


def test_the_preview_takes_the_place_of_the_tours_picture(source):
    assert SCRIPT["PICTURE"] in (ROOT / "docs/tour.md").read_text("utf-8")
    text = (source / "docs/tour.md").read_text("utf-8")
    assert SCRIPT["PICTURE"] not in text
    assert '<iframe class="tour" src="tour-cards.html#deck=Tour"' in text


def test_examples_beside_pictures_are_marked_as_markdown(source):
    text = (source / "docs/reference/notes.md").read_text("utf-8")
    assert '<table markdown><tr markdown><td markdown="block">' in text
    assert re.findall("<(?:table|tr|td)>", text) == []


def test_a_bar_in_the_code_of_a_table_needs_no_backslash_on_the_site():
    text = SCRIPT["for_site"](r"| `{漢字\|かんじ}` | x \| y |")
    assert text == r"| `{漢字|かんじ}` | x \| y |"
