"""The parser of the command line: reads only what was given, and without pydantic.

Typer imports pydantic to convert values, and the default of every parameter that was not given.
That takes longer than an up-to-date build.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

import typer
from typer.core import TyperCommand, TyperGroup

_DIRECTORY = ("-C", "--directory")
_LIMIT = "--limit"

_Kind = TypeVar("_Kind", TyperCommand, TyperGroup)


def command_first(arguments: Sequence[str], without_directory: Sequence[str]) -> list[str]:
    """Move `-C DIR` from before the command to behind it, where commands read it.

    It is dropped before commands `without_directory`. `--limit NAME=SIZE` stays before the command.
    """
    rest, given, limits = [*arguments], list[str](), list[str]()
    while rest and rest[0].startswith((*_DIRECTORY, _LIMIT)):
        count = 2 if rest[0] in (*_DIRECTORY, _LIMIT) else 1  # else `-CDIR`, `--directory=DIR`
        (limits if rest[0].startswith(_LIMIT) else given).extend(rest[:count])
        rest = rest[count:]
    if not rest or rest[0].startswith("-"):
        return [*arguments]
    return [*limits, rest[0], *([] if rest[0] in without_directory else given), *rest[1:]]


def with_values(command: _Kind, arguments: Sequence[str]) -> list[str]:
    """Add the first word to options whose value may be left out, as in `--markdown`."""
    bare: dict[str, str] = {}
    for param in command.params:
        if str(param.metavar).startswith("[="):
            kind = cast("Any", param).type_descriptor.annotation
            bare |= dict.fromkeys(param.opts, next(iter(kind)))
    return [f"{word}={bare[word]}" if word in bare else word for word in arguments]


def light(command: _Kind, ctx: Any, arguments: Sequence[str]) -> _Kind:
    """Copy a command with only its given and its required parameters, for parsing.

    `ctx.command` keeps all parameters for help and usage.
    """
    given, _, _ = command.make_parser(ctx).parse_args(args=[*arguments])
    parser = copy(command)
    parser.params = [
        _with_conversion(param)
        for param in command.params
        if param.required or param.envvar or given.get(param.name) not in (None, ())
    ]
    parser.add_help_option = "help" in given
    return parser


def _with_conversion(param: Any) -> Any:
    param = copy(param)
    param.process_value = partial(_processed, param, param.process_value)
    return param


def _processed(param: Any, by_typer: Any, ctx: Any, value: Any) -> Any:
    """Convert the value of a parameter: text, paths, numbers and choices."""
    kind = param.type_descriptor.annotation
    (kind, *_), is_list = (get_args(kind) or (kind,)), bool(get_args(kind))
    if value in (None, ()) or not issubclass(kind, (str, Path, int)) or kind is bool:
        return by_typer(ctx, value)
    return (
        [_converted(param, kind, word) for word in value]
        if is_list
        else _converted(param, kind, value)
    )


def _converted(param: Any, kind: type, word: str) -> Any:
    try:
        value = kind(word)
    except ValueError:
        expected = f"one of {', '.join(kind)}" if issubclass(kind, StrEnum) else "a number"
        raise typer.BadParameter(f"'{word}' is not {expected}", param=param) from None
    if kind is int:
        least, most = param.min, param.max
        if (least is not None and value < least) or (most is not None and value > most):
            limit = f"less than {least}" if value < least else f"more than {most}"
            raise typer.BadParameter(f"{word} is {limit}", param=param)
    return value
