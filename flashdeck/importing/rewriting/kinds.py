"""Notes of flashdeck's own note types as the keys that they were written with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import NamedTuple

from flashdeck.anki.html_text import typable
from flashdeck.compile.media.speech import PAUSE, speech_tag, spoken
from flashdeck.formatting.writer import Data, Pairs
from flashdeck.highlighting.palette import code_css
from flashdeck.kinds.occlusion import ELLIPSE
from flashdeck.model import Collection, Field, Note, NoteType, Template
from flashdeck.notetypes.built_in import built_in, style

_HINT = '<details class="fd-hint"><summary>Hint</summary><div>', "</div></details>"
_CHOICES = '<ul class="fd-choices">', "</ul>"
_CHOICE = re.compile(
    r'<li(?: class="fd-right")?><label class="tappable"><input type="\w+" name="fd-choice">'
    r'<span dir="auto">(.*)',
    re.DOTALL,
)
_CHOICE_END = "</span></label></li>"
_ANSWERS = '<ul class="fd-answers"><li dir="auto">', "</li></ul>"
_ANSWER_END = '</li><li dir="auto">'
_PROMPT = '<div class="fd-prompt">'
_OCCLUSION = re.compile(
    r'fd-(?P<mode>[\w-]+)"><img src="(?P<image>[^"]+)"[^>]*>(?P<masks>.*)</div>', re.DOTALL
)
_MASK = re.compile(
    r'<span class="fd-mask(?P<ellipse> fd-ellipse)?(?: fd-near| fd-far)?" '
    r'style="left:(?P<left>[^%]+)%;top:(?P<top>[^%]+)%;'
    r'width:(?P<width>[^%]+)%;height:(?P<height>[^%]+)%">\{\{c(?P<n>\d+)::'
    r'(?:<span class="fd-label" dir="auto">(?P<label>.*)</span>|&nbsp;)',
    re.DOTALL,
)
_MASK_END = "}}</span>"
_HIDE_ALL = "hide-all"
_ITEMS = re.compile(
    r'<div class="fd-(?P<kind>list|set)(?: fd-context fd-context-(?P<context>\d))?'
    r'(?P<whole> fd-whole)?">\{\{c'
)
_ITEMS_END = "}}</div>"
_BETWEEN_CLOZES = "}}{{c"
_ITEM = re.compile(r'<([ou]l)(?: start="\d+")?><li dir="auto">(?P<text>.*)</li></\1>', re.DOTALL)
Write = Callable[[str], "str | None"]
"""Writes HTML in the markup of a note; None where that is not possible."""


class BuiltIn(NamedTuple):
    """The note types of a project that built a package.

    `kinds` maps ids of note types to "Question" and "Cloze". `name` is the project's, `css` its own
    style. `ids` are all ids, by the words that they are derived from.
    """

    kinds: Mapping[int, str] = {}
    name: str = ""
    css: str = ""
    ids: Mapping[str, int] = {}


NO_BUILT_IN = BuiltIn()


def built_in_types(collection: Collection) -> BuiltIn:
    """Recognize flashdeck's own note types in a package, by their fields and templates."""
    kinds: dict[int, str] = {}
    ids: dict[str, int] = {}
    names: set[str] = set()
    css = ""
    for notetype in collection.notetypes:
        for key in ("Question", "Cloze"):
            name = notetype.name.removesuffix(f" {key}")
            words = _words(notetype, key) if name != notetype.name else {}
            if words:
                kinds[notetype.id] = key
                names.add(name)
                ids |= words
                css = css or _own_style(notetype.css)
    if len(names) != 1 or len(set(kinds.values())) != len(kinds):
        return NO_BUILT_IN
    return BuiltIn(kinds, names.pop(), css, ids)


def _words(notetype: NoteType, key: str) -> dict[str, int]:
    """Return the ids of a note type by what they are derived from; {} for other note types."""
    expected = built_in("", "", lambda *_: 1)[key]
    fields = [field.name for field in notetype.fields]
    fronts = [(template.name, template.front) for template in notetype.templates]
    parts: Sequence[Field | Template] = (*notetype.fields, *notetype.templates)
    if (
        fields != [field.name for field in expected.fields]
        or fronts != [(template.name, template.front) for template in expected.templates]
        or any(part.id is None for part in parts)
    ):
        return {}
    ids = {key: notetype.id}
    ids |= {f"{key} field {field.name}": field.id or 0 for field in notetype.fields}
    ids |= {f"{key} template {part.name}": part.id or 0 for part in notetype.templates}
    return ids


def _own_style(css: str) -> str:
    """Return the style that the project added to the built-in one."""
    before = style("")
    if css.startswith(before):
        return css[len(before) :].strip()
    _, found, own = css.partition(code_css())
    return own.strip() if found else ""


def note_keys(note: Note, key: str, write: Write) -> Pairs | None:
    """Return the keys of a note of a built-in note type; None for fields that no build makes."""
    if note.fields[-1] != note.guid:
        return None
    silent, voices = _silenced(note, key)
    pairs = _question(silent, write) if key == "Question" else _cloze(silent, write)
    if any(value is None for value in pairs.values()):
        return None
    if note.tags:
        pairs["tags"] = note.tags
    if voices:
        pairs["speak"] = voices
    return {**{name: value for name, value in pairs.items() if value is not None}, "id": note.guid}


def _silenced(note: Note, key: str) -> tuple[Note, dict[str, Data]]:
    """Return a note without speech, and the languages of its texts by their keys."""
    fields, voices = list(note.fields), dict[str, Data]()
    names = ("q", "a", "extra") if key == "Question" else ("cloze", "extra")
    for place, name in enumerate(names):
        if "[anki:tts " not in fields[place]:
            continue
        # A hint or choices may follow the text.
        text, mark, rest = fields[place].partition("[/anki:tts]")
        text, _, tag = text.partition(" [anki:tts lang=")
        voice = tag.partition("]")[0].removesuffix(f" {PAUSE}")
        spoken_text = spoken(text, cloze=name == "cloze")
        if f"{text} {speech_tag(voice, spoken_text)}{rest}" == fields[place] and mark:
            fields[place], voices[name] = text + rest, voice
    return replace(note, fields=tuple(fields)), voices


def _question(note: Note, write: Write) -> dict[str, Data | None]:
    question, answer, extra, typed, reverse, _ = note.fields
    question, hint = _split(question, *_HINT)
    question, items = _split(question, *_CHOICES)
    pairs: dict[str, Data | None] = {"q": write(question)}
    if items:
        choices = [_CHOICE.fullmatch(item) for item in items.split(_CHOICE_END)[:-1]]
        pairs["choices"] = _list([choice[1] if choice else None for choice in choices], write)
    start, end = _ANSWERS
    if answer.startswith(start) and answer.endswith(end):
        pairs["a"] = _list(answer[len(start) : -len(end)].split(_ANSWER_END), write)
    else:
        pairs["a"] = write(answer)
    if typed:
        pairs["typed"] = True if unescape(typed) == typable(answer) else unescape(typed)
    if reverse:
        pairs["reverse"] = True if reverse == "1" else None
    return pairs | _optional({"extra": extra, "hint": hint}, write)


def _cloze(note: Note, write: Write) -> dict[str, Data | None]:
    text, extra, typed, _ = note.fields
    text, hint = _split(text, *_HINT)
    prompt, found, rest = text.rpartition('<div class="fd-occlusion ')
    picture = _OCCLUSION.fullmatch(rest) if found else None
    pairs: dict[str, Data | None] = {"cloze": write(text)}
    if picture is not None:
        masks = [_MASK.fullmatch(mask) for mask in picture["masks"].split(_MASK_END)[:-1]]
        numbers = [mask["n"] for mask in masks if mask]
        pairs = {"image": unescape(picture["image"])}
        if picture["mode"] != _HIDE_ALL:
            pairs["mode"] = picture["mode"]
        written = [_mask(mask, numbers, write) for mask in masks if mask]
        pairs["occlude"] = written if len(written) == len(masks) else None
        if prompt:
            pairs["q"] = write(prompt.removeprefix(_PROMPT).removesuffix("</div>"))
    elif text.endswith(_ITEMS_END) and (items := _ITEMS.search(text)) is not None:
        pairs = _items(items, text[items.end() : -len(_ITEMS_END)], write)
        if prompt := text[: items.start()]:
            pairs["q"] = write(prompt.removeprefix(_PROMPT).removesuffix("</div>"))
    if typed:
        pairs["typed"] = True if typed == "1" else None
    return pairs | _optional({"extra": extra, "hint": hint}, write)


def _items(items: re.Match[str], inside: str, write: Write) -> dict[str, Data | None]:
    clozes = inside.split(_BETWEEN_CLOZES)[1 if items["whole"] else 0 :]
    written: list[Pairs] = []
    for cloze in clozes:
        number, _, text = cloze.partition("::")
        item = _ITEM.fullmatch(text.partition("::")[0])
        if item is None or (html := write(item["text"])) is None:
            return {items["kind"]: None}
        written.append({"text": html, "n": int(number)})
    pairs: dict[str, Data | None] = {items["kind"]: written}
    if items["context"]:
        pairs["context"] = items["context"]
    return {**pairs, **({"whole": True} if items["whole"] else {})}


def _mask(mask: re.Match[str], numbers: list[str], write: Write) -> Pairs:
    label = write(mask["label"]) if mask["label"] else ""
    pairs: dict[str, Data] = {"label": label} if label else {}
    pairs["at"] = [f"{mask[edge]}%" for edge in ("left", "top", "width", "height")]
    if mask["ellipse"]:
        pairs["shape"] = ELLIPSE
    if numbers.count(mask["n"]) > 1:
        pairs["group"] = f"group {mask['n']}"
    return {**pairs, "n": int(mask["n"])}


def _split(html: str, start: str, end: str) -> tuple[str, str]:
    """Split off the last part of a field that is between these tags."""
    before, found, inside = html.rpartition(start)
    return (before, inside.removesuffix(end)) if found and html.endswith(end) else (html, "")


def _list(htmls: Iterable[str | None], write: Write) -> list[str] | None:
    texts = [None if html is None else write(html) for html in htmls]
    return None if None in texts else [text for text in texts if text is not None]


def _optional(htmls: Mapping[str, str], write: Write) -> dict[str, Data | None]:
    return {key: write(html) for key, html in htmls.items() if html}
