"""A project's folder with every kind of media file that goes right or wrong."""

from __future__ import annotations

import os
from pathlib import Path

PNG = b"\x89PNG\r\n"
_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
_BYTES = {
    "map.png": b"map",
    "img/city.png": b"city",
    "img/map.png": b"another map",
    "same/map.png": b"map",
    "sub/near.png": b"near",
    "my map.png": b"my map",
    "Bild Ä.png": b"Bild",
    "cafe\u0301.png": b"in NFD",
    "\u00fc.png": b"in NFC",
    "Photo.JPG": b"photo",
    "a.png": b"small a",
    "A.png": b"great A",
    "日本.png": b"Japan",
    "😀.png": b"smile",
    "100%.png": b"percent",
    "a%20b.png": b"percent in the name",
    "a&b.png": b"ampersand",
    "a'b.png": b"quote",
    "a(b).png": b"parentheses",
    "a[b].png": b"brackets",
    "a#b.png": b"hash",
    "a?b.png": b"question",
    "a:b.png": b"colon",
    "a*b|c^d.png": b"illegal in Anki",
    "nbsp\u00a0x.png": b"a blank that does not break",
    "CON.png": b"a device of Windows",
    "aux.mp3": b"another",
    "-.png": b"nothing for a slug",
    "_logo.png": b"underscore",
    "latex-0123.png": b"like Anki's own",
    "x" * 200 + ".png": b"long",
    ".hidden.png": b"hidden",
    "archive.tar.png": b"two endings",
    "noending": b"none",
    "dot.png.": b"dot",
    "a.mp3": b"ID3",
    "b c.mp3": b"ID3 with a blank",
    "a&b.mp3": b"ID3 with an ampersand",
    "film.mp4": b"film",
    "zero.png": b"",
    "zero.mp3": b"",
    "zero.svg": b"",
    "notes.pdf": b"%PDF",
    "page.html": b"<p>",
    "program.exe": b"MZ",
    "Thumbs.db": b"of Windows",
    "font.woff2": b"wOF2",
}
_DRAWINGS = {
    "plain": '<path d="M0 0 L9 9" fill="url(#g)"/><style>path { fill: url("#g") }</style>',
    "inside": '<image href="data:image/png;base64,AA=="/><use xlink:href="#g"/>',
    "remarks": "<style>/* url(https://example.org/x) @import 'x.css' */ @namespace url(urn:x);"
    """ text::before { content: "url(https://example.org/x)" }</style><g style="/*url(x)*/"/>""",
    "link": '<a href="https://example.org/"><text>by me</text></a>',
    "named": '<g xmlns:i="urn:i" i:onload="x" i:export-filename="/home/me/x.png"/>',
    "script": "<script>alert(1)</script>",
    "prefixed": '<s:script xmlns:s="http://www.w3.org/2000/svg" href="#x"/>',
    "handler": '<path onclick="alert(1)"/>',
    "split": f"<!--{'x' * 1_048_490}--><path onload='x'/>",
    "foreign": "<foreignObject><b>x</b></foreignObject>",
    "frame": '<iframe src="#x"/>',
    "javascript": '<a href="java&#9;script:alert(1)"><text>x</text></a>',
    "animated": '<a><set attributeName="href" to="javascript:alert(1)"/></a>',
    "remote": '<image href="https://example.org/x.png"/>',
    "beside": '<image xlink:href="map.png"/>',
    "used": '<use href="other.svg#x"/>',
    "nested": '<image href="data:image/svg+xml;base64,AA=="/>',
    "painted": '<path fill="url(//example.org/x.svg#g)"/>',
    "styled": '<path style="background: u\\72l(https://example.org/x)"/>',
    "imported": '<style>@import "https://example.org/x.css";</style>',
    "twice": """<style>a { b: url(x'y\\\\) } c { d: url(https://example.org/x) }</style>""",
    "set": """<style>a { b: -webkit-image-set("https://example.org/x" 1x) }</style>""",
    "heavy": '<g style="fill:url(#g)"/>' * 90_000,
    "wordy": f"<style>a {{}}</style><text>{'url(' * 300_000}</text><style>b {{}}</style>",
    "fonts": "<style>@font-face { src: url('font.woff2') }</style>",
    "unclosed": "<g>",
    "entity": "&nbsp;",
}
_WHOLE_DRAWINGS = {
    "handler-on-top": '<?xml version="1.0"?>\n<svg\n  width="9" onload="x()"/>',
    "illustrator": '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd"'
    ' [<!ENTITY ns "http://www.w3.org/2000/svg">]><svg xmlns="&ns;"/>',
    "file-entity": '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    "hidden-script": '<!DOCTYPE svg [<!ENTITY x "&#60;script>x&#60;/script>">]><svg>&x;</svg>',
    "laughs": "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    + "]><svg>&j;</svg>",
    "sheet": '<?xml-stylesheet href="x.css"?><svg/>',
    "html": "<html><body/></html>",
    "encoding": '<?xml version="1.0" encoding="klingon"?><svg/>',
}
_LINKS = {
    "environ.png": "/proc/self/environ",
    "circle.png": "circle.png",
    "zero-device.png": "/dev/zero",
    "nowhere.png": "nothing.png",
    "link.png": "map.png",
    "way": "../../elsewhere",
}


def write_media(root: Path) -> None:
    """Fill the project at `root`, whose parent is its own, with media and what looks like them."""
    cards = root / "cards"
    for folder in ("img", "same", "sub", "folder.png"):
        (cards / folder).mkdir(parents=True)
    for name, data in _BYTES.items():
        (cards / name).write_bytes(data)
    for name, text in _DRAWINGS.items():
        (cards / f"{name}.svg").write_text(f"{_HEAD}{text}</svg>", "utf-8")
    for name, text in _WHOLE_DRAWINGS.items():
        (cards / f"{name}.svg").write_text(text, "utf-8")
    (cards / "wide.svg").write_text(f"{_HEAD}<text>é</text></svg>", "utf-16")
    (root.parent / "elsewhere").mkdir()
    for path in (root.parent / "x.png", root.parent / "elsewhere" / "x.png", root / "logo.png"):
        path.write_bytes(PNG)
    with (cards / "large.png").open("wb") as file:
        file.truncate(100 * 2**20 + 1)
    os.mkfifo(cards / "pipe.png")
    for name, target in _LINKS.items():
        (cards / name).symlink_to(target)
