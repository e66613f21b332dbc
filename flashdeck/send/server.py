"""A server for one package, one phone, and some minutes, on one address of the local network.

Plain http on purpose: a certificate of its own would frighten people. The address has a secret, the
Host header must be that of the address, and there are two paths: the page and the package.
"""

from __future__ import annotations

import re
import secrets
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import ClassVar

from flashdeck.diagnostics import FlashdeckError, reason
from flashdeck.send.page import PAGE_POLICY, Parcel, page

_LONGEST = 600.0  # seconds
_GRACE = 60.0  # seconds after the download, in which a phone may ask again
_QUIET = 60.0  # seconds without a request, after which the reasons are printed
_CHUNK = 1 << 16
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_ELSEWHERE = ("192.0.2.1", 9)  # an address of no machine; nothing is sent to it


def local_address() -> str:
    """Return this computer's address in the local network. Raises `FlashdeckError`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError as error:
            message = f"this computer is in no network: {reason(error)}"
            hint = "join the Wi-Fi of the phone, or name this computer's address: --host"
            raise FlashdeckError(message, hint) from error
        return str(probe.getsockname()[0])


def other_addresses(chosen: str) -> list[str]:
    """Return this computer's other addresses, of a VPN or a virtual machine for example."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        return []
    names = {str(entry[4][0]) for entry in found}
    return sorted(name for name in names - {chosen} if not name.startswith("127."))


class Sender:
    """Serves a parcel until it was downloaded."""

    def __init__(self, parcel: Parcel, host: str) -> None:
        """Listen on an address of this computer. Raises `FlashdeckError`."""
        self.parcel = parcel
        self.path = f"/{secrets.token_urlsafe(16)}/"
        self.asked, self.done = Event(), Event()
        self._sent: list[tuple[int, int]] = []
        self._lock = Lock()
        handler = type("Handler", (_Handler,), {"sender": self})
        try:
            self._server = ThreadingHTTPServer((host, 0), handler)
        except OSError as error:
            message = f"{host} is not an address of this computer: {reason(error)}"
            raise FlashdeckError(message, "name another one: --host") from error
        self._server.daemon_threads = True
        self.host = f"{host}:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{self.host}{self.path}"

    def wait(
        self, log: Callable[[str], None], *, longest: float = _LONGEST, quiet: float = _QUIET
    ) -> bool:
        """Serve until a complete download and a minute more, or ten minutes; say which."""
        try:
            if not self.asked.wait(quiet):
                log(
                    "Nothing has arrived yet. Guest Wi-Fi keeps devices apart: use another one, or "
                    "the phone's hotspot.\nA firewall may block Python: allow it for this network."
                )
            if not self.done.wait(longest - quiet):
                return False
            log("Downloaded.")
            Event().wait(min(quiet, _GRACE))
            return True
        finally:
            self.close()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def sent(self, start: int, end: int) -> None:
        """Record that a range was sent; a download may come in several."""
        with self._lock:
            self._sent.append((start, end))
            reached = 0
            for first, last in sorted(self._sent):
                if first <= reached:
                    reached = max(reached, last)
            if reached >= len(self.parcel.data):
                self.done.set()


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD of the two paths, and 404 to everything else."""

    sender: ClassVar[Sender]
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "flashdeck", ""
    timeout = 60

    def do_GET(self) -> None:
        """Send the page or the package."""
        sender = self.sender
        if self.headers.get("Host") != sender.host:
            self._not_found()
        elif self.path == sender.path:
            sender.asked.set()
            headers = {
                "Content-Type": "text/html; charset=utf-8",
                "Content-Security-Policy": PAGE_POLICY,
                "Referrer-Policy": "no-referrer",
            }
            self._send(200, headers, page(sender.parcel).encode())
        elif self.path == sender.path + sender.parcel.name:
            sender.asked.set()
            self._package(sender.parcel)
        else:
            self._not_found()

    def do_HEAD(self) -> None:
        """Send the headers alone."""
        self.do_GET()

    def _package(self, parcel: Parcel) -> None:
        headers = {
            "Content-Type": "application/apkg",  # AnkiDroid opens it, and not application/zip
            "Content-Disposition": f'attachment; filename="{parcel.name}"',
            "Accept-Ranges": "bytes",
            "ETag": f'"{parcel.sha256}"',
        }
        size = len(parcel.data)
        span = requested_range(self.headers.get("Range"), size)
        if span is None:
            self._send(416, {"Content-Range": f"bytes */{size}"}, b"")
            return
        start, end = span
        status = 200
        if "Range" in self.headers:
            status, headers["Content-Range"] = 206, f"bytes {start}-{end - 1}/{size}"
        if self._send(status, headers, parcel.data[start:end]):
            self.sender.sent(start, end)

    def _send(self, status: int, headers: dict[str, str], data: bytes) -> bool:
        """Send a response, and return whether all of it was sent."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command == "HEAD":
            return False
        try:
            for start in range(0, len(data), _CHUNK):
                self.wfile.write(data[start : start + _CHUNK])
        except OSError:  # the phone has gone
            self.close_connection = True
            return False
        return True

    def _not_found(self) -> None:
        self._send(404, {"Content-Type": "text/plain"}, b"not found\n")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer to what can't be read, without the details that Python adds."""
        del code, message, explain
        self.close_connection = True
        self.command = "GET"
        self._not_found()

    def log_message(self, *_: object) -> None:
        """Log nothing: stdout and stderr belong to the command line."""


def requested_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the range of bytes that a header asks for, end exclusive; None if there is none."""
    if header is None:
        return 0, size
    match = _RANGE.fullmatch(header)
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    start, end = int(first), min(int(last) + 1, size) if last else size
    return (start, end) if start < end else None
