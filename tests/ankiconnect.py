"""A double of the add-on AnkiConnect over the real Anki backend, with the add-on's faults.

Import and export are those of the `anki` package, which the add-on itself calls: on releases before
26.09 the old importer, from then on the new one with other options than the import dialog has.
Only what a push may use is here. What the add-on does wrong, it does wrong here, too.
"""

# ruff: noqa: N802, N803 - actions and parameters have the add-on's names

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from real_anki import VERSION, Learner  # isort: skip - old releases want `anki.collection` first

import anki.exporting
import anki.importing
from anki.utils import ids2str, int_time

Click = Callable[[Learner, Path], object]
IS_NEW = VERSION >= (26, 9)


def click_import(learner: Learner, path: Path) -> None:
    """Click *Import* in the dialog, with *Import any learning progress* ticked."""
    from anki import import_export_pb2 as messages

    options = messages.ImportAnkiPackageOptions(with_scheduling=True)
    request = messages.ImportAnkiPackageRequest(package_path=str(path), options=options)
    learner.collection.import_anki_package(request)
    learner.collection.models._clear_cache()  # as a reset of Anki's window does


def click_import_without_progress(learner: Learner, path: Path) -> None:
    """Click *Import* in the dialog, as it is."""
    learner.import_package(path)


class KilledError(BaseException):
    """The end of the client in the middle of a request."""


class AnkiConnectDouble:
    """The add-on in a running Anki.

    `requests` are the actions so far. `click` is what a person does in the import dialog. With
    `cut` the connection ends at that request, counted from 0: before it is done, or after it. A
    `hanging` action is not answered. `state` is "review" while a card is shown.
    """

    def __init__(self, learner: Learner, profile: str = "fd") -> None:
        self.learner = learner
        self.profile = profile
        self.requests: list[str] = []
        self.click: Click | None = click_import
        self.cut: tuple[int, bool] | None = None
        self.hanging = ""
        self.key = ""
        self.state = "deckBrowser"
        self.open = True
        self.lacking: frozenset[str] = frozenset()
        self.released = Event()
        self.heard: Callable[[str, dict[str, Any], dict[str, Any]], None] = lambda *_: None

    @contextlib.contextmanager
    def running(self) -> Iterator[int]:
        """Serve, and give the port."""
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if "Origin" in self.headers:
                    self.send_error(403)
                    return
                answer = double.answer(json.loads(body))
                if answer is None:
                    self.connection.close()
                    return
                data = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            self.released.set()
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Answer a request; None for a connection that ends."""
        action = request["action"]
        number = len(self.requests)
        self.requests.append(action)
        if self.cut == (number, False):
            return None
        if self.hanging == action:
            self.released.wait()
            return None
        try:
            result = self._run(action, request.get("key", ""), request.get("params", {}))
            answer = {"result": result, "error": None}
        except Exception as error:  # noqa: BLE001 - the add-on reports any by its text
            answer = {"result": None, "error": str(error)}
        self.heard(action, request.get("params", {}), answer)
        return None if self.cut == (number, True) else answer

    def _run(self, action: str, key: str, params: dict[str, Any]) -> Any:
        if self.key and key != self.key and action != "requestPermission":
            raise ValueError("valid api key must be provided")
        method = None if action in self.lacking else getattr(self, f"do_{action}", None)
        if method is None:
            raise ValueError("unsupported action")
        if not self.open and action not in {"version", "apiReflect", "getActiveProfile"}:
            raise ValueError("collection is not available")
        with contextlib.redirect_stdout(io.StringIO()):  # names that Anki deprecates
            return method(**params)

    @property
    def col(self) -> Any:
        return self.learner.collection

    # Actions, in the add-on's names

    def do_version(self) -> int:
        return 6

    def do_apiReflect(self, scopes: list[str], actions: list[str]) -> dict[str, Any]:
        known = [name for name in actions if hasattr(self, f"do_{name}")]
        return {"scopes": scopes, "actions": [name for name in known if name not in self.lacking]}

    def do_getActiveProfile(self) -> str:
        return self.profile

    def do_guiReviewActive(self) -> bool:
        return self.state == "review"

    def do_sync(self) -> None:
        raise ValueError("sync: auth not configured")

    def do_deckNames(self) -> list[str]:
        return [deck.name for deck in self.col.decks.all_names_and_ids()]

    def do_deckNamesAndIds(self) -> dict[str, int]:
        return {deck.name: deck.id for deck in self.col.decks.all_names_and_ids()}

    def do_findCards(self, query: str) -> list[int]:
        return [*map(int, self.col.find_cards(query))]

    def do_findNotes(self, query: str) -> list[int]:
        return [*map(int, self.col.find_notes(query))]

    def do_notesInfo(self, notes: list[int]) -> list[dict[str, Any]]:
        found = []
        for number in notes:
            cards = self.col.db.list("select id from cards where nid = ? order by ord", number)
            if not self.col.db.scalar("select count() from notes where id = ?", number):
                found.append({})
                continue
            if not cards:
                raise KeyError(str(number))  # a note without cards ends the whole call
            note = self.col.get_note(number)
            fields = {
                name: {"value": text, "order": order}
                for order, (name, text) in enumerate(note.items())
            }
            found.append({"noteId": number, "tags": note.tags, "fields": fields, "cards": cards})
        return found

    def do_getDecks(self, cards: list[int]) -> dict[str, list[int]]:
        decks: dict[str, list[int]] = {}
        for card in cards:
            deck = self.col.db.scalar("select did from cards where id = ?", card)
            decks.setdefault(self.col.decks.name(deck), []).append(card)
        return decks

    def do_exportPackage(self, deck: str, path: str, includeSched: bool = False) -> bool:
        found = self.col.decks.by_name(deck)
        if found is None:
            return False
        exporter = anki.exporting.AnkiPackageExporter(self.col)
        exporter.did, exporter.includeSched = found["id"], includeSched
        exporter.exportInto(path)
        return True

    def do_importPackage(self, path: str) -> bool:
        anki.importing.AnkiPackageImporter(self.col, path).run()
        self.col.models._clear_cache()
        return True

    def do_guiImportFile(self, path: str) -> None:
        if self.click is not None:
            self.click(self.learner, Path(path))

    def do_createDeck(self, deck: str) -> int:
        return int(self.col.decks.id(deck))

    def do_getDeckConfig(self, deck: str) -> dict[str, Any] | bool:
        if deck not in self.do_deckNames():
            return False
        return dict(self.col.decks.config_dict_for_deck_id(self.col.decks.id(deck)))

    def do_setDeckConfigId(self, decks: list[str], configId: int) -> bool:
        if not {*decks} <= {*self.do_deckNames()}:
            return False
        for name in decks:
            deck = self.col.decks.by_name(name)
            deck["conf"] = int(configId)
            self.col.decks.save(deck)
        return True

    def do_changeDeck(self, cards: list[int], deck: str) -> None:
        did = self.col.decks.id(deck)
        self.col.sched.remFromDyn(cards)
        self.col.db.execute(  # this, and so any change of a deck, forgets what could be undone
            f"update cards set usn = ?, mod = ?, did = ? where id in {ids2str(cards)}",
            self.col.usn(),
            int_time(),
            did,
        )

    def do_deleteDecks(self, decks: list[str], cardsToo: bool = False) -> None:
        if not cardsToo:
            raise ValueError("it's not possible to delete decks without deleting cards as well")
        for name in decks:
            if name in self.do_deckNames():
                self.col.decks.remove([self.col.decks.id(name)])

    def do_deleteNotes(self, notes: list[int]) -> None:
        self.col.remove_notes(notes)
