"""The preview's HTTP server, on the loopback interface only."""

from __future__ import annotations

import io
import os
import socket
import time
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler

from flashdeck.diagnostics import FlashdeckError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from _typeshed.wsgi import WSGIEnvironment

HOST = "127.0.0.1"
CONNECTIONS = 64  # at a time, each with a thread; a browser opens six, and one for each page
_REQUEST, _WRITE = (
    10.0,
    60.0,
)  # seconds in which a request arrives, and a part of the response leaves


class _Reader(socket.SocketIO):
    """Reads a request, which has a time limit for all of its bytes."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection, "r")
        self._connection = connection
        self._end = time.monotonic() + _REQUEST

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            msg = "the request took too long"
            raise TimeoutError(msg)
        self._connection.settimeout(left)
        try:
            return super().readinto(buffer)
        finally:
            self._connection.settimeout(_WRITE)


class _Handler(WSGIRequestHandler):
    """Logs nothing. Each connection is closed after one request."""

    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.rfile = io.BufferedReader(_Reader(self.connection))

    def make_environ(self) -> WSGIEnvironment:
        try:
            return super().make_environ()
        except ValueError as error:  # of the address
            self.send_error(400)
            raise ConnectionAbortedError from error

    def version_string(self) -> str:
        return "flashdeck"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing, and do not parse the address for it."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the name in werkzeug
        """Log nothing: stdout and stderr belong to the command line."""


class _Server(ThreadedWSGIServer):
    """Handles a limited number of connections at a time; others are closed."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, app: Flask) -> None:
        port = listener.getsockname()[1]
        super().__init__(HOST, port, app, _Handler, fd=listener.fileno())
        self._free = BoundedSemaphore(CONNECTIONS)

    def process_request(self, request: object, client_address: object) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)  # type: ignore[arg-type]
            return
        try:
            super().process_request(request, client_address)  # type: ignore[arg-type]
        except BaseException:
            self._free.release()
            raise

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._free.release()


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
    return _Server(listener, app)
