"""Every regular expression of flashdeck, found by introspection, and the worst texts for each.

Those of modules and classes are found by their values; those that a function compiles, by the
calls in its source, where each word that only the function knows stands for `2`.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import _constants as sre
from re import _parser
from types import ModuleType
from typing import Any

from doubling import Pattern

import flashdeck

_CALLS = frozenset("compile match fullmatch search split findall finditer sub subn".split())
_ANCHORED = frozenset(("match", "fullmatch"))  # also at a place: a scanner knows where it is
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_MANY = 100  # repetitions
_CATEGORIES = {
    sre.CATEGORY_DIGIT: "7",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_DIGIT: "a",
    sre.CATEGORY_NOT_SPACE: "a",
    sre.CATEGORY_NOT_WORD: "-",
}


@dataclass(frozen=True)
class Expression:
    """A regular expression; an `anchored` one is only ever tried at the start of a text."""

    compiled: re.Pattern[str] | re.Pattern[bytes]
    anchored: bool

    def run(self, text: str) -> None:
        """Match a text as often as the program would."""
        subject = text if isinstance(self.compiled.pattern, str) else text.encode()
        if self.anchored:
            self.compiled.match(subject)  # type: ignore[arg-type]
        else:
            self.compiled.sub(subject[:0], subject)  # type: ignore[arg-type]


def modules() -> list[ModuleType]:
    """All modules of flashdeck."""
    names = [
        found.name
        for found in pkgutil.walk_packages(flashdeck.__path__, "flashdeck.")
        if not found.name.endswith("__main__")
    ]
    return [flashdeck, *map(importlib.import_module, names)]


@cache
def source(module: ModuleType) -> ast.Module:
    """The syntax tree of a module."""
    assert module.__file__ is not None
    return ast.parse(Path(module.__file__).read_text("utf-8"))


@cache
def expressions() -> dict[str, Expression]:
    """All expressions, by where they were found first."""
    found: dict[str, Expression] = {}
    seen: set[tuple[object, int]] = set()
    uses = _uses()
    for module in modules():
        own = module.__name__
        places = [
            *((name, each) for name, value in vars(module).items() for each in _inside(value, own)),
            *_called(module),
        ]
        for name, compiled in places:
            if (compiled.pattern, compiled.flags) not in seen:
                seen.add((compiled.pattern, compiled.flags))
                number = sum(key.partition("#")[0] == f"{own}:{name}" for key in found)
                key = f"{own}:{name}" + (f"#{number}" if number else "")
                found[key] = Expression(compiled, anchored=_anchored(own, name, uses))
    return found


def _inside(value: object, module: str, depth: int = 3) -> Iterator[re.Pattern[str]]:
    """The expressions in a value, in collections and classes too."""
    if isinstance(value, re.Pattern):
        yield value
        return
    parts: list[object] = []
    if isinstance(value, Mapping) and depth:
        parts = [*value.values()]
    elif isinstance(value, list | tuple | set | frozenset) and depth:
        parts = [*value]
    elif getattr(value, "__module__", "") == module and depth and hasattr(value, "__dict__"):
        parts = [*vars(value).values()]  # a class, or an instance of one
    for part in parts:
        yield from _inside(part, module, depth - 1)


def _called(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The expressions that functions write in calls of `re`."""
    for function in ast.walk(source(module)):
        if not isinstance(function, ast.FunctionDef):
            continue
        names = _Names(module, function)
        for call in ast.walk(function):
            match call:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="re"), attr=method), args=[first, *rest]
                ) if method in _CALLS:
                    flags = [*rest, *(word.value for word in call.keywords)]
                    flag = sum(names.value(each) for each in flags if _is_flag(each))
                    pattern = names.value(first)
                    if isinstance(pattern, _Unknown):
                        continue  # a parameter: the caller's expressions are found where it is
                    if not isinstance(pattern, re.Pattern):
                        pattern = re.compile(pattern, flag)
                    yield f"{function.name} {method}", pattern


class _Unknown(str):
    """What stands for a value that only the function knows, and for all that is made of it."""

    __slots__ = ()

    def __getattr__(self, name: str) -> _Unknown:
        return self

    def __call__(self, *_: object) -> _Unknown:
        return self

    def __getitem__(self, _: object) -> _Unknown:
        return self


class _Names(dict[str, object]):
    """The values of names in a function: those of its module, and what it assigns once."""

    def __init__(self, module: ModuleType, function: ast.FunctionDef) -> None:
        super().__init__({**vars(builtins), **vars(module)})
        self._assigned = {
            target.id: node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def __missing__(self, name: str) -> object:
        return self.value(self._assigned.pop(name)) if name in self._assigned else _Unknown("2")

    def value(self, node: ast.expr) -> object:
        """The value of an expression."""
        code = compile(ast.Expression(node), "", "eval")
        try:
            return eval(code, {"__builtins__": {}}, self)  # noqa: S307 - our own source
        except Exception:  # noqa: BLE001 - whatever comes of a value that stands for another
            return _Unknown("2")


def _is_flag(node: ast.expr) -> bool:
    return bool(re.fullmatch(r"re\.[A-Z]+(?: \| re\.[A-Z]+)*", ast.unparse(node)))


def _anchored(module: str, name: str, uses: Mapping[str, set[bool]]) -> bool:
    function, _, method = name.rpartition(" ")
    return method in _ANCHORED if function else uses[_key(module, name)] == {True}


def _key(module: str, name: str) -> str:
    return f"{module}:{name}" if name.startswith("_") else name


def _uses() -> dict[str, set[bool]]:
    """For each name of an expression: whether it is used at the start of a text, or elsewhere."""
    uses: dict[str, set[bool]] = defaultdict(set)
    for module in modules():
        methods = set()
        for node in ast.walk(source(module)):
            match node:
                case ast.Call(
                    func=ast.Attribute(
                        value=(ast.Name(id=name) as place)
                        | ast.Subscript(value=ast.Name(id=name) as place),
                        attr=method,
                    )
                ):
                    uses[_key(module.__name__, name)].add(method in _ANCHORED)
                    methods.add(place)
                case ast.Name(id=name, ctx=ast.Load()) if node not in methods:
                    uses[_key(module.__name__, name)].add(False)
    return uses


# The worst texts


def worst(expression: Expression) -> list[Pattern]:
    """Repeated texts that begin to match in many places, or match only in part."""
    pattern = expression.compiled.pattern
    parsed = _parser.parse(pattern, expression.compiled.flags)
    units: dict[Pattern, None] = {}
    for before, body, after in _repeats([*parsed], "", ""):
        near = after[:-1]
        for unit in (before, before + body, body, before + body + after, before + body + near):
            if unit:
                for end in ("", "a", "\n", "\x00"):
                    units[Pattern(unit, after=end)] = None
                if after:
                    units[Pattern(unit, before=after)] = None
                    units[Pattern(unit, after + after[-1])] = None
        if body:
            units |= dict.fromkeys(
                Pattern(body, before=before, after=end) for end in ("", "a", "\n", "\x00")
            )
    return list(units)


def _repeats(items: list, before: str, after: str) -> Iterator[tuple[str, str, str]]:
    """For each part that repeats: what is before it, a repetition, and what is behind it."""
    for index, (kind, value) in enumerate(items):
        rest = _sample(items[index + 1 :]) + after
        match kind:
            case sre.BRANCH:
                for branch in value[1]:
                    yield from _repeats([*branch], before, rest)
            case sre.SUBPATTERN:
                yield from _repeats([*value[-1]], before, rest)
            case sre.ATOMIC_GROUP:
                yield from _repeats([*value], before, rest)
            case sre.ASSERT | sre.ASSERT_NOT:
                yield from _repeats([*value[1]], before, rest)
            case _ if kind in _REPEATS:
                _, high, inner = value
                if high >= _MANY:
                    for body in _samples([*inner]):
                        yield before, body, rest
                    yield before, _sample([*inner], before[:1] or "a"), rest
                yield from _repeats([*inner], before, rest)
        before += _sample([(kind, value)])


def _samples(items: list) -> list[str]:
    """Texts that match: one for each alternative at the top, and for other letters of a set."""
    texts = [_sample(items)]
    if len(items) == 1:
        kind, value = items[0]
        if kind is sre.BRANCH:
            texts = [text for branch in value[1] for text in _samples([*branch])]
        elif kind is sre.SUBPATTERN:
            texts = _samples([*value[-1]])
        elif kind is sre.IN:
            texts += [*filter(None, (_letter([each]) for each in value[:6]))]
    return list(dict.fromkeys(texts))


def _sample(items: list, any_: str = "a") -> str:
    """A short text that matches, most of the time; `any_` is a letter for a dot."""
    return "".join(_one(kind, value, any_) for kind, value in items)


def _one(kind: object, value: Any, any_: str) -> str:
    match kind:
        case sre.LITERAL:
            return chr(value)
        case sre.NOT_LITERAL:
            return "a" if value != ord("a") else "b"
        case sre.ANY:
            return any_
        case sre.IN:
            return _letter(value)
        case sre.BRANCH:
            return _sample([*value[1][0 if any_ == "a" else -1]], any_)
        case sre.SUBPATTERN | sre.ATOMIC_GROUP:
            return _sample([*(value[-1] if kind is sre.SUBPATTERN else value)], any_)
        case sre.ASSERT if value[0] > 0:  # looks ahead
            return _sample([*value[1]], any_)
        case _ if kind in _REPEATS:
            return _sample([*value[2]], any_) * min(value[0], _MANY)
    return ""


def _letter(members: list) -> str:
    """A letter of a set."""
    negated = bool(members) and members[0][0] is sre.NEGATE
    if negated:
        return next(
            (letter for letter in "a \n-<" if not any(_has(each, letter) for each in members[1:])),
            "",
        )
    for kind, value in members:
        if kind is sre.LITERAL:
            return chr(value)
        if kind is sre.RANGE:
            return chr(value[0])
        if kind is sre.CATEGORY:
            return _CATEGORIES[value]
    return ""


def _has(member: tuple, letter: str) -> bool:
    kind, value = member
    if kind is sre.LITERAL:
        return ord(letter) == value
    if kind is sre.RANGE:
        return value[0] <= ord(letter) <= value[1]
    if kind is sre.CATEGORY:
        return {
            sre.CATEGORY_DIGIT: letter.isdigit(),
            sre.CATEGORY_SPACE: letter.isspace(),
            sre.CATEGORY_WORD: letter.isalnum() or letter == "_",
            sre.CATEGORY_NOT_DIGIT: not letter.isdigit(),
            sre.CATEGORY_NOT_SPACE: not letter.isspace(),
            sre.CATEGORY_NOT_WORD: not (letter.isalnum() or letter == "_"),
        }[value]
    return False
