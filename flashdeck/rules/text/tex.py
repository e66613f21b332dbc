"""The commands and environments that MathJax knows in Anki, and a rule for others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from flashdeck.markup.prose import FormulaSpan
from flashdeck.rules.context import FieldText, LintContext
from flashdeck.rules.rule import Finding
from flashdeck.text import did_you_mean, nearest

# Commands of packages that MathJax does not have, and what to write instead.
INSTEAD = {
    "SI": r"5\,\mathrm{m}",
    "qty": r"5\,\mathrm{m}",
    "si": r"\mathrm{m}",
    "unit": r"\mathrm{m}",
    "num": "the number itself",
    "ang": r"90^\circ",
    "bm": r"\boldsymbol{x}",
    "mathbbm": r"\mathbb{1}",
    "mathds": r"\mathbb{R}",
    "emph": r"\textit{…}",
    "textsc": r"\text{…}",
    "abs": r"\lvert x \rvert",
    "norm": r"\lVert x \rVert",
    "dd": r"\mathrm{d}x",
    "dv": r"\frac{\mathrm{d}f}{\mathrm{d}x}",
    "pdv": r"\frac{\partial f}{\partial x}",
    "vb": r"\mathbf{v}",
    "ensuremath": "the formula itself",
    "includegraphics": "a picture, ![…](…)",
}

_DEFINED = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|[gex]?def|let|DeclareMathOperator"
    r"|DeclarePairedDelimiters?(?:XP{0,2})?)\*?\s*+(?:\{\s*+)?\\([A-Za-z]+)"
    r"|\\(?:re)?newenvironment\*?\s*\{([A-Za-z*]+)\}"
)
_COMMAND = re.compile(r"\\(?:(?:begin|end)\s*+\{([A-Za-z]+\*?)\}|([A-Za-z]+)|.)", re.DOTALL)
_CHEMISTRY = re.compile(r"\\(?:ce|pu|cee|cf)\s*\{")
_REQUIRE = re.compile(r"\\require\s*\{")


def unknown_tex_command(context: LintContext) -> Iterator[Finding]:
    r"""A formula has a command or environment that MathJax does not know.

    Its name is shown in red, or as the source of the whole formula. Anki's MathJax has the commands
    of LaTeX for formulas, and the packages amsmath, mathtools, mhchem (`\ce`), cancel, color,
    braket and some others; siunitx, physics and bm are not among them. Commands that a note
    defines with `\newcommand` or `\def` are known.

    Fix: write a command that MathJax knows, as in `5\,\mathrm{m}` for `\SI{5}{m}`.

    Fails::

        notes:
          - {q: What is half of one?, a: '$\fracc{1}{2}$'}

    Passes::

        notes:
          - {q: What is half of one?, a: '$\frac{1}{2}$'}
          - {q: Which formula has water?, a: '$\ce{H2O}$'}
    """
    templates = _defined(
        side
        for notetype in context.collection.notetypes
        for template in notetype.templates
        for side in (template.front, template.back)
        if "\\" in side
    )
    for entry, _, passage in context.markdown(r"\(", r"\[", r"\begin", "$"):
        unknown = list(_unknown(passage)) if "\\" in passage.text else []
        texts = (text.text for texts in entry.passages.values() for text in texts)
        known = _defined(texts) if unknown else None
        for start, end, name, is_environment in unknown:
            if known is None or templates is None or name in known or name in templates:
                continue
            what = f"the environment '{name}'" if is_environment else f"\\{name}"
            hint = _instead(name, environments() if is_environment else commands())
            yield Finding(passage.place(start, end), f"MathJax does not know {what}", hint)


@cache
def commands() -> frozenset[str]:
    """Return the names of all commands."""
    return _names()[0]


@cache
def environments() -> frozenset[str]:
    """Return the names of all environments."""
    return _names()[1]


def tex_start(passage: FieldText, formula: FormulaSpan) -> int:
    """Return where the TeX of a formula starts in a text."""
    return max(passage.text.find(formula.tex, formula.start, formula.end), formula.start)


def _unknown(passage: FieldText) -> Iterator[tuple[int, int, str, bool]]:
    """Return each unknown name in the formulas of a text once; true for an environment."""
    seen: set[str] = set()
    for formula in passage.prose.formulas:
        first = tex_start(passage, formula)
        for match in _COMMAND.finditer(_without_chemistry(formula.tex)):
            name = match[1] or match[2]
            known = environments() if match[1] else commands()
            if name is not None and name not in known and name not in seen:
                seen.add(name)
                yield first + match.start(), first + match.end(), name, match[1] is not None


def _without_chemistry(tex: str) -> str:
    r"""Replace what is inside of `\ce{…}`, which has a language of its own."""
    pieces: list[str] = []
    done = 0
    while opening := _CHEMISTRY.search(tex, done):
        depth, place = 1, opening.end()
        while depth and place < len(tex):
            depth += {"{": 1, "}": -1}.get(tex[place], 0)
            place += 1
        pieces += (tex[done : opening.end()], " " * (place - opening.end()))
        done = place
    return "".join([*pieces, tex[done:]])


def _instead(name: str, known: Iterable[str]) -> str:
    if name in INSTEAD:
        return f"write {INSTEAD[name]}"
    near = nearest(name, sorted(other for other in known if other[0].lower() == name[0].lower()))
    is_command = near in commands()
    return did_you_mean(f"\\{near}" if is_command else near)


def _defined(texts: Iterable[str]) -> frozenset[str] | None:
    """Return the names that texts define; None if they load packages, whose names are unknown."""
    names: set[str] = set()
    for text in texts:
        if _REQUIRE.search(text):
            return None
        names.update(match[1] or match[2] for match in _DEFINED.finditer(text))
    return frozenset(names)


def _names() -> tuple[frozenset[str], frozenset[str]]:
    text = files("flashdeck.rules.text").joinpath("tex_names.txt").read_text("utf-8")
    first, _, second = text.partition("\nenvironments\n")
    return frozenset(first.split("\ncommands\n")[1].split()), frozenset(second.split())
