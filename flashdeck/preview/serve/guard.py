"""Access control of the preview: checks before, and headers after, every request.

Another site's page can send requests to this machine, or point its own host name to it (DNS
rebinding). So the Host header must name this server, and every address contains a secret of this
run: one for the page, another for frames and media, since a card can read its own address.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from flask import Request, Response

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    # The print view keeps the style attributes of cards; they can't load anything by themselves.
    "style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; font-src 'self'; media-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
MEDIA_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_OWN_SITES = frozenset({None, "none", "same-origin"})
SECRET_HEADER = "X-Flashdeck"  # noqa: S105 - the name of a header


@dataclass(frozen=True, slots=True)
class Guard:
    """The port and the two secrets of this run."""

    port: int
    page: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    frame: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def hosts(self) -> frozenset[str]:
        """The valid Host headers."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    def refusal(self, request: Request) -> str:
        """The reason to refuse a request, '' to accept it."""
        # Flask's `request.host` would fill in a missing header.
        if request.environ.get("HTTP_HOST", "") not in self.hosts:
            return "this host name is not the preview's"
        origin = request.headers.get("Origin")
        framed = self._is_framed(request)
        ours = {f"http://{host}" for host in self.hosts} | ({"null"} if framed else set())
        if origin is not None and origin not in ours:
            return "the request comes from another site"
        if framed:
            return ""
        if request.headers.get("Sec-Fetch-Site") not in _OWN_SITES:
            return "the request comes from another site"
        if request.method == "POST" and not same(request.headers.get(SECRET_HEADER), self.page):
            return "the request lacks the secret of this run"
        return ""

    def _is_framed(self, request: Request) -> bool:
        """Whether a request comes from a card's frame, whose origin is opaque."""
        return request.path.startswith((f"/f/{self.frame}/", f"/x/{self.frame}/"))


def same(secret: str | None, expected: str) -> bool:
    """Compare secrets in constant time."""
    return secret is not None and hmac.compare_digest(secret.encode(), expected.encode())


def seal(response: Response, *, framed: bool) -> Response:
    """Add the security headers; headers that are already set stay."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": PAGE_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "cross-origin" if framed else "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-DNS-Prefetch-Control": "off",
    }
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if framed:
        # Frames, whose origin is "null", request fonts with CORS.
        response.headers["Access-Control-Allow-Origin"] = "null"
    return response
