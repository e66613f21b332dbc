"""The page that a phone opens: what is sent, and one button."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

_KB, _MB = 1_000, 1_000_000
_STYLE = """\
:root { color-scheme: light dark }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 0 auto; padding: 1.5rem }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere }
a { display: block; margin: 1.5rem 0; padding: 1rem; border-radius: .75rem; text-align: center;
  background: #1559c7; color: #fff; font-weight: 600; text-decoration: none }
p { margin: .75rem 0 } code { font-size: .9em }
"""
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


class Parcel(NamedTuple):
    """A package to send: its file name, decks, number of notes, bytes, and SHA-256 in hex."""

    name: str
    title: str
    notes: int
    data: bytes
    sha256: str

    @property
    def digest(self) -> str:
        """The beginning of the SHA-256, which is shown on both sides."""
        return self.sha256[:8]

    @property
    def size(self) -> str:
        """The size for people."""
        size = len(self.data)
        return f"{size / _MB:.1f} MB" if size >= _MB else f"{max(1, round(size / _KB))} kB"


def page(parcel: Parcel) -> str:
    """Return the page as HTML; it needs no script and loads nothing."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(parcel.title)}</title><style>{_STYLE}</style></head><body>
<h1>{escape(parcel.title)}</h1>
<p>{parcel.notes:,} note{"s" * (parcel.notes != 1)}, {parcel.size}, <code>{parcel.digest}</code></p>
<a href="{escape(parcel.name)}" download="{escape(parcel.name)}">Download the deck</a>
<p><b>Android</b>: tap the download, and open it with AnkiDroid. A warning that the file was not
downloaded securely is about the http of this page: keep it.</p>
<p><b>iPhone, iPad</b>: tap the download, <i>Share</i>, AnkiMobile.</p>
</body></html>
"""
