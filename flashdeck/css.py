"""CSS as browsers read it: the addresses that it loads, its rules, the contrast of its colors.

Ground module, and the home of tinycss2. Any text is CSS: what makes no sense is passed over, as
browsers do. Blocks nest as deep as an author likes, so trees are walked with a stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

# Unless they are escaped, these are the words by which CSS loads something; most has none of them.
_MAY_LOAD = re.compile(r"(?:url|src|image-set)\(|@import|\\", re.IGNORECASE)
_TAKE_ADDRESSES = frozenset({"url", "src", "image-set", "-webkit-image-set"})
# An address, from where its token begins: in double quotes, in single ones, or bare in url().
_ADDRESS = re.compile(
    r"""
    "((?:[^"\\]|\\.)*+) | '((?:[^'\\]|\\.)*+) |
    [^(]*+\([ \t\r\n\f]*+((?:[^)\\ \t\r\n\f]|\\(?:[0-9a-fA-F]{1,6}(?:\r\n|[ \t\r\n\f])?|.))*+)
    """,
    re.DOTALL | re.VERBOSE,
)
_DATA = re.compile(r"data:[^\s\"'()]*+", re.IGNORECASE)
_LONGEST = 2**20
_SEMICOLON = ";"
_LINE_END = re.compile(r"\r\n|[\n\r\f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Where tinycss2 is no browser: it can't read whole numbers of thousands of digits, and in a broken
# url() it takes the `\)` of `\\)` for an escape, and so misses what follows.
_LONG_NUMBER = re.compile("[0-9]{4000,}")
_ESCAPED_BACKSLASHES = re.compile(r"(?<!\\)(?:\\\\)+(?=\))")
# For each space in which colors are measured, the one in which tinycss2 gives their luminance.
_MEASURED = {
    **dict.fromkeys(("srgb", "hsl", "hwb"), "srgb"),
    **dict.fromkeys(("lab", "lch"), "xyz-d50"),
    **dict.fromkeys(("oklab", "oklch"), "xyz-d65"),
}
# https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
_LINEAR, _WEIGHTS = 0.04045, (0.2126, 0.7152, 0.0722)


class Load(NamedTuple):
    """An address that CSS loads something from, decoded; `css[start:end]` is how it is written."""

    address: str
    start: int
    end: int


class Declaration(NamedTuple):
    """The value of a property, as tokens without spaces, and the place of the declaration."""

    value: Sequence[Any]
    start: int
    end: int


class Rule(NamedTuple):
    """What stands in a pair of braces: its selector, and its declarations by lower-case names."""

    selector: str
    declarations: Mapping[str, Declaration]


def too_long(css: str) -> bool:
    """Whether CSS is longer, without the fonts and pictures in it, than anybody writes it."""
    return len(css) > _LONGEST and len(_DATA.sub("", css)) > _LONGEST


def may_load(css: str) -> bool:
    """Whether CSS has any word by which something is loaded; that is seen without parsing it."""
    return _MAY_LOAD.search(css) is not None


def loads(css: str) -> list[Load]:
    """Give what CSS loads by `url()`, `@import` and `image-set()`, in the order of the places."""
    if not may_load(css):
        return []
    place = _places(css)
    result: list[Load] = []
    waiting = [("", _tokens(css))]
    while waiting:
        name, tokens = waiting.pop()
        keyword = ""
        for token in tokens:
            if token.type == "at-keyword":
                keyword = token.lower_value
            elif _ends(token):
                keyword = ""
            if keyword == "namespace":
                continue  # its address is a name
            takes = name in _TAKE_ADDRESSES or keyword == "import"
            if token.type == "url" or (takes and token.type == "string"):
                result.append(_load(css, token.value, place(token)))
            elif inner := _inner(token):
                waiting.append((getattr(token, "lower_name", ""), inner))
    return sorted((load for load in result if load.address), key=lambda load: load.start)


def rules(css: str) -> Iterator[Rule]:
    """Give every rule of a style; nested ones behind the one that they stand in."""
    place = _places(css)
    waiting = [("", _tokens(css))]
    while waiting:
        selector, tokens = waiting.pop()
        declarations: dict[str, Declaration] = {}
        nested = []
        for part, end in _parts(tokens):
            if end is not None and end.type == "{} block":
                head = css[place([*part, end][0]) : place(end)]
                nested.append((" ".join(_COMMENT.sub(" ", head).split()), end.content))
            else:
                declarations |= _declaration(css, place, part, end)
        yield Rule(selector, declarations)
        waiting += reversed(nested)


def contrast(text: Declaration, background: Declaration) -> float | None:
    """Give the contrast of two colors as WCAG measures it: 1 for the same, 21 for black on white.

    None where it depends on anything else: on pictures, variables, or what a color lets through.
    """
    front, back = _lightness(text), _lightness(background)
    if front is None or back is None:
        return None
    return (max(front, back) + 0.05) / (min(front, back) + 0.05)


def pixels(declaration: Declaration) -> float:
    """Give a declared length; 0 where it is not in pixels."""
    sizes = (token for token in declaration.value if token.type == "dimension")
    return next((float(size.value) for size in sizes if size.lower_unit == "px"), 0.0)


def _tokens(css: str) -> Sequence[Any]:
    from tinycss2 import parse_component_value_list  # most styles are plain, and few have any

    css = _LONG_NUMBER.sub(lambda digits: "0." + "0" * (len(digits[0]) - 2), css)
    css = _ESCAPED_BACKSLASHES.sub(lambda pairs: "-" * len(pairs[0]), css)
    tokens: Sequence[Any] = parse_component_value_list(css)
    return tokens


def _inner(token: Any) -> Any:
    return getattr(token, "arguments", None) or getattr(token, "content", None)


def _ends(token: Any) -> bool:
    return token.type == "{} block" or bool(token == _SEMICOLON)


def _places(css: str) -> Callable[[Any], int]:
    """Give the way from a token to its index in the text."""
    starts = [0, *(end.end() for end in _LINE_END.finditer(css))]
    return lambda token: starts[token.source_line - 1] + token.source_column - 1


def _load(css: str, address: str, start: int) -> Load:
    written = _ADDRESS.match(css, start)
    span = written.span(written.lastindex or 0) if written else (start, start)
    return Load(_SURROGATE.sub("\ufffd", address), *span)


def _parts(tokens: Sequence[Any]) -> Iterator[tuple[Sequence[Any], Any]]:
    """Split what stands in braces at semicolons and blocks; give each part with what ends it."""
    start = 0
    for at, token in enumerate(tokens):
        if _ends(token):
            yield tokens[start:at], token
            start = at + 1
    yield tokens[start:], None


def _declaration(
    css: str, place: Callable[[Any], int], part: Sequence[Any], end: Any
) -> dict[str, Declaration]:
    """Read a declaration that goes up to the token `end`, or to the end of its block."""
    words = [at for at, token in enumerate(part) if token.type not in {"whitespace", "comment"}]
    if len(words) < 3 or part[words[0]].type != "ident" or part[words[1]] != ":":  # noqa: PLR2004
        return {}
    last = words[-1]
    behind = [*part[last + 1 : last + 2], end][0]
    stop = place(behind) if behind is not None else css.find("}", place(part[last]))
    value = [part[at] for at in words[2:]]
    name: str = part[words[0]].lower_value
    return {name: Declaration(value, place(part[words[0]]), stop if stop >= 0 else len(css))}


def _lightness(declaration: Declaration) -> float | None:
    """Give the relative luminance of the only color that a declaration names."""
    lights: list[float] = []
    for token in declaration.value:
        light = _luminance(token)
        if light is not None:
            lights.append(light)
        elif token.type in {"function", "url"}:
            return None
    return lights[0] if lights else None


def _luminance(token: Any) -> float | None:
    """Give the relative luminance of an opaque color."""
    from tinycss2.color4 import parse_color

    try:
        color = parse_color(token)
        if color is None or color == "currentcolor" or color.alpha < 1:
            return None
        space = _MEASURED[color.space]
        parts = [min(max(float(part), 0.0), 1.0) for part in color.to(space).coordinates]
    except (ArithmeticError, LookupError, ValueError):  # nothing that anybody could see
        return None
    if space != "srgb":
        return parts[1]
    linear = (
        part / 12.92 if part <= _LINEAR else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return sum(weight * part for weight, part in zip(_WEIGHTS, linear, strict=True))
