"""46 attack vectors of a malicious card: running scripts, loading and navigating.

None works on a card, and each does in a plain document, so that the tests would notice it.
"""

from __future__ import annotations

from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest
from browsing import serving
from playwright.sync_api import expect

from flashdeck.model import Card, Collection, Deck, Field, Note, NoteType, Template
from flashdeck.preview.serve.onefile import OneFile, one_file
from flashdeck.preview.serve.snapshot import Snapshot

# RAN is replaced with a script that leaves a mark and calls out, B64 with its Base64, OUT with the
# listener's address.
RUNNING = [
    "<script>RAN</script>",
    "<SCRIPT type=module>RAN</SCRIPT>",
    "<script src='OUT/a.js'></script>",
    "<script src='//OUT/a.js'></script>",
    "<script src='data:text/javascript,RAN'></script>",
    "<svg><script>RAN</script></svg>",
    "<svg onload=RAN>",
    "<svg><animate onbegin=RAN attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:RAN'><text class=go y=20>x</text></a></svg>",
    "<img src=x onerror=RAN>",
    "<img src=x onerror='eval(atob(`B64`))'>",
    "<body onload=RAN>",
    "<details open ontoggle=RAN>",
    "<input autofocus onfocus=RAN>",
    "<select autofocus onfocus=RAN>",
    "<video><source onerror=RAN></video>",
    "<audio src=x onerror=RAN></audio>",
    "<marquee onstart=RAN>x</marquee>",
    "<div onpointerover=RAN class=go>x</div>",
    "<div onclick=RAN class=go>x</div>",
    "<style>@keyframes k{}</style><b style='animation:k 1s' onanimationstart=RAN>x</b>",
    "<a href='javascript:RAN' class=go>x</a>",
    "<a href=' &#106;avascript:RAN' class=go>x</a>",
    "<form action='javascript:RAN'><button class=go>x</button></form>",
    "<form><button formaction='javascript:RAN' class=go>x</button></form>",
    "<iframe srcdoc='<script>RAN</script>'></iframe>",
    "<iframe src='javascript:RAN'></iframe>",
    "<object data='javascript:RAN'></object>",
    "<embed src='javascript:RAN'>",
    "<math><mtext><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=RAN&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=RAN>'>",
]
LEADING = [
    "<img src='OUT/a.png'>",
    "<img srcset='OUT/a.png 1x'>",
    "<video poster='OUT/a.png' src='OUT/a.mp4'></video>",
    "<audio src='OUT/a.mp3' autoplay></audio>",
    "<iframe src='OUT/a'></iframe>",
    "<object data='OUT/a'></object>",
    "<embed src='OUT/a'>",
    "<link rel=stylesheet href='OUT/a.css'>",
    "<link rel=prefetch href='OUT/a'><link rel=preconnect href='OUT'>",
    "<style>@import 'OUT/a.css'; b{background:url(OUT/a.png)}</style><b>x</b>",
    "<meta http-equiv=refresh content='0;url=OUT/a'>",
    "<base href='OUT/'><img src='a.png'>",
    "<a href='OUT/a' ping='OUT/p' class=go>x</a>",
    "<form action='OUT/a' method=post><input name=x><button class=go>x</button></form>",
]
# Those that Chromium ignores everywhere, or mostly; other browsers may not.
INERT = {
    "<marquee onstart=RAN>x</marquee>",
    "<object data='javascript:RAN'></object>",
    "<embed src='javascript:RAN'>",
    "<math><mtext><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=RAN&gt;'>",
}
# Last, since inspecting a frame with MathJax is slow.
MATHS = [r"\(\href{javascript:RAN}{\class{go}{x}}\)"]
VECTORS = RUNNING + LEADING + MATHS
# Without quotes, spaces and angle brackets, which would end it in an attribute.
MARK = (
    "void(parent.postMessage({evil:1},`*`),document.title=`evil`,fetch(`OUT/ran`),"
    "top.location.hash=`evil`)"
)


def filled(vector, out):
    """A vector with its script and the address of the listener."""
    script = MARK.replace("OUT", out)
    vector = vector.replace("B64", b64encode(script.encode()).decode())
    vector = vector.replace("RAN", script).replace("//OUT", out.removeprefix("http:"))
    return vector.replace("OUT", out)


@pytest.fixture(scope="module")
def listener():
    """A local HTTP server that records all requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            page = self.server.pages.get(self.path)
            if page is None:
                self.server.heard.append(self.path)
                self.server.called.put(self.path)
            self.send_response(200)
            if page is not None:
                self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((page or "").encode())

        do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - http.server's names

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.heard = []
    server.pages = {"/favicon.ico": ""}
    server.called = Queue()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def snapshot(listener):
    out = f"http://127.0.0.1:{listener.server_port}"
    kind = NoteType(
        1,
        "Stranger's",
        (Field("Text"),),
        (Template("One", "Number {{Text}}", "{{FrontSide}}"),),
        css=f"@import '{out}/css.css'; .card {{ background: url({out}/bg.png) }}",
    )
    texts = [filled(vector, out) for vector in VECTORS]
    notes = tuple(
        Note(f"g{at}", 1, (f"{at}: <i>here</i> {text}",), (), (Card(0, "D"),))
        for at, text in enumerate(texts)
    )
    return Snapshot("Strange", Collection((kind,), (Deck("D"),), notes))


class Strange:
    root: Path | None = None

    def __init__(self, shown):
        self.shown = shown

    def first(self):
        return self.shown

    def follow(self, *_):
        pass


@pytest.fixture(scope="module")
def served(listener):
    with serving(Strange(snapshot(listener))) as running:
        yield running


@pytest.fixture(scope="module")
def file(listener, tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "cards.html"
    path.write_text(one_file(snapshot(listener), OneFile()), "utf-8")
    return path


def walk(page, address):
    """Open every card and use all its controls; returns the effects."""
    dialogs = []
    page.on("dialog", lambda dialog: dialogs.append(f"evil {dialog.message}"))
    page.goto(address)
    page.evaluate("addEventListener('message', event => { if (event.data.evil) window.evil = 1 })")
    page.locator("[data-view=single]").click()
    frame = page.frame_locator("#single .screen iframe")
    for number, vector in enumerate(VECTORS):
        expect(frame.locator("#qa")).to_contain_text(f"{number}: here")
        if "=go" in vector or "{go}" in vector:
            frame.locator(".go").first.hover(force=True)
            frame.locator(".go").first.click(force=True)
            expect(frame.locator("#qa")).to_contain_text(f"{number}: here")
        if number < len(VECTORS) - 1:
            page.locator("[title='→']").click()
    return page.evaluate("[window.evil, location.hash, document.title].join()") + "".join(dialogs)


def test_there_are_46_of_them():
    assert len(VECTORS) == 46


def test_no_vector_works_on_the_live_page(served, page, listener):
    ran = walk(page, served.address)
    assert "1" not in ran.split(",")
    assert "evil" not in ran
    assert listener.heard == []


def test_no_vector_works_in_the_one_file_page(file, page, listener):
    ran = walk(page, file.as_uri())
    assert "1" not in ran.split(",")
    assert "evil" not in ran
    assert listener.heard == []


def test_no_vector_works_in_print(served, file, page, listener):
    for address in (served.address, file.as_uri()):
        page.goto(address)
        expect(page.locator("#count")).to_have_text("46 cards")
        page.evaluate(
            "addEventListener('message', event => { if (event.data.evil) window.evil = 1 })"
        )
        assert page.evaluate("Print.prepare()") == 46
        active = page.evaluate(
            "[...document.querySelectorAll('#print .pair > div')].flatMap(one =>"
            " [...one.shadowRoot.querySelectorAll('*')]).filter(one =>"
            " /^(script|iframe|object|embed|meta|base|link|form)$/i.test(one.localName) ||"
            " [...one.attributes].some(({name, value}) => name.startsWith('on') ||"
            " /javascript:/i.test(value))).map(one => one.outerHTML)"
        )
        assert active == []
        assert page.evaluate("window.evil") is None
    assert listener.heard == []


def test_with_allow_scripts_they_run_only_inside_the_sandbox(listener, browser):
    with serving(Strange(snapshot(listener)), allow_scripts=True) as running:
        page = browser.new_page()
        page.goto(running.address)
        page.evaluate(
            "addEventListener('message', event => { if (event.data.evil) window.evil = 1 })"
        )
        expect(page.locator(".tile .face.drawn").first).to_be_visible()
        page.locator("[data-view=single]").click()
        expect(page.frame_locator("#single .screen iframe").locator("#qa")).to_contain_text(
            "0: here"
        )
        inside = [frame for frame in page.frames if frame.url == running.frame]
        assert inside
        origins = {frame.evaluate("origin") for frame in inside}
        assert origins == {"null"}
        assert page.evaluate("window.evil") == 1
        assert page.evaluate("location.hash").startswith("#view=single")
        page.close()
    assert listener.heard == []


@pytest.fixture
def plain(browser):
    """A tab for a document that nothing protects from."""
    page = browser.new_page()
    page.bring_to_front()
    yield page
    page.close()


@pytest.mark.parametrize("vector", [one for one in RUNNING + LEADING if one not in INERT])
def test_without_protection_each_vector_calls_out(vector, plain, listener):
    out = f"http://127.0.0.1:{listener.server_port}"
    listener.pages["/plain"] = f"<!doctype html><meta charset=utf-8>{filled(vector, out)}"
    listener.called = Queue()
    plain.goto(f"{out}/plain", wait_until="commit")
    if "=go" in vector:
        plain.locator(".go").first.hover(force=True)
        plain.locator(".go").first.click(force=True)
    assert listener.called.get(timeout=20)
    listener.heard.clear()
