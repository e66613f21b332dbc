"""A YAML language server, driven over stdio as an editor drives it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class LanguageServer:
    """yaml-language-server, started from where npm put it; `root` is the folder that is open."""

    def __init__(self, program: Path, root: Path, settings: dict[str, Any] | None = None) -> None:
        self._root = root
        self._settings = settings or {}
        self._count = 0
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._process = subprocess.Popen(
            [str(program), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
        )
        folder = {"uri": root.as_uri(), "name": root.name}
        self.ask(
            "initialize",
            processId=None,
            rootUri=root.as_uri(),
            workspaceFolders=[folder],
            capabilities={
                "textDocument": {
                    "completion": {"completionItem": {"snippetSupport": True}},
                    "publishDiagnostics": {},
                },
                "workspace": {"configuration": True, "workspaceFolders": True},
            },
        )
        self._tell("initialized")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def problems(self, folder: str, text: str) -> list[str]:
        """Return the problems of a file in a folder: "line: message", lines from 1."""
        result = self._diagnostics[self._open(folder, text)]
        return [f"{one['range']['start']['line'] + 1}: {one['message']}" for one in result]

    def completions(self, folder: str, text: str) -> dict[str, str]:
        """Return the completions at `|` in the text: labels and inserted texts."""
        result = self._ask_at("textDocument/completion", folder, text)
        return {item["label"]: item.get("insertText", "") for item in result["items"]}

    def hover(self, folder: str, text: str) -> str:
        """Return the hover text at `|` in the text."""
        result = self._ask_at("textDocument/hover", folder, text)
        return result["contents"]["value"] if result else ""

    def _open(self, folder: str, text: str) -> str:
        """Open a new file, wait until the server has read it, and give its address."""
        self._count += 1
        uri = (self._root / folder / f"{self._count}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", textDocument=document)
        while uri not in self._diagnostics:
            self._take(self._read())
        return uri

    def _ask_at(self, method: str, folder: str, text: str) -> Any:
        before, _, after = text.partition("|")
        uri = self._open(folder, before + after)
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return self.ask(method, textDocument={"uri": uri}, position=position)

    def ask(self, method: str, **params: Any) -> Any:
        self._count += 1
        number = self._count
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]
            self._take(message)

    def _tell(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def _take(self, message: dict[str, Any]) -> None:
        """Answer what the server asks, and keep what it says about files."""
        if message.get("method") == "textDocument/publishDiagnostics":
            params = message["params"]
            self._diagnostics[params["uri"]] = params["diagnostics"]
        elif "id" in message and message.get("method") == "workspace/configuration":
            asked = [item["section"] for item in message["params"]["items"]]
            self._send({"id": message["id"], "result": [self._section(one) for one in asked]})
        elif "id" in message and "method" in message:
            self._send({"id": message["id"], "result": None})

    def _section(self, name: str) -> dict[str, Any]:
        start = f"{name}."
        inside = self._settings.items()
        return {key.removeprefix(start): value for key, value in inside if key.startswith(start)}

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._process.stdin
        assert stream is not None
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        stream.flush()

    def _read(self) -> dict[str, Any]:
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while (line := stream.readline().strip()) or not length:
            assert line, "the language server has ended"
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: dict[str, Any] = json.loads(stream.read(length))
        return message
