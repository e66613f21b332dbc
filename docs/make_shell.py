"""Write the manual page and the shell completions in docs/shell: part of `make reference`.

The manual page has the text of docs/reference/commands.md. The completions are those that
`flashdeck --install-completion` installs.
"""

# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

from pathlib import Path

import typer.main
from markdown_it import MarkdownIt
from markdown_it.token import Token
from typer.completion import get_completion_script

from flashdeck.cli.app import app

DOCS = Path(__file__).parent
OUTPUT = DOCS / "shell"
COMPLETIONS = {"flashdeck.bash": "bash", "_flashdeck": "zsh", "flashdeck.fish": "fish"}

HEAD = r""".\" Written by `make reference`.
.TH FLASHDECK 1 "" "" "User Commands"
.SH NAME
flashdeck \- {summary}
.SH SYNOPSIS
.B flashdeck
.I COMMAND
[\fIOPTIONS\fR] [\fIARGUMENTS\fR]
.SH DESCRIPTION
"""
# Macros at the start of elements.
MACROS = {"h2": ".SS", "p": ".PP", "tr": ".TP"}


def manual_page() -> str:
    """The manual page, flashdeck(1)."""
    summary = str(typer.main.get_command(app()).help).rstrip(".")
    lines = [HEAD.format(summary=_text(summary)).rstrip()]
    page = (DOCS / "reference/commands.md").read_text("utf-8")
    in_head = False
    for token in MarkdownIt().enable("table").parse(page)[3:]:  # all but the title
        if token.tag == "thead":
            in_head = token.nesting == 1
        elif in_head:
            continue
        elif token.type == "fence":
            lines += [".PP", ".EX", _lines(_text(token.content)), ".EE"]
        elif token.type == "inline":
            lines.append(_lines(_inline(token)))
        elif token.nesting == 1 and token.tag in MACROS:
            lines.append(MACROS[token.tag])
    return "\n".join(lines) + "\n"


def completion(shell: str) -> str:
    """The script that completes commands, options and arguments in a shell."""
    script = get_completion_script(
        prog_name="flashdeck", complete_var="_FLASHDECK_COMPLETE", shell=shell
    )
    # In a folder of `fpath` the script is the body of a function: it completes when it is called.
    return (
        script.replace("\ncompdef _flashdeck_completion flashdeck", '\n_flashdeck_completion "$@"')
        + "\n"
    )


def files() -> dict[str, str]:
    """The contents of each file in docs/shell."""
    completions = {name: completion(shell) for name, shell in COMPLETIONS.items()}
    return {"flashdeck.1": manual_page(), **completions}


def write() -> None:
    """Write the files into docs/shell."""
    OUTPUT.mkdir(exist_ok=True)
    for name, text in files().items():
        (OUTPUT / name).write_text(text, "utf-8")


def _inline(token: Token) -> str:
    """Convert text: code becomes bold, as the names of options are in manual pages."""
    parts = []
    for child in token.children or []:
        text = "\n" if child.type == "softbreak" else _text(child.content)
        parts.append(rf"\fB{text}\fR" if child.type == "code_inline" else text)
    return "".join(parts)


def _text(text: str) -> str:
    """Escape what troff would read as its own."""
    return text.replace("\\", r"\e").replace("-", r"\-")


def _lines(text: str) -> str:
    """Escape the start of lines that would be requests."""
    return "\n".join(rf"\&{line}" if line[:1] in {".", "'"} else line for line in text.splitlines())


if __name__ == "__main__":
    write()
