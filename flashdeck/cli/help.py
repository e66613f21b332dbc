"""The help: commands and options in groups, an example, and where the documentation is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from flashdeck.cli.console import colored
from flashdeck.cli.options import Color
from flashdeck.cli.parser import light, with_values
from flashdeck.cli.streams import print_result
from flashdeck.text import BOLD, CYAN, painted

DOCUMENTATION = "docs/"

Row = tuple[str, str]
"""A parameter as users write it, and what it does."""


class Command(TyperCommand):
    """A command, its help in the order: summary, usage, arguments, options, example."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments after the command's name."""
        args = with_values(self, args)
        return TyperCommand.parse_args(light(self, ctx, args), ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """List the words of the usage line."""
        return usage(self, ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        _write_help(self, ctx, formatter)


class Group(TyperGroup):
    """The program with its commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments before the command's name."""
        return TyperGroup.parse_args(light(self, ctx, args), ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """List the words of the usage line."""
        return [*usage(self, ctx), "COMMAND"]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        _write_help(self, ctx, formatter)


def show_help(context: Any, name: str | None = None) -> None:
    """Print the help of the program, or of a command."""
    root = context.find_root()
    if name is not None:
        _, command, _ = root.command.resolve_command(root, [name])
        root = typer.Context(command, info_name=name, parent=root)
    print_result(root.get_help(), styled=True)


def usage(command: Any, ctx: Any) -> list[str]:
    """Return the words of the usage line behind the command's name."""
    words = ["[OPTIONS]"]
    for param in command.get_params(ctx):
        if param.param_type_name == "argument":
            word = param.metavar if param.required else f"[{param.metavar}]"
            words.append(word + ("..." if param.nargs != 1 else ""))
        elif param.required:
            words.append(" ".join((param.opts[0], param.metavar)))
    return words


def sections(command: Any, ctx: Any) -> Iterator[tuple[str, list[Row]]]:
    """Yield the commands, arguments and options in groups, each with its title."""
    for title, group in groupby(getattr(command, "commands", {}).values(), _panel):
        yield title, [(item.name, _summary(item.help)) for item in group]
    params = [param for param in command.get_params(ctx) if not param.hidden]
    titles: dict[str, list[Row]] = {
        title: [] for title in ("Arguments", "Options", "Global options")
    }
    for param in params:
        titles[_title(param)].append((_name(param), _help(param)))
    yield from ((title, rows) for title, rows in titles.items() if rows)


def _panel(command: Any) -> str:
    return str(command.rich_help_panel)


def _title(param: Any) -> str:
    if param.param_type_name == "argument":
        return "Arguments"
    return "Global options" if param.rich_help_panel or param.name == "help" else "Options"


def _name(param: Any) -> str:
    if param.param_type_name == "argument":
        return f"{param.metavar}..." if param.nargs != 1 else str(param.metavar)
    names = ", ".join(sorted(param.opts, key=len))
    return names if param.is_flag else f"{names} {param.metavar}"


def _help(param: Any) -> str:
    if param.name == "help":
        return "Show this help"
    default = f" [default: {param.default}]" if param.show_default and param.default else ""
    return f"{param.help.removesuffix('.')}{default}"


def _summary(text: str) -> str:
    return text.partition("\n\n")[0].removesuffix(".")


def _write_help(command: Any, ctx: Any, formatter: Any) -> None:
    paint = colored(Color.AUTO, sys.stdout)
    ctx.color = paint  # else Typer removes it where stdout is not a terminal
    formatter.write_text(command.help)
    formatter.write_paragraph()
    prefix = painted("Usage:", BOLD, color=paint)
    formatter.write_usage(
        ctx.command_path, " ".join(command.collect_usage_pieces(ctx)), f"{prefix} "
    )
    for title, rows in sections(command, ctx):
        formatter.write_paragraph()
        formatter.write(painted(f"{title}:", BOLD, color=paint) + "\n")
        with formatter.indentation():
            formatter.write_dl([(painted(name, CYAN, color=paint), text) for name, text in rows])
    if command.epilog:
        formatter.write_paragraph()
        formatter.write(command.epilog)
