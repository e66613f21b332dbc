"""The preview's Flask app: the page, its data, card frames and media."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite

from flask import Blueprint, Flask, Response, abort, redirect, request, send_file
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from flashdeck.diagnostics import FlashdeckError
from flashdeck.preview.frame import Sources, Surroundings, data, frame_document, frame_policy
from flashdeck.preview.frame.document import Platform
from flashdeck.preview.serve.guard import MEDIA_POLICY, Guard, same, seal
from flashdeck.preview.serve.mathjax import SCRIPT, mathjax_files
from flashdeck.preview.serve.mediatypes import media_type
from flashdeck.preview.serve.pagefiles import SCRIPTS, STYLES, page, page_file
from flashdeck.preview.serve.snapshot import DrawnMask, Masks, MaskSources, NoteMasks, NotePlace
from flashdeck.preview.serve.store import PreviewStore

OpenEditor = Callable[[str, int, int], str]
"""Opens a source file, given relative to the project's root, at a line and column.

Returns the name of the editor.
"""

Send = Callable[[str], Mapping[str, object]]
"""Offers a package, '' for the only one, to a phone.

Returns its `url`, a QR code of it as SVG in `code`, `name`, `size` and `digest`; or the names of
the packages, in `choices`.
"""

_HEARTBEAT = 15.0
_MAX_FACES = 200
_MAX_MASKS = 500
_MAX_LABEL = 1_000
_EDGES = 4
_MAX_POST_SIZE = 200_000
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class AppOptions:
    """Options of the app.

    `scripts` are the policy sources of scripts that cards may run; `allow_scripts` allows all
    scripts. If `open_editor` is None, the page links to addresses below `editor_link` instead; if
    that is '' there are no sources to open. `masks` edits image occlusion notes, `send` offers
    packages to phones.
    """

    platform: Platform = "lin"
    scripts: Sequence[str] = ()
    allow_scripts: bool = False
    open_editor: OpenEditor | None = None
    editor_link: str = ""
    masks: Masks | None = None
    send: Send | None = None


def make_app(store: PreviewStore, guard: Guard, options: AppOptions) -> Flask:
    """Create the app that serves a store."""
    app = Flask("flashdeck.preview.serve", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_POST_SIZE
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    # A redirect would reveal a valid address to clients without a secret.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.register_blueprint(_page(store, guard, options), url_prefix="/<secret>")
    app.register_blueprint(_frames(store, guard, options), url_prefix="/f/<secret>")
    app.register_blueprint(_maths(guard), url_prefix="/x/<secret>")

    @app.url_value_preprocessor  # runs before anything else in a request
    def check(_endpoint: str | None, _values: dict[str, str] | None) -> None:
        if why := guard.refusal(request):
            abort(Response(f"refused: {why}\n", 403, mimetype="text/plain"))

    @app.after_request
    def add_headers(response: Response) -> Response:
        framed = request.blueprint in {"frames", "maths"} and response.status_code < 400  # noqa: PLR2004
        return seal(response, framed=framed)

    @app.errorhandler(HTTPException)
    def plain_error(error: HTTPException) -> Response:
        return Response(f"{(error.name or 'refused').lower()}\n", error.code, mimetype="text/plain")

    @app.errorhandler(RecursionError)  # of JSON
    def too_deep(_error: RecursionError) -> Response:
        return Response("bad request\n", 400, mimetype="text/plain")

    return app


def _check(blueprint: Blueprint, secret: str) -> None:
    """Reject requests to a blueprint that lack its secret."""

    @blueprint.url_value_preprocessor
    def check(_endpoint: str | None, values: dict[str, str] | None) -> None:
        if values is None or not same(values.pop("secret"), secret):
            abort(404)


def _page(store: PreviewStore, guard: Guard, options: AppOptions) -> Blueprint:
    routes = Blueprint("page", __name__)
    _check(routes, guard.page)

    @routes.get("/")
    def show() -> str | BaseResponse:
        if not request.path.endswith("/"):
            return redirect(f"{request.path}/")
        return _start(guard, options)

    @routes.get("/page/<name>")
    def asset(name: str) -> Response:
        if name not in {*STYLES, *SCRIPTS}:
            abort(404)
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        return Response(page_file(name), mimetype=kind)

    @routes.get("/data")
    def everything() -> Response:
        return _json(store.everything())

    @routes.get("/figures")
    def figures() -> Response:
        return _json(store.figures())

    @routes.get("/faces")
    def faces() -> Response:
        keys = map(_number, request.args.get("keys", "").split(",")[:_MAX_FACES])
        return _json(store.faces(key for key in keys if key is not None))

    @routes.get("/events")
    def events() -> Response:
        since = _number(request.args.get("since"))
        start = store.version if since is None else since
        return Response(_stream(store, start), mimetype="text/event-stream")

    _editing(routes, store, options)
    _working(routes, store, options)
    return routes


def _working(routes: Blueprint, store: PreviewStore, options: AppOptions) -> None:
    """Add the routes of what else an author may do."""
    if options.masks is not None:
        _drawing(routes, store, options.masks)
        _new_notes(routes, store, options.masks)
    if options.send is not None:
        _sending(routes, options.send)


def _sending(routes: Blueprint, send: Send) -> None:
    """Add the route that offers a package to a phone."""

    @routes.post("/send")
    def offer() -> Response:
        body = request.get_json()
        name = body.get("package", "") if isinstance(body, dict) else None
        if not isinstance(name, str):
            abort(400)
        try:
            return _json({**send(name)})
        except FlashdeckError as error:
            return _json({"error": str(error), "hint": error.hint})


def _editing(routes: Blueprint, store: PreviewStore, options: AppOptions) -> None:
    """Add the route that opens the author's editor at a card or a problem."""

    @routes.post("/open")
    def open_editor() -> Response:
        place = _place(store, request.get_json())
        if options.open_editor is None:
            abort(404)
        try:
            editor = options.open_editor(*place)
        except FlashdeckError as error:
            return _json({"error": str(error)})
        path, line, _column = place
        return _json({"opened": f"{path}:{line}", "editor": editor})


def _drawing(routes: Blueprint, store: PreviewStore, masks: Masks) -> None:
    """Add the routes that read and write the masks of a card's note."""

    @routes.get("/masks")
    def read() -> Response:
        return _answered(store, partial(masks.read, place(request.args.to_dict())))

    @routes.post("/masks")
    def write() -> Response:
        body, drawn = _posted()
        digest = str(body.get("digest", ""))
        return _answered(store, partial(masks.write, place(body), digest, drawn))

    def place(values: Mapping[str, object]) -> NotePlace:
        note = _note(store, values)
        if note is None:
            abort(404)
        return note


def _new_notes(routes: Blueprint, store: PreviewStore, masks: Masks) -> None:
    """Add the routes that write new notes with pictures of the project."""

    @routes.get("/pictures")
    def pictures() -> Response:
        return _answered(store, masks.sources)

    @routes.get("/picture")
    def picture() -> Response:
        name = request.args.get("name", "")
        try:
            stream = masks.picture(name)
        except (OSError, FlashdeckError):
            abort(404)
        response = send_file(stream, media_type(name), etag=False)
        response.headers["Content-Security-Policy"] = MEDIA_POLICY
        return response

    @routes.post("/occlusion")
    def create() -> Response:
        body, drawn = _posted()
        picture, deck, digest = (str(body.get(name)) for name in ("picture", "deck", "digest"))
        return _answered(store, partial(masks.create, picture, deck, digest, drawn))


def _answered(store: PreviewStore, act: Callable[[], NoteMasks | MaskSources | None]) -> Response:
    """Act on the sources, unless they have errors; an error is part of the answer."""
    if store.has_errors:
        return _json({"error": "the sources have errors", "hint": "fix them first"})
    try:
        return _json(act() or {})
    except FlashdeckError as error:
        return _json({"error": str(error), "hint": error.hint})


def _posted() -> tuple[Mapping[str, object], list[DrawnMask]]:
    """The body of a request, and the masks in it."""
    body = request.get_json()
    drawn = _drawn(body.get("masks")) if isinstance(body, dict) else None
    if drawn is None:
        abort(400)
    return body, drawn


def _drawn(values: object) -> list[DrawnMask] | None:
    """Check the masks in a request."""
    if not isinstance(values, list) or len(values) > _MAX_MASKS:
        return None
    masks = []
    for value in values:
        try:
            index, label, place = value["index"], value["label"], [float(e) for e in value["at"]]
            str(label).encode()
        except (TypeError, KeyError, ValueError, OverflowError):
            return None
        is_good = isinstance(label, str) and (index is None or type(index) is int)
        if not is_good or len(place) != _EDGES or not all(map(isfinite, place)):
            return None
        ellipse = value.get("ellipse") is True
        masks.append(DrawnMask(index=index, label=label[:_MAX_LABEL], at=place, ellipse=ellipse))
    return masks


def _start(guard: Guard, options: AppOptions) -> str:
    """Write the page, which loads its cards later."""
    styles = '<link rel="preload" href="data" as="fetch" crossorigin>' + "".join(
        f'<link rel="stylesheet" href="page/{name}">' for name in STYLES
    )
    scripts = "".join(f'<script src="page/{name}" defer></script>' for name in SCRIPTS)
    setting = {
        "live": True,
        "frame": f"/f/{guard.frame}/",
        "mathjax": f"/x/{guard.frame}/{SCRIPT}",
        "fonts": f"/x/{guard.frame}/fonts",
        "secret": guard.page,
        "editor": bool(options.open_editor),
        "link": options.editor_link,
        "masks": options.masks is not None,
        "send": options.send is not None,
        "scripts": options.allow_scripts,
    }
    return page(styles, data(setting), scripts)


def _frames(store: PreviewStore, guard: Guard, options: AppOptions) -> Blueprint:
    routes = Blueprint("frames", __name__)
    _check(routes, guard.frame)
    maths = f"/x/{guard.frame}/"

    @routes.get("/")
    def frame() -> Response:
        if request.headers.get("Sec-Fetch-Dest", "iframe") != "iframe":
            abort(403)
        here = f"http://{request.headers['Host']}"
        sources = Sources(
            media=(f"{here}/f/{guard.frame}/",),
            fonts=(f"{here}{maths}fonts/",),
            scripts=(*options.scripts, f"{here}{maths}{SCRIPT}"),
            anything=options.allow_scripts,
        )
        around = Surroundings(f"{maths}{SCRIPT}", f"{maths}fonts", options.platform)
        response = Response(frame_document(around), mimetype="text/html")
        policy = f"sandbox allow-scripts; {frame_policy(sources)}; frame-ancestors {here}"
        response.headers["Content-Security-Policy"] = policy
        return response

    @routes.get("/<name>")
    def media(name: str) -> Response:
        file = store.media(name)
        if file is None:
            abort(404)
        try:
            stream = file.open()
        except (OSError, FlashdeckError):
            abort(404)
        response = send_file(stream, media_type(name), etag=False)
        response.headers["Content-Security-Policy"] = MEDIA_POLICY
        response.headers["Cache-Control"] = "private, no-cache"
        response.set_etag(file.sha256)
        try:
            response.make_conditional(request, accept_ranges=True, complete_length=file.size)
        except HTTPException:  # an impossible range
            stream.close()
            raise
        return response

    return routes


def _maths(guard: Guard) -> Blueprint:
    routes = Blueprint("maths", __name__)
    _check(routes, guard.frame)
    assets = mathjax_files()

    @routes.get("/<path:name>")
    def mathjax(name: str) -> Response:
        if name not in assets:
            abort(404)
        response = Response(assets[name], mimetype=media_type(name))
        response.headers["Cache-Control"] = "private, max-age=3600"
        return response

    return routes


def _number(value: object) -> int | None:
    """A number in a request, None for anything else, and for one of many digits."""
    text = str(value)
    return int(text) if len(text) <= _DIGITS and text.isdecimal() else None


def _note(store: PreviewStore, values: Mapping[str, object]) -> NotePlace | None:
    """The note of the card in a request."""
    card = _number(values.get("card"))
    return store.note_of_card(card) if card is not None else None


def _place(store: PreviewStore, body: object) -> tuple[str, int, int]:
    """The source position of the card or problem in a request, which never names a path."""
    values = body if isinstance(body, dict) else {}
    place = None
    problem = _number(values.get("problem"))
    if (note := _note(store, values)) is not None:
        place = note.path, note.line, note.column
    elif problem is not None and _number(values.get("card")) is None:
        place = store.place_of_problem(problem)
    if place is None:
        abort(404)
    return place


def _stream(store: PreviewStore, version: int) -> Iterator[str]:
    yield ": hello\n\n"
    while (events := store.wait(version, _HEARTBEAT)) is not None:
        if not events:
            yield ": still here\n\n"
        for event in events:
            version = event["version"]
            yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n"


def _json(value: object) -> Response:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/json")
