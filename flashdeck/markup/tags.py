"""HTML tags: how they are read, which are harmless, which are active.

The tables are frozen: what passes today passes tomorrow, or every note that uses it would change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from flashdeck.markup.addresses import is_active, is_remote

_EVERYWHERE = frozenset("class style dir lang title role align translate".split())
_CELL = frozenset("colspan rowspan headers scope valign width height bgcolor nowrap abbr".split())

HARMLESS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        "b i u s em strong small big sub sup span p div center mark kbd code samp var tt strike"
        " dl dt dd caption thead tbody tfoot ruby rb rt rtc rp summary pre cite abbr dfn bdi bdo"
        " wbr h1 h2 h3 h4 h5 h6 figure figcaption section article address".split(),
        frozenset[str](),
    ),
    "br": frozenset({"clear"}),
    "hr": frozenset("width size color noshade".split()),
    "font": frozenset("color face size".split()),
    "ul": frozenset({"type", "compact"}),
    "ol": frozenset("type start reversed compact".split()),
    "li": frozenset({"value", "type"}),
    "table": frozenset("border cellpadding cellspacing width bgcolor frame rules summary".split()),
    "tr": frozenset({"valign", "bgcolor", "height"}),
    "td": _CELL,
    "th": _CELL,
    "col": frozenset({"span", "width"}),
    "colgroup": frozenset({"span", "width"}),
    "details": frozenset({"open"}),
    "blockquote": frozenset({"cite"}),
    "q": frozenset({"cite"}),
    "ins": frozenset({"cite", "datetime"}),
    "del": frozenset({"cite", "datetime"}),
    "time": frozenset({"datetime"}),
    "data": frozenset({"value"}),
    "a": frozenset({"href", "target", "rel", "hreflang"}),
    "img": frozenset("src alt width height border hspace vspace".split()),
    "audio": frozenset("src controls loop muted autoplay preload".split()),
    "video": frozenset("src controls loop muted autoplay preload width height".split()),
    "source": frozenset({"src", "type"}),
}
"""Tags that pass in Markdown, and the attributes they may have beside those of every tag."""

VOID = frozenset({"br", "hr", "img", "wbr", "col", "source", "input", "embed", "link", "meta"})
MEDIA = frozenset({"img", "audio", "video", "source"})
ACTIVE = frozenset(
    "script iframe frame frameset object embed applet meta base link portal fencedframe".split()
)
RAW_TEXT = frozenset({"script", "style", "textarea"})

BLOCKS = frozenset(
    "address article blockquote center dd details div dl dt figure figcaption h1 h2 h3 h4 h5 h6"
    " hr li ol p pre section summary table tbody td tfoot th thead tr ul caption col colgroup"
    " script iframe object style".split()
)
"""Tags that begin a block of HTML on a line of their own, as in CommonMark."""

TRUSTED = frozenset(
    "form input button select option optgroup textarea label fieldset legend datalist output"
    " progress meter canvas dialog nav header footer main aside hgroup map area picture track"
    " noscript template slot style svg g path rect circle ellipse line polyline polygon text tspan"
    " textpath defs use symbol marker clippath mask pattern lineargradient radialgradient stop"
    " filter image foreignobject animate animatetransform set math mrow mi mo mn msup msub"
    " mfrac msqrt".split()
)
"""Tags that pass only where scripts are allowed; elsewhere they are shown as written."""

_ATTRIBUTE = r"""\s+([A-Za-z_:][\w:.-]*)(?:\s*=\s*([^\s"'=<>`]+|'[^']*'|"[^"]*"))?"""
_TAG = re.compile(
    rf"<([A-Za-z][A-Za-z0-9-]*+)((?:{_ATTRIBUTE})*+)\s*/?>|</([A-Za-z][A-Za-z0-9-]*+)\s*>",
    re.ASCII,
)
_ATTRIBUTES = re.compile(_ATTRIBUTE, re.ASCII)
_STYLE_TRAPS = re.compile(
    r"url\s*\(|image-set\s*\(|@import|expression\s*\(|behavior\s*:|-moz-binding|\\", re.IGNORECASE
)
_FIXED = re.compile(r"position\s*:\s*(?:fixed|sticky)", re.IGNORECASE)
_ADDRESSES = frozenset(
    "href src data action formaction xlink:href poster background cite srcset".split()
)

_ANIMATED = frozenset({"values", "to", "from", "by"})  # what an animation puts into an attribute


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute with its value decoded, None where it has none; the value's place."""

    name: str
    value: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tag:
    """An opening or closing tag and its place."""

    name: str
    closing: bool
    attributes: tuple[Attribute, ...]
    start: int
    end: int

    def value(self, name: str) -> str | None:
        """An attribute's value, None where the tag has no such attribute."""
        return next((a.value for a in self.attributes if a.name == name), None)


def read_tag(source: str, start: int, end: int) -> Tag | None:
    """The tag at `start`, by CommonMark's grammar."""
    found = _TAG.match(source, start, end)
    if not found:
        return None
    if found.group(5):
        return Tag(
            found.group(5).lower(), closing=True, attributes=(), start=start, end=found.end()
        )
    attributes = tuple(
        attribute(each.group(1), each.group(2), each.start(2), each.end(2))
        for each in _ATTRIBUTES.finditer(source, found.start(2), found.end(2))
    )
    return Tag(found.group(1).lower(), False, attributes, start, found.end())  # noqa: FBT003


def attribute(name: str, raw: str | None, start: int, end: int) -> Attribute:
    """An attribute from its written form, with quotes and entities."""
    if raw is None:
        return Attribute(name.lower(), None, start, end)
    if raw[:1] in {'"', "'"}:
        closed = len(raw) > 1 and raw[-1] == raw[0]
        raw, start, end = raw[1:-1] if closed else raw[1:], start + 1, end - closed
    return Attribute(name.lower(), unescape(raw), start, end)


def foreign_attributes(tag: Tag) -> list[str]:
    """Attributes that a harmless tag may not have."""
    allowed = HARMLESS[tag.name]
    return [
        each.name
        for each in tag.attributes
        if not (
            each.name in allowed
            or each.name in _EVERYWHERE
            or each.name.startswith(("data-", "aria-"))
        )
        or (each.name == "style" and _FIXED.search(each.value or ""))
    ]


def active_reason(tag: Tag) -> str:
    """What makes a tag active content, in words; empty if nothing does."""
    if tag.name in ACTIVE:
        return f"<{tag.name}> is active content"
    for each in tag.attributes:
        if reason := _active_attribute(each):
            return f"{reason} on <{tag.name}> is active content"
    return ""


def _active_attribute(each: Attribute) -> str:
    value = each.value or ""
    if each.name.startswith("on") and len(each.name) > 2 and each.value is not None:  # noqa: PLR2004
        return f"{each.name}=…"
    if each.name == "srcdoc":
        return "srcdoc=…"
    if each.name in _ADDRESSES and is_active(value):
        return f"a {value.strip().partition(':')[0].lower()}: address"
    if each.name in _ANIMATED and any(is_active(one) for one in value.split(";")):
        return f"{each.name}=… with an address that runs something"
    if each.name == "style" and _STYLE_TRAPS.search(value):
        return "style=… that loads or runs something"
    return ""


def remote_address(tag: Tag) -> str:
    """An address on another machine that a tag would load from; empty if there is none."""
    loads = {"src", "data", "poster", "background", "srcset"}
    if tag.name in {"image", "use"}:
        loads |= {"href", "xlink:href"}
    return next((each for each in _addresses(tag, loads) if is_remote(each)), "")


def unpacked_name(tag: Tag) -> str:
    """The name of a picture that Anki would not find in a field; empty if there is none."""
    names = _addresses(tag, {"poster", "background", "srcset"})
    return next((one for one in names if not one.lower().startswith(("data:", "{{"))), "")


def _addresses(tag: Tag, attributes: set[str]) -> list[str]:
    found: list[str] = []
    for each in tag.attributes:
        if each.name == "srcset" and each.name in attributes:
            candidates = (one.split() for one in (each.value or "").split(","))
            found += [words[0] for words in candidates if words]
        elif each.name in attributes and each.value:
            found.append(each.value)
    return found
