"""Write the generated pages of the reference: `make reference`."""

# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import typer.main

from flashdeck.checking.explain import reference
from flashdeck.cli.app import app
from flashdeck.kinds.registry import LIMITS, SETTINGS, Key
from flashdeck.rules.pages import pages
from flashdeck.scaffold.start import PROJECT, starter_text
from flashdeck.yamlnode import Limits

REFERENCE = Path(__file__).parent / "reference"

SETTINGS_HEAD = """\
# Settings

`flashdeck.yaml` stands in the project's folder. The first build makes it where there is none; all
but the `id` may be left out. What is written here is made from the program by `make reference`.
"""

COMMANDS_HEAD = """\
# Commands

What was asked for goes to stdout, what is said on the way to stderr. A command works on the project
round the folder where you are, or round the one that `-C` names. What is written here is made from
the program by `make reference`.

| exit code | |
|---|---|
| 0 | fine |
| 1 | problems in the sources, or something that can't go on; with `--strict` warnings, too |
| 2 | wrong usage |
| 3 | a bug of flashdeck's own, with a report |
| 130 | Ctrl-C |

`NO_COLOR` and `FORCE_COLOR` are heeded. `SOURCE_DATE_EPOCH` sets the clock of a build.
`flashdeck --install-completion` teaches your shell to complete commands, options, packages and git
tags (bash, zsh, fish, PowerShell). `python -m flashdeck` is the same as `flashdeck`.
"""


def settings_page() -> str:
    """The page of settings, with an example of all of them."""
    words = {"QUOTED": "Spanish", "DECK": "Spanish::The Moon", "ID": "nzcq86nza31542tk"}
    example = starter_text(PROJECT["flashdeck.yaml"], words)
    defaults = asdict(Limits())
    limits = [f"| `{key.name}` | {defaults[key.name]:,} | {key.summary} |" for key in LIMITS]
    return "\n".join(
        [
            SETTINGS_HEAD,
            *_table(SETTINGS),
            "\nLimits:\n",
            "| key | default | at most |",
            "|---|---|---|",
            *limits,
            "\nA whole file, as `flashdeck init` writes it:\n",
            f"```yml\n{example}```\n",
        ]
    )


def commands_page() -> str:
    """The page of commands."""
    group = typer.main.get_command(app())
    assert isinstance(group, typer.main.TyperGroup)
    parts = [COMMANDS_HEAD]
    for name, command in group.commands.items():
        context = command.make_context(f"flashdeck {name}", [], resilient_parsing=True)
        usage = command.get_usage(context).removeprefix("Usage: ")
        records = filter(
            None, (param.get_help_record(context) for param in command.get_params(context))
        )
        rows = [f"| `{_words(left)}` | {_words(right)} |" for left, right in records]
        parts += [
            f"## flashdeck {name}\n",
            f"{command.help}\n",
            f"```\n{usage}\n```\n",
            "\n".join(["| | |", "|---|---|", *rows[:-1]]) + "\n",  # the last is --help
        ]
    return "\n".join(parts)


def rules_page() -> str:
    """The page of rules."""
    return reference(pages().values())


def _words(text: str) -> str:
    """Escape a help text for a table."""
    return " ".join(text.replace("|", ", ").split())


def _table(keys: Iterable[Key]) -> list[str]:
    rows = []
    for key in keys:
        default = f" Default: `{key.words[0]}`." if key.words else ""
        rows.append(f"| `{key.name}` | {key.holds} | {key.summary}{default} |")
    return ["| key | holds | |", "|---|---|---|", *rows]


PAGES = {"settings.md": settings_page, "commands.md": commands_page, "rules.md": rules_page}

if __name__ == "__main__":
    for page, make in PAGES.items():
        (REFERENCE / page).write_text(make(), "utf-8")
