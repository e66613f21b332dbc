"""Finds active content in SVG files: scripts, event handlers and external files.

None of it is active inside `<img>`, but it is if a learner opens the file itself.
"""

from __future__ import annotations

import re
from typing import Final

from flashdeck.compile.media.content import Fault
from flashdeck.css import loads, may_load
from flashdeck.html.addresses import is_active, is_picture_data

RUNS: Final = frozenset("script handler listener".split())
_EMBEDS: Final = frozenset("iframe frame object embed audio video canvas".split())
_ANIMATES: Final = frozenset({"values", "to", "from", "by"})
_ADDRESS: Final = frozenset({"href", "src", "data"})
_SHEET: Final = re.compile(r"""\bhref\s*=\s*["']([^"']*)""")
_QUOTED: Final = 60  # characters of an address in a message
_LONGEST_STYLE: Final = 1 << 20
_HINT: Final = "save it as plain SVG, or as png"
_REMOVED: Final = f"'check --fix' removes it; or {_HINT}"
_HTML: Final = f"draw.io and Mermaid write it for formatted labels: switch these off, or {_HINT}"


class Drawing:
    """Parses an SVG file in chunks, and checks it for active content and errors.

    `active` and `broken` continue a message that begins with the file's name; '' for none. Entities
    are resolved, so that they can't hide anything.
    """

    def __init__(self) -> None:
        self.active = ""
        self.broken = ""
        self._hint = _HINT
        self._has_entities = False
        self._root = ""
        self._style: list[str] | None = None
        self._length = 0
        from xml.parsers import expat  # few decks have a drawing

        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.ProcessingInstructionHandler = self._instruction
        self._parser.EntityDeclHandler = self._entity

    def feed(self, data: bytes) -> None:
        """Parse a chunk."""
        self._parse(data, last=False)

    def fault(self) -> Fault | None:
        """Finish parsing; returns the problem, if there is one."""
        self._parse(b"", last=True)
        if self.active:
            return Fault("active-content", self.active, self._hint)
        return Fault("media-kind", self.broken, _HINT) if self.broken else None

    def _parse(self, data: bytes, *, last: bool) -> None:
        if self.active or self.broken:
            return
        from xml.parsers import expat

        try:
            self._parser.Parse(data, last)
        except (expat.ExpatError, ValueError, LookupError) as error:  # an unknown encoding
            line = getattr(error, "lineno", self._parser.ErrorLineNumber)
            why = expat.ErrorString(getattr(error, "code", 0)) or "its encoding is not known"
            self.broken = f"is not a complete SVG drawing: {why} on line {line}"

    def _report_active(self, what: str, hint: str = _HINT) -> None:
        if not self.active:
            self.active = f"holds {what}"
            self._hint = _HINT if self._has_entities else hint  # `--fix` edits no such file

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local_name(name)
        self._root = self._root or tag
        if self._root != "svg":
            self.broken = self.broken or f"is not an SVG drawing: it begins with <{name}>"
        elif tag in RUNS:
            self._report_active(f"<{name}>", _REMOVED)
        elif tag == "foreignobject":
            self._report_active(f"HTML (<{name}>)", _HTML)
        elif tag in _EMBEDS:
            self._report_active(f"<{name}>, which is not part of a drawing")
        elif tag == "style":
            self._style = []
        for key, value in attributes.items():
            self._attribute(tag, key, value)

    def _attribute(self, tag: str, key: str, value: str) -> None:
        name = local_name(key)
        if name.startswith("on") and ":" not in key:
            self._report_active(f"an event handler ({key}=…)", _REMOVED)
        elif name in _ADDRESS:
            self._address(value, follows=tag == "a")
        elif name in _ANIMATES and any(is_active(part) for part in value.split(";")):
            self._report_active(f"an animation that sets a {_scheme(value)} address")
        elif "(" in value and may_load(value) and self._is_within_limit(value):
            self._styled(value)

    def _address(self, address: str, *, follows: bool) -> None:
        plain = address.strip()
        if is_picture_data(plain) or plain.startswith("#") or not plain:
            return
        if is_active(plain):
            self._report_active(f"a {_scheme(plain)} address")
        elif not follows:
            self._report_active(f"a reference to {plain[:_QUOTED]}, which would be loaded")

    def _styled(self, css: str) -> None:
        for load in loads(css):
            self._address(load.address, follows=False)

    def _is_within_limit(self, css: str) -> bool:
        """Limit the size of CSS; returns False if there is too much."""
        self._length += len(css)
        if self._length > _LONGEST_STYLE:
            self.broken = "can't be shown on a card: its style is larger than 1 MiB"
        return not self.broken

    def _end(self, name: str) -> None:
        if local_name(name) == "style" and self._style is not None:
            self._styled("".join(self._style))
            self._style = None

    def _text(self, text: str) -> None:
        if self._style is not None and self._is_within_limit(text):
            self._style.append(text)

    def _instruction(self, target: str, data: str) -> None:
        sheet = _SHEET.search(data) if target == "xml-stylesheet" else None
        if sheet:
            self._address(sheet[1], follows=False)

    def _entity(self, *declared: object) -> None:
        self._has_entities = True
        _name, _is_parameter, _value, _base, system, *_ = declared
        if system is not None:
            self._report_active(f"a reference to {str(system)[:_QUOTED]}, which would be loaded")


def local_name(name: str) -> str:
    """Return a name without its prefix, in lower case."""
    return name.rpartition(":")[2].lower()


def _scheme(address: str) -> str:
    active = next((part for part in address.split(";") if is_active(part)), address)
    return "".join(active.partition(":")[0].split()).lower() + ":"
