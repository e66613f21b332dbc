"""The built-in style: readable by day and by night, and the same in every app."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from flashdeck.highlighting.palette import BACKGROUND, COLOURS, FOREGROUND

CSS = files("flashdeck.notetypes").joinpath("style.css").read_text("utf-8")
RULES = re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL))
TEXT, EDGE = 4.5, 3.0

# Foreground, background, the least contrast by WCAG AA: of text, or of what must be seen of a
# control. Names are the style's own.
PAIRS = [
    *((ink, "paper", TEXT) for ink in ("ink", "soft", "accent", "right", "wrong")),
    *((ink, "panel", TEXT) for ink in ("ink", "soft", "accent", "right", "wrong")),
    *(
        (ink, tint, TEXT)
        for ink in ("ink", "soft")
        for tint in ("tint", "right-tint", "wrong-tint")
    ),
    *((ink, "mark", TEXT) for ink in ("ink", "soft", "accent")),
    ("accent", "tint", TEXT),
    ("accent", "right-tint", TEXT),
    ("accent", "wrong-tint", TEXT),
    ("right", "right-tint", TEXT),
    ("wrong", "wrong-tint", TEXT),
    *(("paper", back, TEXT) for back in ("accent", "right", "wrong")),
    *((edge, "paper", EDGE) for edge in ("edge", "accent", "right", "wrong")),
]
# Masks look the same by day and by night: "?" on its cover, a label, what stands out from what.
FIXED = [
    ("#3d2500", "#ffc247", TEXT),
    ("#fff", "#3d2500", TEXT),
    ("#ffc247", "#5b6675", EDGE),
    ("#5b6675", "#fff", EDGE),
    ("#b35900", "#fff", EDGE),
    ("#7a4a00", "#ffc247", EDGE),
]


def variables(selector):
    """The colors that the rules of a selector set."""
    colors = {}
    for selectors, body in RULES:
        if selector in [part.strip() for part in selectors.split(",")]:
            colors |= dict(re.findall(r"--fd-([a-z-]+): (#[0-9a-f]{3,6});", body))
    return colors


DAY = variables(".card")
NIGHT = DAY | variables(".card.night_mode")
THEMES = {
    "day": DAY,
    "night": NIGHT,
    "AnkiDroid black": NIGHT | variables(".android .card.night_mode"),
    "AnkiDroid dark": NIGHT | variables(".android .card.ankidroid_dark_mode"),
}


def luminance(colour):
    digits = colour.removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first, second):
    """The contrast ratio of WCAG 2: from 1 to 21."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_that_of_wcag():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_every_pair_of_colors_has_enough_contrast(theme, front, back, least):
    colors = THEMES[theme]
    assert contrast(colors[front], colors[back]) >= least


@pytest.mark.parametrize(("front", "back", "least"), FIXED)
def test_masks_have_enough_contrast_on_any_picture(front, back, least):
    assert front in CSS
    assert back in CSS
    assert contrast(front, back) >= least


@pytest.mark.parametrize("mode", [0, 1], ids=["day", "night"])
def test_highlighted_code_and_clozes_in_it_have_enough_contrast(mode):
    theme = (DAY, NIGHT)[mode]
    colors = [pair[mode] for pair in COLOURS.values()] + [list(FOREGROUND.values())[mode]]
    for back in (list(BACKGROUND.values())[mode], theme["panel"], theme["tint"]):
        assert min(contrast(color, back) for color in colors) >= TEXT


def test_every_color_in_use_is_measured():
    used = {
        name for _, body in RULES for name in re.findall(r"[^-]color: var\(--fd-([a-z-]+)\)", body)
    }
    assert used - {front for front, _, _ in PAIRS} == set()
    backs = {
        name for _, body in RULES for name in re.findall(r"background: var\(--fd-([a-z-]+)\)", body)
    }
    assert backs - {back for _, back, _ in PAIRS} == set()


def test_dark_mode_changes_every_color():
    assert set(variables(".card.nightMode")) == set(variables(".card.night_mode")) == set(DAY)


def test_fonts_are_named_before_any_generic_family():
    families = re.findall(r"font-family:([^;]+);", CSS)
    assert len(families) >= 3
    for family in families:
        names = [part.strip() for part in family.replace("!important", "").split(",")]
        assert {"sans-serif", "monospace"}.isdisjoint(names[:-1])
        assert len(names) > 5


def test_borders_are_explicit():
    borders = [
        value
        for _, body in RULES
        for value in re.findall(r"border(?:-(?:top|start|inline-start))?: ([^;]+);", body)
    ]
    loose = [
        border
        for border in borders
        if border != "0" and not re.search(r"px (solid|dashed) \S+$", border)
    ]
    assert loose == []


def test_elements_with_default_borders_have_explicit_ones():
    for element in (
        ".card hr",
        ".card table",
        ".card td",
        ".card img",
        ".card kbd",
        ".card #typeans",
    ):
        bodies = [
            body
            for selectors, body in RULES
            if element in [s.strip() for s in selectors.split(",")]
        ]
        assert any("border" in body for body in bodies), element


def test_it_works_in_old_web_views():
    assert not re.search(r":has\(|:is\(|:where\(|@layer|@import|url\(|\bclamp\(|\bmin\(", CSS)


def test_only_two_font_sizes_are_in_pixels():
    sizes = [size for selectors, body in RULES for size in re.findall(r"font-size: (\S+)", body)]
    in_pixels = [size for size in sizes if size.endswith("px;")]
    assert in_pixels == ["20px;", "16px;"]  # the card's own, and the "?" for what knows no rem
