"""Commands, and the group of them, that read what was given and nothing else.

Typer loads pydantic to read the value of a parameter that nobody gave, be it `--help`, and that
takes longer than all the rest of a build with nothing to do. Here it stays at its default, unread.
"""

from __future__ import annotations

from copy import copy
from typing import Any, TypeVar

from typer.core import TyperCommand, TyperGroup

_Kind = TypeVar("_Kind", TyperCommand, TyperGroup)


class Command(TyperCommand):
    """A command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words after the command's name into its parameters."""
        return TyperCommand.parse_args(_only_given(self, ctx, args), ctx, args)


class Group(TyperGroup):
    """The program itself, with its commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words before the command's name into the program's own parameters."""
        return TyperGroup.parse_args(_only_given(self, ctx, args), ctx, args)


def _only_given(command: _Kind, ctx: Any, args: list[str]) -> _Kind:
    """Give a copy of a command with the parameters that are given, or may not be passed over.

    Only to read them: help and usage are shown by `ctx.command`, which goes on knowing all.
    """
    given, _, _ = command.make_parser(ctx).parse_args(args=list(args))
    reader = copy(command)
    reader.params = [
        one
        for one in command.params
        if one.required or one.envvar or given.get(one.name) not in (None, ())
    ]
    reader.add_help_option = "help" in given
    return reader
