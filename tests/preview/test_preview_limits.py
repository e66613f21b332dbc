"""The preview's server under strange, slow and many requests: no error of its own, and bounds."""

from __future__ import annotations

import json
import random
import re
import select
import socket

import pytest
from browsing import serving

from flashdeck.preview.preview import PreviewedSources
from flashdeck.preview.serve import server

DEEP = b"[" * 100_000
LONG = b"9" * 5_000
BODIES = {
    "deep JSON": DEEP,
    "deep objects": b'{"a":' * 30_000,
    "a long number": b'{"card": %s}' % LONG,
    "a long number as text": b'{"card": "%s"}' % LONG,
    "a long problem": b'{"problem": "%s"}' % LONG,
    "a fraction": b'{"card": 1e400}',
    "not a number": b'{"card": NaN}',
    "half a character": b'{"card": "\\ud800", "digest": "\\ud800", "masks": []}',
    "digits of another script": b'{"card": "\\u0661", "digest": "", "masks": []}',
    "a superscript": b'{"card": "\\u00b2"}',
    "bytes": b"\xff\xfe\x00",
    "nothing": b"",
    "a list": b"[1, 2]",
    "null": b"null",
    "masks that are none": b'{"card": 0, "digest": "x", "masks": [1, null, "a", [], {}]}',
    "masks of text": b'{"card": 0, "masks": [{"index": 1, "label": "a", "at": "1234"}]}',
    "masks far away": b'{"card": 0, "masks": [{"index": 1, "label": "a", "at": [1e999,1,1,1]}]}',
    "masks of long numbers": b'{"card":0,"masks":[{"index":%s,"label":"a","at":[%s,1,1,1]}]}'
    % (LONG, LONG),
    "a digest that is none": b'{"card": 0, "digest": {"a": []}, "masks": []}',
}
ADDRESSES = [
    "/{page}/faces?keys=" + "9" * 5_000,
    "/{page}/faces?keys=" + "1," * 20_000,
    "/{page}/faces?keys=%d9%a1,%c2%b2,-1,1.5,,%00",
    "/{page}/faces?keys=%ff%fe",
    "/{page}/masks?card=" + "9" * 5_000,
    "/{page}/masks?card=%ed%a0%80",
    "/{page}/data?" + "a&" * 10_000,
    "/{page}/page/%00",
    "/{page}/page/" + "a" * 10_000,
    "/f/{frame}/%ed%a0%80.svg",
    "/f/{frame}/" + "a/" * 10_000,
    "/x/{frame}/%ff",
    "//[",
    "http://[::1/",
    "http://[x]:99999999/",
    "*",
    "?",
    "/%",
    "/%zz/%u1234",
    "/\x00",
    "/" + "a" * 70_000,
]
HEADERS = [
    "Range: bytes=9999999999999999999999-",
    "Range: bytes=-9999999999999999999999",
    "Range: bytes=5-1,2-,-",
    "Range: lines=1-2",
    "If-Range: x\nRange: bytes=0-1",
    'If-None-Match: \xff"',
    "If-Modified-Since: Mon, 99 Foo 99999 99:99:99 GMT",
    "If-Modified-Since: Mon, 01 Jan 0000 00:00:00 GMT",
    "Content-Length: -1",
    "Content-Length: " + "9" * 5_000,
    "Content-Length: x",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked, chunked",
    "Expect: 100-continue",
    "Cookie: " + "a=b; " * 5_000,
    "Content-Type: application/json; charset=\xff",
    "Content-Type: multipart/form-data; boundary=" + "a" * 5_000,
    "Origin: \xff",
    "X-Flashdeck: \xff\xfe",
    "Sec-Fetch-Site: \xff",
    "Accept-Encoding: \x01",
    "no colon",
    ": nothing",
    "A" * 70_000 + ": b",
    "\n".join(f"A{at}: b" for at in range(200)),
]
METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "CONNECT", "TRACE", "get", "\xff", "A" * 5_000]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    root = tmp_path_factory.mktemp("strange")
    (root / "cards").mkdir()
    (root / "cards" / "map.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (root / "cards" / "a.yaml").write_text('notes:\n  - q: "![](map.svg)"\n    a: b\n')
    with serving(PreviewedSources(root, allow_scripts=False)) as served:
        yield served


def connected(running):
    return socket.create_connection(("127.0.0.1", running.guard.port), timeout=20)


def answer(running, request: bytes) -> bytes:
    """Send bytes, and everything else that a client can; return the first line of the response."""
    with connected(running) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return connection.makefile("rb").readline()
        except (ConnectionError, BrokenPipeError):
            return b""  # it was refused before its end


def request(running, address="/{page}/data", method="GET", body=b"", header="", **others) -> bytes:
    address = address.format(page=running.guard.page, frame=running.guard.frame)
    lines = [
        f"{method} {address} HTTP/1.1",
        f"Host: 127.0.0.1:{running.guard.port}",
        f"X-Flashdeck: {running.guard.page}",
        *(["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []),
        *others.get("headers", ()),
        *header.split("\n"),
    ]
    return ("\r\n".join(line for line in lines if line) + "\r\n\r\n").encode("latin-1") + body


def is_fine(line: bytes) -> bool:
    """Whether a response is none, or an answer or refusal, but not an error of the server."""
    return not re.match(rb"HTTP/\S+ 5", line)  # HTTP 0.9 has no first line


@pytest.fixture
def quiet(capfd):
    """Nothing may be printed, a traceback least of all."""
    yield
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("address", ["/{page}/open", "/{page}/masks"])
def test_no_body_is_an_error_of_the_server(running, address, name):
    assert is_fine(answer(running, request(running, address, "POST", BODIES[name])))


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address[:30])
def test_no_address_is_an_error_of_the_server(running, address):
    assert is_fine(answer(running, request(running, address)))


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("header", HEADERS, ids=lambda header: header[:30])
@pytest.mark.parametrize("address", ["/{page}/data", "/f/{frame}/" + "{media}", "/{page}/open"])
def test_no_header_is_an_error_of_the_server(running, address, header):
    media = running.shelf.everything()["cards"] and next(iter(running.shelf._media))
    method = "POST" if address.endswith("open") else "GET"
    address = address.replace("{media}", media)
    assert is_fine(answer(running, request(running, address, method, header=header)))


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("method", METHODS, ids=lambda method: method[:10])
def test_no_method_is_an_error_of_the_server(running, method):
    for address in ("/{page}/data", "/{page}/masks", "/f/{frame}/", "/x/{frame}/VERSION"):
        assert is_fine(answer(running, request(running, address, method)))


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("seed", range(4))
def test_no_damaged_request_is_an_error_of_the_server(running, seed):
    chance = random.Random(seed)
    whole = [
        request(running),
        request(running, "/{page}/open", "POST", json.dumps({"card": 0}).encode()),
        request(running, "/{page}/faces?keys=0,1"),
        request(running, "/f/{frame}/", header="Range: bytes=0-9"),
    ]
    for _ in range(60):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            data[at : at + chance.choice((0, 1, 1, 9))] = chance.randbytes(chance.choice((0, 1, 3)))
        assert is_fine(answer(running, bytes(data)))


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("start", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nA: b\r\n"])
def test_a_request_that_never_ends_is_dropped(running, monkeypatch, start):
    monkeypatch.setattr(server, "_REQUEST", 0.2)
    with connected(running) as connection:
        connection.sendall(start)
        assert connection.makefile("rb").readline() == b""


@pytest.mark.usefixtures("quiet")
def test_a_body_that_never_ends_is_dropped(running, monkeypatch):
    monkeypatch.setattr(server, "_REQUEST", 0.2)
    head = request(running, "/{page}/open", "POST", header="Content-Length: 100")
    with connected(running) as connection:
        connection.sendall(head + b"{")
        assert is_fine(connection.makefile("rb").readline())


@pytest.mark.usefixtures("quiet")
def test_single_bytes_do_not_extend_the_time_of_a_request(running, monkeypatch):
    monkeypatch.setattr(server, "_REQUEST", 0.2)
    with connected(running) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        dropped = False
        while not dropped:
            try:
                connection.sendall(b"a")
                dropped = bool(select.select([connection], [], [], 0.02)[0])
            except ConnectionError:
                dropped = True


@pytest.mark.usefixtures("quiet")
def test_connections_are_limited_and_free_again_when_they_end(running):
    waiting = [connected(running) for _ in range(server.CONNECTIONS)]
    try:
        for connection in waiting:
            connection.sendall(b"GET")
        assert answer(running, request(running)) == b""
    finally:
        for connection in waiting:
            connection.close()
    while not answer(running, request(running)):
        pass  # until a thread has noticed it
