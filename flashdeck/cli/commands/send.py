"""`flashdeck send`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.completion import packages
from flashdeck.cli.console import colored, exit_with, log_problems, now, print_json, progress
from flashdeck.cli.streams import log, print_result
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity

if TYPE_CHECKING:
    from flashdeck.release.result import BuiltPackage, Progress
    from flashdeck.send.page import Parcel
    from flashdeck.send.server import Sender

Chosen = Annotated[
    str | None,
    typer.Argument(
        metavar="PACKAGE",
        help="A package in build/ [default: the only one]",
        autocompletion=packages,
    ),
]


def send(
    package: Chosen = None,
    *,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="This computer's address for the phone")
    ] = "",
    as_json: options.AsJson = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Send a package to a phone, by a QR code.

    Builds, and serves the package in the local network until it was downloaded, for ten minutes at
    most.
    """
    from flashdeck.send.server import Sender, local_address, other_addresses

    root = options.project_root(directory)
    built = chosen_package(root, package, color, quiet=quiet or as_json)
    parcel = parcel_of(built)
    address = host or local_address()
    sender = Sender(parcel, address)
    if as_json:
        print_json(
            {
                "url": sender.url,
                "file": built.path.name,
                "size": len(parcel.data),
                "sha256": parcel.sha256,
            }
        )
    else:
        print_result(sender.url)
        if colored(color, sys.stdout):
            from flashdeck.send.qr import terminal_code

            print_result(terminal_code(sender.url))
    sys.stdout.flush()
    speaks = not (quiet or as_json)
    if speaks:
        log(f"{parcel.name}, {parcel.size}, {parcel.digest}: scan it with the phone's camera.")
        if others := other_addresses(address) if not host else []:
            log(f"If the phone can't open it, try --host with {' or '.join(others)}.")
    if not sender.wait(log if speaks else lambda _: None):
        message = "nothing was downloaded within ten minutes"
        raise FlashdeckError(message, "join the same Wi-Fi with both, and send again")


def chosen_package(
    root: Path, name: str | None, color: options.Color, *, quiet: bool
) -> BuiltPackage:
    """Build, and return the named package, or the only one."""
    with progress(quiet=quiet) as show:
        built, problems = _built(root, show)
    log_problems(problems, root, color, quiet=quiet)
    exit_with(problems)
    found = _found(built, name or "")
    if found is None:
        message = f"there is no package {name}" if name else f"there are {len(built)} packages"
        raise FlashdeckError(message, f"name one of {', '.join(built)}")
    return found


def offering(root: Path) -> Callable[[str], dict[str, object]]:
    """Return the function by which the preview offers a package to a phone."""
    offered: list[Sender] = []

    def offer(name: str) -> dict[str, object]:
        from flashdeck.send.qr import svg_code
        from flashdeck.send.server import Sender, local_address

        built, problems = _built(root, lambda *_: None)
        if any(problem.severity is Severity.ERROR for problem in problems):
            raise FlashdeckError("the sources have errors", "fix them first")
        found = _found(built, name)
        if found is None:
            return {"choices": [*built]}
        while offered:
            offered.pop().done.set()
        parcel = parcel_of(found)
        sender = Sender(parcel, local_address())
        offered.append(sender)
        Thread(target=sender.wait, args=(lambda _: None,), daemon=True).start()
        return {
            "url": sender.url,
            "code": svg_code(sender.url),
            "name": parcel.name,
            "size": parcel.size,
            "digest": parcel.digest,
        }

    return offer


def _built(root: Path, show: Progress) -> tuple[dict[str, BuiltPackage], Sequence[Diagnostic]]:
    """Build; return the packages with notes by their names, and the diagnostics."""
    from flashdeck.release.build import build
    from flashdeck.release.result import Options

    result = build(root, Options(now=now()), show)
    built = {one.path.name: one for one in result.packages if one.notes}
    if not (built or result.diagnostics):
        raise FlashdeckError("there is no package", "write notes first")
    return built, result.diagnostics


def _found(built: Mapping[str, BuiltPackage], name: str) -> BuiltPackage | None:
    if not name and len(built) == 1:
        return next(iter(built.values()))
    return built.get(Path(name).name)


def parcel_of(built: BuiltPackage) -> Parcel:
    """Read a built package into memory."""
    from hashlib import sha256

    from flashdeck.anki.deck_names import root
    from flashdeck.send.page import Parcel

    data = built.path.read_bytes()
    title = ", ".join(dict.fromkeys(root(deck) for deck in built.decks))
    return Parcel(built.path.name, title, built.notes, data, sha256(data).hexdigest())
