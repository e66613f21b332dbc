"""`flashdeck send`: a page with a button, for one phone in the same network."""

from __future__ import annotations

import hashlib
import http.client
import re

import pytest
import segno
from browsing import serving
from conftest import ROOT
from playwright.sync_api import expect

from flashdeck.diagnostics import FlashdeckError
from flashdeck.preview.preview import PreviewedSources
from flashdeck.send.page import Parcel
from flashdeck.send.qr import svg_code, terminal_code
from flashdeck.send.server import Sender, requested_range

DATA = bytes(range(256)) * 500
PARCEL = Parcel("flask.apkg", "Flask & <b>", 1, DATA, hashlib.sha256(DATA).hexdigest())


@pytest.fixture
def sender():
    sender = Sender(PARCEL, "127.0.0.1")
    yield sender
    sender.close()


def ask(sender, path, method="GET", **headers):
    """Give the status, the headers and the body of an answer."""
    connection = http.client.HTTPConnection(sender.host)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def test_the_page_names_the_deck_and_has_one_button(sender):
    status, headers, body = ask(sender, sender.path)
    assert status == 200
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    text = body.decode()
    assert "<h1>Flask &amp; &lt;b&gt;</h1>" in text
    assert f"1 note, 128 kB, <code>{PARCEL.sha256[:8]}</code>" in text
    assert re.findall("<a [^>]*>", text) == ['<a href="flask.apkg" download="flask.apkg">']
    assert "<script" not in text


def test_the_package_has_the_type_and_the_name_that_ankidroid_opens(sender):
    status, headers, body = ask(sender, f"{sender.path}flask.apkg")
    assert (status, body) == (200, DATA)
    assert headers["Content-Type"] == "application/apkg"
    assert headers["Content-Disposition"] == 'attachment; filename="flask.apkg"'
    assert headers["Content-Length"] == str(len(DATA))
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_there_are_two_paths_of_one_host_and_nothing_else(sender):
    for path in (
        "/",
        "/flask.apkg",
        f"{sender.path}x",
        f"{sender.path}../flask.apkg",
        "/etc/passwd",
    ):
        assert ask(sender, path)[0] == 404
    assert ask(sender, sender.path, Host="rebind.example")[0] == 404
    assert ask(sender, sender.path, method="POST")[0] == 404
    assert not sender.asked.is_set()
    status, headers, body = ask(sender, f"{sender.path}flask.apkg", method="HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(DATA)))
    assert not sender.done.is_set()
    assert len(sender.path) > 20


def test_a_download_may_come_in_parts(sender):
    path, size = f"{sender.path}flask.apkg", len(DATA)
    status, headers, body = ask(sender, path, Range="bytes=0-99999")
    assert (status, headers["Content-Range"]) == (206, f"bytes 0-99999/{size}")
    assert body == DATA[:100_000]
    assert not sender.done.is_set()
    assert ask(sender, path, Range="bytes=99000-")[2] == DATA[99_000:]
    assert sender.done.wait(5)
    assert ask(sender, path, Range=f"bytes={size}-")[0] == 416


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, (0, 10)),
        ("bytes=2-5", (2, 6)),
        ("bytes=2-", (2, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)),
        ("bytes=2-99", (2, 10)),
        ("bytes=10-", None),
        ("bytes=5-2", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("lines=1-2", None),
    ],
)
def test_ranges_are_read_as_browsers_send_them(header, span):
    assert requested_range(header, 10) == span


def test_it_ends_after_one_download_and_says_what_to_do_when_nothing_arrives():
    said = []
    sender = Sender(PARCEL, "127.0.0.1")
    assert sender.wait(said.append, longest=0.02, quiet=0.01) is False
    assert "Guest Wi-Fi keeps devices apart" in said[0]
    sender = Sender(PARCEL, "127.0.0.1")
    ask(sender, f"{sender.path}flask.apkg")
    assert sender.wait(said.append, longest=5, quiet=0.01) is True
    assert said[1:] == ["Downloaded."]
    with pytest.raises(OSError, match="refused"):
        ask(sender, sender.path)


def test_another_computers_address_is_refused():
    with pytest.raises(FlashdeckError, match=r"192\.0\.2\.1 is not an address of this computer"):
        Sender(PARCEL, "192.0.2.1")


def modules(text):
    """Read the code that a terminal shows: True for black."""
    rows = []
    for line in text.split("\n"):
        cells = re.findall(r"\x1b\[38;5;(\d+);48;5;(\d+)m▀", line)
        assert {color for cell in cells for color in cell} <= {"16", "231"}
        rows += [[color == "16" for color in half] for half in zip(*cells, strict=True)]
    return rows


def test_the_code_in_the_terminal_is_black_on_white_in_any_theme():
    url = "http://192.168.178.21:45123/abcdefghijklmnopqrstuv/"
    code = [[bool(one) for one in row] for row in segno.make(url).matrix_iter(border=4)]
    rows = modules(terminal_code(url))
    assert rows[: len(code)] == code
    assert not any(map(any, rows[len(code) :]))
    assert 'fill="#fff"' in svg_code(url) or "white" in svg_code(url)


@pytest.fixture
def phone(browser):
    """A tab of Chromium as on a phone."""
    context = browser.new_context(
        viewport={"width": 412, "height": 839},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        accept_downloads=True,
        user_agent="Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 "
        "(KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    )
    yield context.new_page()
    context.close()


@pytest.mark.slow
def test_a_phone_downloads_it_with_one_tap(sender, phone):
    phone.goto(sender.url)
    with phone.expect_download() as started:
        phone.get_by_role("link", name="Download the deck").tap()
    assert started.value.suggested_filename == "flask.apkg"
    assert started.value.path().read_bytes() == DATA
    assert sender.done.wait(5)


@pytest.mark.slow
def test_the_page_fits_on_a_phone(sender, phone):
    phone.goto(sender.url)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 412
    button = phone.get_by_role("link", name="Download the deck").bounding_box()
    assert button["height"] >= 48


def offer(sender):
    """Offer packages as the preview's command does."""

    def offered(name):
        if not name:
            return {"choices": ["flask.apkg", "other.apkg"]}
        if name == "other.apkg":
            raise FlashdeckError("the sources have errors", "fix them first")
        return {
            "url": sender.url,
            "code": svg_code(sender.url),
            "name": name,
            "size": PARCEL.size,
            "digest": PARCEL.digest,
        }

    return offered


@pytest.mark.slow
def test_the_preview_shows_the_code(sender, two_notes, page):
    with serving(
        PreviewedSources(two_notes.root, allow_scripts=False), send=offer(sender)
    ) as running:
        page.goto(running.address)
        page.get_by_role("button", name="Send to phone").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="other.apkg").click()
        expect(dialog).to_contain_text("the sources have errors")
        dialog.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Send to phone").click()
        dialog.get_by_role("button", name="flask.apkg").click()
        image = dialog.get_by_role("img", name=f"QR code of {sender.url}")
        expect(image).to_be_visible()
        assert image.evaluate("image => image.naturalWidth") > 100
        expect(dialog).to_contain_text(f"flask.apkg, 128 kB, {PARCEL.digest}")


@pytest.mark.slow
def test_a_preview_of_a_package_has_no_button(two_notes, page):
    with serving(PreviewedSources(two_notes.root, allow_scripts=False)) as running:
        page.goto(running.address)
        expect(page.get_by_role("button", name="Print")).to_be_visible()
        expect(page.get_by_role("button", name="Send to phone")).to_be_hidden()


def test_the_how_to_has_the_way_to_the_phone():
    assert "flashdeck send" in (ROOT / "docs/how-to/push.md").read_text("utf-8")
