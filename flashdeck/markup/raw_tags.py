"""Raw tags in Markdown: the harmless pass, the active are an error, all others are text."""

from __future__ import annotations

from flashdeck.html.addresses import is_remote
from flashdeck.html.escape import escape_value, inert_braces, shown_text
from flashdeck.html.requests import requests
from flashdeck.html.tags import (
    ACTIVE,
    HARMLESS,
    MEDIA,
    RAW_TEXT,
    TRUSTED,
    VOID,
    Tag,
    active_reason,
    foreign_attributes,
)
from flashdeck.markup.nesting import Stray
from flashdeck.markup.output import Output
from flashdeck.markup.results import MediaRefusal

_CLOZE_HINT = "write clozes around tags or in their text; an attribute holds `::` as `:&#58;`"


def write(output: Output, tag: Tag, source: str) -> None:
    """Write a tag, or show it as text."""
    trusted = output.mode.allow_scripts and tag.name in ACTIVE | TRUSTED | HARMLESS.keys()
    if tag.closing:
        _close(output, tag, source)
    elif trusted and tag.name in RAW_TEXT and source.endswith(f"</{tag.name}>"):
        output.out.append(_with_files(output, tag, source))
    elif reason := ("" if trusted else _reason(tag)):
        output.problem("active-content", reason, tag.start, tag.end, _hint(tag))
        output.out.append(shown_text(source))
    elif trusted and (tag.name not in MEDIA or any(not each.searched for each in requests(source))):
        _open(output, tag, _with_files(output, tag, source))
    elif tag.name in MEDIA:
        _media(output, tag, source, trusted=trusted)
    elif tag.name in HARMLESS and not foreign_attributes(tag):
        _open(output, tag, _rebuilt(tag))
    else:
        _show(output, tag, source)


def _reason(tag: Tag) -> str:
    """Why a tag is active content; a word in angle brackets is not."""
    if tag.name in HARMLESS or tag.name in ACTIVE or tag.name in TRUSTED:
        return active_reason(tag)
    return ""


def _hint(tag: Tag) -> str:
    return f"to show the tag, write `<{tag.name}>`; to run it, build with --allow-scripts"


def _close(output: Output, tag: Tag, source: str) -> None:
    is_void = tag.name in VOID and tag.name in HARMLESS
    stray = Stray.UNOPENED if is_void else output.nesting.close_tag(tag.name)
    if stray is Stray.UNOPENED:
        output.out.append(shown_text(source))
    elif stray is Stray.MISNESTED:
        output.report_crossing(tag.name)


def _open(output: Output, tag: Tag, html: str) -> None:
    if tag.name not in VOID:
        output.nesting.open_tag(tag.name)
    if output.mode.cloze and output.masked.cuts_cloze(tag.start, tag.end):
        message = f"a mark of a cloze is inside of the tag <{tag.name}>, where it hides nothing"
        output.problem("cloze-nesting", message, tag.start, tag.end, _CLOZE_HINT)
    output.out.append(inert_braces(html) if output.mode.cloze else html)


def _rebuilt(tag: Tag, **changed: str) -> str:
    attributes = "".join(
        f" {each.name}"
        if each.value is None
        else f' {each.name}="{escape_value(changed.get(each.name, each.value))}"'
        for each in tag.attributes
    )
    return f"<{tag.name}{attributes}>"


def _with_files(output: Output, tag: Tag, source: str) -> str:
    """Return an element with the names of its files in the package."""
    pieces: list[str] = []
    copied = 0
    for request in requests(source):
        if is_remote(request.address) and tag.name not in MEDIA:
            continue
        name = output.mode.media.name_of(request)
        if isinstance(name, MediaRefusal):
            output.refuse(name, tag.start + request.start, tag.start + request.end)
        elif name != request.address:
            pieces += [source[copied : request.start], escape_value(name)]
            copied = request.end
    return "".join(pieces) + source[copied:]


def _media(output: Output, tag: Tag, source: str, *, trusted: bool) -> None:
    src = next((each for each in tag.attributes if each.name == "src"), None)
    foreign = not trusted and foreign_attributes(tag)
    if foreign or (src is None and tag.name in {"img", "source"}):
        _show(output, tag, source)
    elif src is None:
        _open(output, tag, _rebuilt(tag))
    else:
        name = output.mode.media.name(src.value or "")
        if isinstance(name, MediaRefusal):
            place = (src.start, src.end) if src.start >= 0 else (tag.start, tag.end)
            output.refuse(name, *place)
            output.out.append(shown_text(source))
        else:
            _open(output, tag, _rebuilt(tag, src=name))


def _show(output: Output, tag: Tag, source: str) -> None:
    output.out.append(shown_text(source))
    written = [each for each in tag.attributes if each.value is not None]
    if tag.name in HARMLESS and written:
        names = ", ".join(foreign_attributes(tag)) or "a missing src"
        message = f"<{tag.name}> with {names} is shown as text"
        output.problem("html-attribute", message, tag.start, tag.end, severity="warning")
