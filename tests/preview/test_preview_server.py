"""Access control of the preview's server: 35 forbidden requests, and the allowed ones."""

from __future__ import annotations

import http.client
import json
import re

import pytest
from browsing import serving

from flashdeck.diagnostics import FlashdeckError
from flashdeck.preview.preview import PreviewedSources
from flashdeck.preview.serve.server import listen


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    root = tmp_path_factory.mktemp("probed")
    (root / "cards").mkdir()
    (root / "cards" / "map.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (root / "cards" / "secret.txt").write_text("nobody's business")
    (root / "cards" / "a.yaml").write_text('notes:\n  - q: "![](map.svg)"\n    a: b\n')
    (root / "cards" / "link.svg").symlink_to("/etc/passwd")
    with serving(PreviewedSources(root, allow_scripts=False)) as served:
        yield served


@pytest.fixture
def ask(running):
    """Send a raw request; returns status, headers and body."""

    def asked(path, method="GET", body=None, *, host=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", running.guard.port, timeout=10)
        path = path.format(page=running.guard.page, frame=running.guard.frame)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        if host != "":
            connection.putheader("Host", host or f"127.0.0.1:{running.guard.port}")
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, dict(answer.getheaders()), text

    return asked


HOSTS = [
    "evil.com",
    "evil.com:80",
    "127.0.0.1",
    "127.0.0.1.evil.com",
    "localhost:1",
    "[::1]:80",
    "",
]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["/", "/{page}/", "/f/{frame}/"])
def test_another_host_name_is_refused(ask, host, path):
    assert ask(path, host=host)[0] == 403


ORIGINS = ["http://evil.com", "https://127.0.0.1", "http://localhost:1", "null", "file://"]


@pytest.mark.parametrize("origin", ORIGINS)
def test_another_origin_is_refused(ask, origin):
    assert ask("/{page}/data", Origin=origin)[0] == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_gets_nothing(ask, site):
    assert ask("/{page}/", Sec_Fetch_Site=site)[0] == 403


PATHS = [
    "/",
    "/data",
    "/favicon.ico",
    "/wrong/",
    "/wrong/data",
    "/f/wrong/map.svg",
    "/f/{page}/",
    "/{frame}/data",
    "/x/{page}/tex-chtml-full.js",
    "/{page}/page/",
    "/{page}/page/page.html",
    "/{page}/page/../app.py",
    "/{page}/page/..%2fapp.py",
    "/{page}/page/%2e%2e/%2e%2e/app.py",
    "/f/{frame}/map.svg",
    "/f/{frame}/secret.txt",
    "/f/{frame}/link.svg",
    "/f/{frame}/../../../etc/passwd",
    "/f/{frame}/..%2f..%2f..%2fetc%2fpasswd",
    "/f/{frame}/%2e%2e/%2e%2e/etc/passwd",
    "/f/{frame}//etc/passwd",
    "/f/{frame}/%2fetc%2fpasswd",
    "/f/{frame}/..%5c..%5cetc%5cpasswd",
    "/f/{frame}/cards/a.yaml",
    "/f/{frame}/a.yaml",
    "/f/{frame}/flashdeck.yaml",
    "/f/{frame}/map.svg%00.png",
    "/x/{frame}/",
    "/x/{frame}/fonts/",
    "/x/{frame}/../fetch.py",
    "/x/{frame}/fonts/../../fetch.py",
    "/x/{frame}/VERSION",
    "/static/page.css",
    "/console",
    "/{page}/?__debugger__=yes&cmd=resource&f=debugger.js",
]


@pytest.mark.parametrize("path", PATHS)
def test_files_are_not_served_by_path(ask, path):
    status, _, text = ask(path)
    assert status == 404 or (status == 200 and "__debugger__" in path)
    assert "root:" not in text
    assert "business" not in text
    assert "Traceback" not in text
    assert "DEBUGGER" not in text


@pytest.mark.parametrize("path", ["/{page}/open", "/{page}/data", "/{page}/", "/f/{frame}/"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_is_changed_without_the_secret(ask, running, path, method):
    before = list(running.opened)
    assert ask(path, method, b'{"card": 1}', Content_Type="application/json")[0] in {403, 405}
    assert running.opened == before


def test_nothing_is_changed_by_get(ask, running):
    assert ask("/{page}/open?card=1")[0] == 405
    assert running.opened == []


@pytest.mark.parametrize(
    "body",
    ['{"card": 99}', '{"card": "../x"}', '{"problem": 0}', '{"file": "/etc/passwd"}', "[]", "x"],
)
def test_only_positions_of_cards_and_problems_can_be_opened(ask, running, body):
    headers = {"X-Flashdeck": running.guard.page, "Content-Type": "application/json"}
    assert ask("/{page}/open", "POST", body.encode(), **headers)[0] in {400, 404}
    assert running.opened == []


def test_a_long_body_is_not_read(ask, running):
    headers = {"X-Flashdeck": running.guard.page, "Content-Type": "application/json"}
    assert ask("/{page}/open", "POST", b" " * 300_000, **headers)[0] == 413


def test_cards_and_media_are_served(ask, running):
    assert ask("/{page}/")[0] == 200
    assert ask("/{page}")[1]["Location"] == f"/{running.guard.page}/"
    status, _, text = ask("/{page}/faces?keys=1,99,x")
    assert (status, list(json.loads(text))) == (200, ["1"])
    name = re.search(r'src="(map-[0-9a-f]{12}\.svg)"', json.loads(text)["1"]["question"])[1]
    status, headers, text = ask(f"/f/{{frame}}/{name}", Sec_Fetch_Site="cross-site", Origin="null")
    assert (status, headers["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
    assert text.startswith("<svg")
    assert ask(f"/f/{{frame}}/{name}", If_None_Match=headers["ETag"])[0] == 304
    status, headers, text = ask(f"/f/{{frame}}/{name}", Range="bytes=0-3")
    assert (status, text) == (206, "<svg")


def test_every_response_has_the_security_headers(ask):
    for path in (
        "/{page}/",
        "/{page}/data",
        "/wrong",
        "/f/{frame}/",
        "/x/{frame}/tex-chtml-full.js",
    ):
        _, headers, _ = ask(path)
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Server"] == "flashdeck"
    assert ask("/{page}/")[1]["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_frame_is_a_sandbox_even_when_opened_directly(ask):
    _, headers, _ = ask("/f/{frame}/")
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts;")
    assert "allow-same-origin" not in policy
    assert "connect-src 'none'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert ask("/f/{frame}/", Sec_Fetch_Dest="document")[0] == 403


def test_the_page_never_names_the_projects_files_to_frames(ask, running):
    assert running.guard.page not in ask("/f/{frame}/")[2]


def test_two_runs_share_no_secret(running, tmp_path):
    (tmp_path / "cards").mkdir()
    with serving(PreviewedSources(tmp_path, allow_scripts=False)) as other:
        secrets = {running.guard.page, running.guard.frame, other.guard.page, other.guard.frame}
    assert len(secrets) == 4
    assert all(len(secret) >= 22 for secret in secrets)  # 128 bits


def test_a_port_in_use_raises_a_flashdeck_error(running):
    with pytest.raises(FlashdeckError, match=f"port {running.guard.port} is already in use"):
        listen(running.guard.port)
