"""A client of AnkiConnect, the add-on with which other programs talk to a running Anki."""

from __future__ import annotations

import http.client
import json
from typing import Any, TypeVar

from flashdeck.diagnostics import FlashdeckError, reason

HOST = "127.0.0.1"
PORT = 8765
ADD_ON = "2055492159"
_VERSION = 6
_TIMEOUT = 60  # seconds; Anki answers after a sync, and after a dialog was closed
_NEEDED = (
    *("changeDeck", "createDeck", "deckNamesAndIds", "deleteDecks", "deleteNotes", "exportPackage"),
    *("findCards", "getDeckConfig", "getDecks", "guiImportFile", "guiReviewActive"),
    *("importPackage", "setDeckConfigId", "sync"),
)
_NO_COLLECTION = "collection is not available"
_KEY = "valid api key must be provided"

T = TypeVar("T")


class ActionError(FlashdeckError):
    """An action that Anki refused; the message is the add-on's, and may be empty."""

    def __init__(self, action: str, text: str) -> None:
        hint = "push again: it looks first, and does only what is left"
        if action == "sync":
            hint = "sync in Anki by hand, and push without --sync"
        super().__init__(f"Anki refused {action}: {text or 'it gives no reason'}", hint)
        self.text = text


class AnkiConnect:
    """A connection; `key` is the key in the add-on's settings, if any.

    No header names an origin, since the add-on would ask in a dialog, and be blocked by it.
    """

    def __init__(self, port: int = PORT, key: str = "", timeout: float = _TIMEOUT) -> None:
        self._port = port
        self._key = key
        self._timeout = timeout

    def call(self, action: str, kind: type[T], **params: Any) -> T:
        """Run an action, and return its result, which must be of a kind.

        Raises `FlashdeckError`. After a timeout it is unknown whether the action was done.
        """
        result = self.ask(action, **params)
        if not isinstance(result, kind):
            message = f"AnkiConnect's answer to {action} can't be read"
            raise FlashdeckError(message, f"update the add-on {ADD_ON} in Anki: Tools ▸ Add-ons")
        return result

    def ask(self, action: str, **params: Any) -> Any:
        """Run an action, and return its result."""
        request = {"action": action, "version": _VERSION, "params": params}
        if self._key:
            request["key"] = self._key
        answer = self._exchange(action, json.dumps(request).encode())
        match answer:
            case {"result": result, "error": None}:
                return result
            case {"error": str(text)}:
                raise _refused(action, text)
            case _:
                raise self._not_anki()

    def check(self) -> None:
        """Raise `FlashdeckError` unless Anki is there with the actions that a push needs."""
        version = self.ask("version")
        if not isinstance(version, int) or version < _VERSION:
            raise self._not_anki()
        known = self.call("apiReflect", dict, scopes=["actions"], actions=list(_NEEDED))
        if missing := {*_NEEDED} - {*known.get("actions", ())}:
            message = f"this AnkiConnect lacks {', '.join(sorted(missing))}"
            raise FlashdeckError(message, f"update the add-on {ADD_ON} in Anki: Tools ▸ Add-ons")

    def profile(self) -> str:
        """The name of the open profile; '' if the add-on is too old to say."""
        try:
            return self.call("getActiveProfile", str)
        except ActionError as error:
            if "unsupported" in error.text:
                return ""
            raise

    def _exchange(self, action: str, body: bytes) -> Any:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=self._timeout)
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return json.loads(response.read())
        except TimeoutError as error:
            message = (
                f"Anki did not answer to {action} within {self._timeout:.0f} seconds; whether it "
                "was done is unknown"
            )
            hint = "close Anki's dialogs, wait for its sync, and push again: it looks first"
            raise FlashdeckError(message, hint) from error
        except ConnectionRefusedError as error:
            message = "Anki is not running, or without the add-on AnkiConnect"
            hint = (
                f"start Anki; to install the add-on: Tools ▸ Add-ons ▸ Get Add-ons, {ADD_ON}; "
                "or use the import dialog: flashdeck open"
            )
            raise FlashdeckError(message, hint) from error
        except OSError as error:
            message = f"the connection to Anki ended during {action}: {reason(error)}"
            raise FlashdeckError(message, "push again: it looks first") from error
        except (http.client.HTTPException, ValueError) as error:
            raise self._not_anki() from error
        finally:
            connection.close()

    def _not_anki(self) -> FlashdeckError:
        message = f"port {self._port} of this computer is not AnkiConnect's"
        return FlashdeckError(message, "name its port with --port, as in the add-on's settings")


def _refused(action: str, text: str) -> FlashdeckError:
    if text == _NO_COLLECTION:
        message = "Anki has no profile open"
        return FlashdeckError(message, "open the profile in Anki, and push again")
    if text == _KEY:
        message = "AnkiConnect asks for an API key"
        hint = "set ANKICONNECT_KEY to the key in the add-on's settings"
        return FlashdeckError(message, hint)
    return ActionError(action, text)
