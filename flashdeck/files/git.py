"""Runs git for reading, also in a repository with a hostile configuration.

No hooks, pagers, signature checks, prompts or transports: nothing that the repository names is run.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from threading import Event, Timer
from typing import NamedTuple

from flashdeck.diagnostics import FlashdeckError

_SECONDS = 60
_LARGEST = 2**27
# A partial clone fetches missing objects by commands of its configuration, unless each protocol is
# refused by name: the name's own setting has precedence over the default.
_PROTOCOLS = ("ext", "file", "ftp", "ftps", "git", "http", "https", "ssh")
_SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.askPass=",
    "log.showSignature=false",
    "protocol.allow=never",
    *(f"protocol.{name}.allow=never" for name in _PROTOCOLS),
)


class GitOutput(NamedTuple):
    """The output of git; `code` is its exit code, and `errors` are the lines of its messages.

    `is_whole` is false if there was too much output, or git took too long.
    """

    code: int
    data: bytes
    errors: tuple[str, ...]
    is_whole: bool


def git_command(root: Path, *arguments: str) -> list[str]:
    """Return the command line that runs git in a folder."""
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    return ["git", "--no-pager", "--no-optional-locks", *settings, "-C", str(root), *arguments]


def run_git(root: Path, *arguments: str) -> GitOutput:
    """Run git in a folder, with limits on its output and time.

    Raises `FlashdeckError` if git is not installed.
    """
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
                git_command(root, *arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        except OSError as error:
            message = "git is not installed, so no revision can be read"
            raise FlashdeckError(message, "install git, or name a package") from error
        stopped = Event()
        timer = Timer(_SECONDS, _stop, (process, stopped))
        with process:
            timer.start()
            try:
                assert process.stdout is not None
                data = process.stdout.read(_LARGEST + 1)
                if len(data) > _LARGEST:
                    _stop(process, stopped)
                process.wait()
            finally:
                timer.cancel()
        errors.seek(0)
        lines = errors.read(_LARGEST).decode("utf-8", "replace").strip().splitlines()
    return GitOutput(process.returncode, data, tuple(lines), not stopped.is_set())


def _stop(process: subprocess.Popen[bytes], stopped: Event) -> None:
    stopped.set()
    process.kill()
