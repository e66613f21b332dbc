"""CSS: the URLs that it loads, its rules, and the contrast of its colors.

The only module that imports tinycss2. As in browsers, invalid CSS is ignored. Trees are walked with
a stack, since blocks may nest to any depth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

# Without one of these, CSS loads nothing; a backslash may hide one.
_MAY_LOAD = re.compile(r"(?:url|src|image-set)\(|@import|\\", re.IGNORECASE)
_TAKE_ADDRESSES = frozenset({"url", "src", "image-set", "-webkit-image-set"})
# A URL from the start of its token: in double quotes, in single quotes, or bare in url().
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
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
# Differences between tinycss2 and browsers: it can't read integers of thousands of digits, and in
# an invalid url() it takes the `\)` of `\\)` for an escape and skips the rest.
_LONG_NUMBER = re.compile("[0-9]{4000,}")
_ESCAPED_BACKSLASHES = re.compile(r"(?<!\\)(?:\\\\)+(?=\))")
# For each color space, the one in which tinycss2 can compute luminance.
_MEASURED = {
    **dict.fromkeys(("srgb", "hsl", "hwb"), "srgb"),
    **dict.fromkeys(("lab", "lch"), "xyz-d50"),
    **dict.fromkeys(("oklab", "oklch"), "xyz-d65"),
}
# https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
_LINEAR, _WEIGHTS = 0.04045, (0.2126, 0.7152, 0.0722)


class Load(NamedTuple):
    """A URL that CSS loads, decoded; `css[start:end]` is its source."""

    address: str
    start: int
    end: int


class Declaration(NamedTuple):
    """The value of a property, as tokens without spaces, and the span of the declaration."""

    value: Sequence[Any]
    start: int
    end: int


class Rule(NamedTuple):
    """A rule: its selector, and its declarations by lower-case name."""

    selector: str
    declarations: Mapping[str, Declaration]


def too_long(css: str) -> bool:
    """Whether CSS is too long to be checked, not counting data URLs."""
    return len(css) > _LONGEST and len(_DATA.sub("", css)) > _LONGEST


def may_load(css: str) -> bool:
    """Whether CSS may load anything; a fast check without parsing."""
    return _MAY_LOAD.search(css) is not None


def loads(css: str) -> list[Load]:
    """Return what CSS loads by `url()`, `@import` and `image-set()`, in order."""
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
                continue  # its URL is only a name
            takes = name in _TAKE_ADDRESSES or keyword == "import"
            if token.type == "url" or (takes and token.type == "string"):
                result.append(_load(css, token.value, place(token)))
            elif inner := _inner(token):
                waiting.append((getattr(token, "lower_name", ""), inner))
    return sorted((load for load in result if load.address), key=lambda load: load.start)


def rules(css: str) -> Iterator[Rule]:
    """Yield every rule of a stylesheet; nested rules follow their parent."""
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
    """Return the WCAG contrast ratio of two colors: 1 if equal, 21 for black on white.

    None if it depends on images, variables or transparency.
    """
    front, back = _declared_luminance(text), _declared_luminance(background)
    if front is None or back is None:
        return None
    return (max(front, back) + 0.05) / (min(front, back) + 0.05)


def pixels(declaration: Declaration) -> float:
    """Return a length in pixels; 0 for other units."""
    sizes = (token for token in declaration.value if token.type == "dimension")
    return next((float(size.value) for size in sizes if size.lower_unit == "px"), 0.0)


def _tokens(css: str) -> Sequence[Any]:
    from tinycss2 import parse_component_value_list  # not needed for most builds

    css = _LONG_NUMBER.sub(lambda digits: "0." + "0" * (len(digits[0]) - 2), css)
    css = _ESCAPED_BACKSLASHES.sub(lambda pairs: "-" * len(pairs[0]), css)
    tokens: Sequence[Any] = parse_component_value_list(css)
    return tokens


def _inner(token: Any) -> Any:
    return getattr(token, "arguments", None) or getattr(token, "content", None)


def _ends(token: Any) -> bool:
    return token.type == "{} block" or bool(token == _SEMICOLON)


def _places(css: str) -> Callable[[Any], int]:
    """Return a function from a token to its index in the text."""
    starts = [0, *(end.end() for end in _LINE_END.finditer(css))]
    return lambda token: starts[token.source_line - 1] + token.source_column - 1


def _load(css: str, address: str, start: int) -> Load:
    match = _ADDRESS.match(css, start)
    span = match.span(match.lastindex or 0) if match else (start, start)
    return Load(_SURROGATE.sub("\ufffd", address), *span)


def _parts(tokens: Sequence[Any]) -> Iterator[tuple[Sequence[Any], Any]]:
    """Split the content of braces at semicolons and blocks; yield each part with its last token."""
    start = 0
    for index, token in enumerate(tokens):
        if _ends(token):
            yield tokens[start:index], token
            start = index + 1
    yield tokens[start:], None


def _declaration(
    css: str, place: Callable[[Any], int], part: Sequence[Any], end: Any
) -> dict[str, Declaration]:
    """Read a declaration that ends at the token `end`, or at the end of its block."""
    indices = [n for n, token in enumerate(part) if token.type not in {"whitespace", "comment"}]
    if len(indices) < 3 or part[indices[0]].type != "ident" or part[indices[1]] != ":":  # noqa: PLR2004
        return {}
    last = indices[-1]
    next_token = [*part[last + 1 : last + 2], end][0]
    stop = place(next_token) if next_token is not None else css.find("}", place(part[last]))
    value = [part[index] for index in indices[2:]]
    name: str = part[indices[0]].lower_value
    return {name: Declaration(value, place(part[indices[0]]), stop if stop >= 0 else len(css))}


def _declared_luminance(declaration: Declaration) -> float | None:
    """Return the relative luminance of the color in a declaration."""
    luminances: list[float] = []
    for token in declaration.value:
        luminance = _luminance(token)
        if luminance is not None:
            luminances.append(luminance)
        elif token.type in {"function", "url"}:
            return None
    return luminances[0] if luminances else None


def _luminance(token: Any) -> float | None:
    """Return the relative luminance of an opaque color."""
    from tinycss2.color4 import parse_color

    try:
        color = parse_color(token)
        if color is None or color == "currentcolor" or color.alpha < 1:
            return None
        space = _MEASURED[color.space]
        values = [min(max(float(value), 0.0), 1.0) for value in color.to(space).coordinates]
    except (ArithmeticError, LookupError, ValueError):  # not a displayable color
        return None
    if space != "srgb":
        return values[1]
    linear = (
        value / 12.92 if value <= _LINEAR else ((value + 0.055) / 1.055) ** 2.4 for value in values
    )
    return sum(weight * value for weight, value in zip(_WEIGHTS, linear, strict=True))
