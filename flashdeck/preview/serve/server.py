"""Runs the preview's app on this machine, for nobody but its own browsers."""

from __future__ import annotations

import os
import socket

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from flashdeck.diagnostics import FlashdeckError

HOST = "127.0.0.1"


class _Handler(WSGIRequestHandler):
    """Keeps connections open, and says nothing of what it does or is."""

    protocol_version = "HTTP/1.1"
    timeout = 60

    def version_string(self) -> str:
        return "flashdeck"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Log nothing: stdout and stderr belong to the command line."""


def listen(port: int) -> socket.socket:
    """Take a port, any free one for 0. Raises `FlashdeckError` if it can't be had."""
    taken = socket.socket()
    if os.name == "posix":
        # A port that has just been let go may be taken at once; one in use never.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
        taken.listen(128)
    except (OSError, OverflowError) as error:
        taken.close()
        message = f"port {port} is in use or can't be had"
        raise FlashdeckError(message, "name another one, or --port 0 for any free one") from error
    return taken


def make(listener: socket.socket, app: Flask) -> BaseWSGIServer:
    """Make the server for a port that was taken; `serve_forever` runs it."""
    server = make_server(
        HOST,
        listener.getsockname()[1],
        app,
        threaded=True,
        request_handler=_Handler,
        fd=listener.fileno(),
    )
    server.daemon_threads = True  # type: ignore[attr-defined]  # ThreadingMixIn's
    return server
