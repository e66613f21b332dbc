"""The preview's HTTP server, on the loopback interface only."""

from __future__ import annotations

import os
import socket

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from flashdeck.diagnostics import FlashdeckError

HOST = "127.0.0.1"


class _Handler(WSGIRequestHandler):
    """Keeps connections open, and logs nothing."""

    protocol_version = "HTTP/1.1"
    timeout = 60

    def version_string(self) -> str:
        return "flashdeck"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the name in werkzeug
        """Log nothing: stdout and stderr belong to the command line."""


def listen(port: int) -> socket.socket:
    """Listen on a port, any free one for 0. Raises `FlashdeckError` if it is not available."""
    listener = socket.socket()
    if os.name == "posix":
        # A recently closed port may be reused at once; a port in use never.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        message = f"port {port} is already in use, or not available"
        raise FlashdeckError(message, "name another one, or --port 0 for any free one") from error
    return listener


def make(listener: socket.socket, app: Flask) -> BaseWSGIServer:
    """Create the server of a listening socket; `serve_forever` runs it."""
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
