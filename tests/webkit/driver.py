"""WebKitGTK's MiniBrowser on a display of its own, controlled through WebDriver."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from typing import Any

PACKAGES = "webkit2gtk-driver xvfb"  # in Debian's names
_ATTEMPTS = 300
_NOTHING: Mapping[str, Any] = {}


class WebKit:
    """A window of the browser."""

    def __init__(self, port: int, binary: Path) -> None:
        self._port = port
        browser = {"binary": str(binary), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": browser}}
        self._session = ""
        session = self._ask("POST", "", {"capabilities": wanted})
        self._session = f"/{session['sessionId']}"
        self.name = f"WebKitGTK {session['capabilities']['browserVersion']}"

    def open(self, address: str) -> None:
        """Open a page."""
        self._ask("POST", "/url", {"url": address})

    def resize(self, width: int, height: int) -> None:
        """Give the window a size."""
        self._ask("POST", "/window/rect", {"width": width, "height": height})

    def call(self, function: str, *arguments: object) -> Any:
        """Call an async function of the page, and wait for its value."""
        script = f"const done = [...arguments].pop(); {function}(...arguments).then(done)"
        return self._ask("POST", "/execute/async", {"script": script, "args": arguments})

    def picture(self) -> bytes:
        """Take a picture of the page."""
        return b64decode(self._ask("GET", "/screenshot"))

    def close(self) -> None:
        """Close the window."""
        self._ask("DELETE", "")

    def _ask(self, method: str, path: str, body: Mapping[str, Any] = _NOTHING) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port)
        text = json.dumps(body) if method == "POST" else None
        connection.request(method, f"/session{self._session}{path}", text)
        value = json.loads(connection.getresponse().read())["value"]
        connection.close()
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(f"{value['error']}: {value['message']}")
        return value


def browser() -> Path | None:
    """Find the browser, if all that it needs is installed."""
    found = sorted(Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser"))
    has_programs = all(map(shutil.which, ("WebKitWebDriver", "Xvfb")))
    return found[-1] if found and has_programs else None


@contextmanager
def webkit(binary: Path) -> Iterator[WebKit]:
    """Start the browser."""
    screen = ("Xvfb", "-displayfd", "1", "-screen", "0", "1000x1000x24", "-nolisten", "tcp")
    with _program(screen, {}) as display, socket.create_server(("127.0.0.1", 0)) as free:
        assert display.stdout is not None
        number, port = display.stdout.readline().strip(), free.getsockname()[1]
        free.close()
        command = ("WebKitWebDriver", f"--port={port}")
        with _program(command, {"DISPLAY": f":{number}"}):
            _wait_for(port)
            window = WebKit(port, binary)
            try:
                yield window
            finally:
                window.close()


@contextmanager
def _program(command: Sequence[str], more: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def _wait_for(port: int) -> None:
    for _ in range(_ATTEMPTS):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            Event().wait(0.05)
        else:
            return
    raise RuntimeError("WebKitWebDriver does not answer")
