"""Rule for the color contrast of stylesheets."""

from __future__ import annotations

from collections.abc import Iterator

from flashdeck.css import Rule, contrast, pixels, rules, too_long
from flashdeck.diagnostics import Place
from flashdeck.rules.context import LintContext
from flashdeck.rules.rule import Finding

# WCAG 2.2, success criterion 1.4.3 (level AA): https://www.w3.org/TR/WCAG22/#contrast-minimum
_LEAST, _LEAST_LARGE = 4.5, 3.0
_LARGE = 24.0
_BACKGROUNDS = ("background-color", "background")


def low_contrast(context: LintContext) -> Iterator[Finding]:
    """A stylesheet has text and background colors with too little contrast.

    WCAG asks for a contrast of 4.5 to 1 (3 to 1 for text of 24 pixels and more), so that text can
    be read with low vision, and in sunlight. A rule that sets both colors is
    measured; the background of other rules is not known.

    Fix: make the text darker or the background lighter (the opposite in dark mode).

    Fails::

        notes:
          - {q: Who created Flask?, a: Armin Ronacher}
        == flashdeck.yaml
        css: |
          .card { color: #999; background: white; }

    Passes::

        notes:
          - {q: Who created Flask?, a: Armin Ronacher}
        == flashdeck.yaml
        css: |
          .card { color: #666; background: white; }
    """
    for style in context.styles:
        for rule in rules(style.text) if not too_long(style.text) else ():
            yield from _unreadable(style.place, rule)


def _unreadable(place: Place, rule: Rule) -> Iterator[Finding]:
    text, size = (rule.declarations.get(name) for name in ("color", "font-size"))
    background = next(filter(None, map(rule.declarations.get, _BACKGROUNDS)), None)
    ratio = contrast(text, background) if text and background else None
    least = _LEAST_LARGE if size and pixels(size) >= _LARGE else _LEAST
    if text and ratio is not None and ratio < least:
        message = f"the text of '{rule.selector}' has a contrast of {ratio:.1f} to its background"
        hint = f"WCAG asks for {least:g}: choose a darker or a lighter color"
        yield Finding(place(text.start, text.end), message, hint)
