"""How each inline token is written as HTML."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from markdown_it.common.normalize_url import normalizeLink
from markdown_it.common.utils import escapeHtml

from flashdeck.markup import tagged
from flashdeck.markup.addresses import is_active, is_played
from flashdeck.markup.clozehints import Place
from flashdeck.markup.clozes import OPEN
from flashdeck.markup.plain import inert_text
from flashdeck.markup.results import MediaRefusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it.token import Token

    from flashdeck.markup.output import Output

_PLAYED_IN_TEXT = re.compile(r"\[(?=(?:sound|anki):)")
_SHOWN_IN_ALT: dict[str, Callable[[Token], str]] = {
    "text": lambda token: token.content,
    "written_out": lambda token: token.content,
    "code_inline": lambda token: token.content,
    "tag": lambda token: token.content,
    "formula": lambda token: token.markup,
    "ruby": lambda token: "".join(base for base, _ in token.meta["pairs"]),
    "image": lambda token: _alt(token.children or []),
    "softbreak": lambda _: "\n",
    "hardbreak": lambda _: "\n",
}


def _text(output: Output, token: Token) -> None:
    html = escapeHtml(token.content)
    output.out.append(_PLAYED_IN_TEXT.sub("&#91;", html) if "[" in html else html)


def _written_out(output: Output, token: Token) -> None:
    output.out.append(f"&#{ord(token.content)};")


def _softbreak(output: Output, _: Token) -> None:
    output.out.append("\n")


def _hardbreak(output: Output, _: Token) -> None:
    output.out.append("<br>\n")


def _code(output: Output, token: Token) -> None:
    code = inert_text(token.content)
    if output.cloze_depth and not OPEN.search(token.content):
        # Anki would take these for the cloze's own hint and end.
        code = code.replace("::", ":&#58;").replace("}}", "}&#125;")
    output.out.append(f"<code>{code}</code>")
    output.swallowed(token.content, Place.CODE)


def _formula(output: Output, token: Token) -> None:
    tex = escape(token.content, quote=False)
    output.swallowed(token.content, Place.FORMULA)
    if output.open_tags.verbatim:
        output.out.append(escape(token.markup, quote=False))
    else:
        output.out.append(f"\\[{tex}\\]" if token.block else f"\\({tex}\\)")


def _ruby(output: Output, token: Token) -> None:
    pairs = "".join(
        f"{escapeHtml(base)}<rt>{escapeHtml(reading)}</rt>" for base, reading in token.meta["pairs"]
    )
    output.out.append(f"<ruby>{pairs}</ruby>")


def _cloze_open(output: Output, token: Token) -> None:
    output.out.append(token.content)
    output.open_tags.enter()
    output.cloze_depth += 1


def _cloze_close(output: Output, _: Token) -> None:
    output.out.append(output.open_tags.leave())
    output.cloze_depth -= 1


def _mark(output: Output, token: Token) -> None:
    output.out.append(token.content)


def _comment(output: Output, _: Token) -> None:
    """A comment is the author's own: it stays out of the package."""


def _tag(output: Output, token: Token) -> None:
    tagged.write(output, token.meta["tag"], token.content)


def _link(output: Output, token: Token) -> None:
    address = str(token.attrs["href"])
    if is_active(address) and not output.allow_scripts:
        tokens, index = output.block
        start = max(tokens[index].content.find(address), 0)
        output.problem(
            "active-content",
            f"a link to {address.strip().partition(':')[0].lower()}: is active content",
            start,
            start + len(address),
        )
        address = ""
    title = f' title="{escapeHtml(str(token.attrs["title"]))}"' if "title" in token.attrs else ""
    output.out.append(f'<a href="{escapeHtml(normalizeLink(address))}"{title}>')
    output.open_tags.enter()


def _link_close(output: Output, _: Token) -> None:
    output.out.append(output.open_tags.leave() + "</a>")


def _image(output: Output, token: Token) -> None:
    destination = str(token.attrs["src"])
    name = output.media.name(destination)
    if isinstance(name, MediaRefusal):
        output.refuse(name, *token.meta["at"])
        output.out.append(escapeHtml(token.meta["source"]))
    elif is_played(destination):
        output.out.append(f"[sound:{escape(name, quote=False)}]")
    else:
        alt = _alt(token.children or [])
        attributes = {"src": name, "alt": alt} | {
            key: str(value) for key, value in token.attrs.items() if key not in {"src", "alt"}
        }
        written = "".join(f' {key}="{escapeHtml(value)}"' for key, value in attributes.items())
        output.out.append(f"<img{written}>")


def _alt(tokens: Sequence[Token]) -> str:
    """A picture's description: its text without the markup."""
    return "".join(
        _SHOWN_IN_ALT[token.type](token) for token in tokens if token.type in _SHOWN_IN_ALT
    )


def _sound(output: Output, token: Token) -> None:
    name = output.media.name(token.content)
    if isinstance(name, MediaRefusal):
        output.refuse(name, *token.meta["at"])
        output.out.append(inert_text(token.meta["source"]))
    else:
        output.out.append(f"[sound:{escape(name, quote=False)}]")


WRITERS: dict[str, Callable[[Output, Any], None]] = {
    "text": _text,
    "written_out": _written_out,
    "softbreak": _softbreak,
    "hardbreak": _hardbreak,
    "code_inline": _code,
    "formula": _formula,
    "ruby": _ruby,
    "cloze_open": _cloze_open,
    "cloze_close": _cloze_close,
    "cloze_mark": _mark,
    "comment": _comment,
    "tag": _tag,
    "link_open": _link,
    "link_close": _link_close,
    "image": _image,
    "sound": _sound,
}
