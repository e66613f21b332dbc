"""Markdown to HTML: placeholders go in, pyromark writes, one pass replaces them in its output.

pyromark is pulldown-cmark. Every `<` of its output is its own, since each `<` of the text is a
placeholder; so the pass can tell its tags from text by their spelling alone.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html import escape, unescape
from string import ascii_letters
from urllib.parse import quote, unquote

from pyromark import html as parse

from flashdeck.highlighting.code_block import code_block, code_problem
from flashdeck.html.addresses import is_active, is_played
from flashdeck.html.escape import (
    LIVE,
    escape_text,
    escape_value,
    inert_hints,
    inert_html,
    inert_mark,
    inert_text,
    readable_source,
    shown_text,
)
from flashdeck.html.tags import BLOCKS, Tag, read_tag
from flashdeck.markup import raw_tags
from flashdeck.markup.clozes.find import OPEN, find_clozes
from flashdeck.markup.clozes.problems import Where
from flashdeck.markup.formulas import active_tex
from flashdeck.markup.masking import MaskedText
from flashdeck.markup.nesting import Open, Role
from flashdeck.markup.output import SYNTAX, Output
from flashdeck.markup.placeholders import (
    GLUE,
    HTML_BLOCK,
    PRIVATE,
    SIDE,
    SPACE,
    Kind,
    Placeholder,
    Target,
    TooManyError,
    unescaped,
)
from flashdeck.markup.results import MediaRefusal, Mode, Problem, Rendered
from flashdeck.text import holds_right_to_left

_BESIDE = f"{SPACE}{SIDE}{GLUE}"
_LINE = "\ufdd1"  # a line break in a block of HTML
_BLOCK = "p|ul|ol|li|blockquote|h[1-6]|table|thead|tbody|tr|t[hd]"
_HTML_BLOCK = re.compile(
    rf"{HTML_BLOCK}(?:[^<]+|<(?!/?(?:{_BLOCK}|hr|pre|em|strong|del|code|a|img|br)\b))*+"
)
_NO_HTML_BLOCK = re.compile(f"{HTML_BLOCK}(?={SIDE}?[{PRIVATE}])")
_TOKENS = (
    rf"(?P<placeholder>[{PRIVATE}])"
    rf"|(?P<soft_break>\n(?!</?(?:{_BLOCK})[ >]|<hr|<pre))"
    rf"|(?P<block></?(?P<name>{_BLOCK})(?: [^>]*)?>\n?)"
    r"|(?P<code><code>(?P<code_text>[^<]*)</code>)"
    r"|(?P<emphasis><(?P<closing>/?)(?P<mark>em|strong|del)>)"
    r'|(?P<link><a href="(?P<href>[^"]*)"(?: title="(?P<link_title>[^"]*)")?>)'
    r"|(?P<link_end></a>)"
    r'|(?P<image><img src="(?P<src>[^"]*)" alt="(?P<alt>[^"]*)"(?: title="(?P<title>[^"]*)")? />)'
    r'|(?P<code_block><pre><code(?: class="language-(?P<language>[^"]*)")?>(?P<lines>[^<]*)'
    r"</code></pre>\n?)"
    r"|(?P<void><[bh]r />\n?)"
    rf"|(?P<live>{LIVE})"
)
_BRACES = (
    rf"|(?P<brace>\{{\{{(?=c[0-9,]+::)|\}}(?=[}}{_BESIDE}{PRIVATE}])|:(?=[:{_BESIDE}{PRIVATE}]))"
)
_NEEDED = re.compile(rf'\n|<(?!/?(?:em|strong|code)>|a href="http|/a>)|{LIVE}')
_DIRECTED = re.compile(r"(?:p|li|blockquote|h[1-6]|t[hd])")
_ENCODED = re.compile(r"%E[EF]%[89AB][0-9A-F]%[89AB][0-9A-F]|%C2%85|%F[034](?:%[89AB][0-9A-F]){3}")
_BREAKS_LINE = frozenset({"br"}) | BLOCKS
_TRACKED = frozenset({Kind.TAG, Kind.PRE, Kind.MARK})
_NESTED = _TRACKED | {Kind.CLOZE}
_PLACEHOLDERS = re.compile(f"[{PRIVATE}]")
_LATEX = re.compile(r"\[/?(?:latex|\$\$?)\]", re.IGNORECASE)
_SIZE = re.compile(r"(width|height)=([0-9]{1,5}(?:px|%)?)(?=\s|$)")
_JOINABLE = frozenset("[\\{:$" + ascii_letters)  # before a comment, as in `[<!-- -->sound:`
_SAFE = "!#$%&'()*+,-./:;=?@_~"


@cache
def _piece(*, cloze: bool, nested: bool) -> re.Pattern[str]:
    """Match what stays as the parser wrote it, and the token after it.

    Emphasis stays unless it has to be tracked, and so does code without any mark.
    """
    braces = "{}:" * cloze
    text = rf"[^<\n\\\[{braces}{PRIVATE}]++|<code>[^<&\n\[{braces}{_BESIDE}{PRIVATE}]*+</code>"
    emphasis = "" if nested else "|</?(?:em|strong)>"
    return re.compile(
        rf"((?:{text}{emphasis})*+)(?:{_TOKENS}{_BRACES * cloze}|(?P<other>(?s:.))|\Z)"
    )


@cache
def _clozes_without_tags(cloze_end: str) -> re.Pattern[str]:
    """Match HTML in which no element begins or ends in a cloze; each ends before the next."""
    inside = rf"(?:[^<{cloze_end}]++|<code>[^<{PRIVATE}]*+</code>)*+"
    cloze = rf"(?!{cloze_end})[{PRIVATE}]{inside}{cloze_end}"
    return re.compile(rf"(?:[^{PRIVATE}]*+{cloze})*+[^{PRIVATE}]*+")


def render_markdown(source: str, offset: int, mode: Mode) -> Rendered:
    """Render a text without white space around it, which begins at `offset` of the author's."""
    text = readable_source(source)
    try:
        masked = MaskedText(text, cloze=mode.cloze)
    except TooManyError:
        message = "this text has too many formulas, tags and clozes to be read as Markdown"
        problem = Problem("nesting", message, offset, offset + len(source))
        return Rendered(shown_text(source), (problem,))
    html = parse(masked.text, options=SYNTAX).rstrip("\n")
    if html.startswith("<p>") and html.find("</p>") == len(html) - 4:
        html = html[3:-4]  # a text of one paragraph
    if masked.text is text and not _NEEDED.search(html) and not (mode.cloze and "{{c" in html):
        return Rendered(html)
    if masked.html_blocks:
        html = _HTML_BLOCK.sub(_html_block, html)
    writer = Writer(masked, mode, html)
    html = writer.write()
    moved = [replace(x, start=x.start + offset, end=x.end + offset) for x in writer.problems]
    return Rendered(html, tuple(moved))


class Writer(Output):
    """Writes the parser's output with the placeholders of a text replaced."""

    def __init__(self, masked: MaskedText, mode: Mode, html: str) -> None:
        super().__init__(masked, mode, html)
        self._placeholders = masked.placeholders
        self._break = "\n" if mode.join_lines else "<br>\n"
        self._directed = holds_right_to_left(masked.source)
        self._kinds = {placeholder.kind for placeholder in masked.placeholders.values()}
        self._is_nested = not self._kinds.isdisjoint(_NESTED) and self._may_cross()
        self._paragraph = -1  # where the open one begins in `out`

    def _may_cross(self) -> bool:
        """Whether an element may begin and end on different sides of the border of another."""
        if not self._kinds.isdisjoint(_TRACKED):
            return True
        html = self.html
        return "<" in html and not (
            _PLACEHOLDERS.findall(html) == _PLACEHOLDERS.findall(self.masked.text)
            and _clozes_without_tags(self.masked.cloze_end).fullmatch(html)
        )

    def write(self) -> str:
        """Write the parser's output with its placeholders replaced."""
        self.check_depth()
        out, placeholders = self.out, self._placeholders
        pieces = _piece(cloze=self.mode.cloze, nested=self._is_nested)
        for piece in pieces.finditer(self.html):
            if piece[1]:
                out.append(piece[1])
            name = piece.lastgroup
            if name != "placeholder":
                if name:
                    _TOKEN_WRITERS[name](self, piece)
            elif placeholder := placeholders.get(piece[name]):
                _PLACEHOLDER_WRITERS[placeholder.kind](self, placeholder)
            else:  # the author's own
                out.append(piece[name])
        if self._is_nested:
            self.nesting.leave_all()
        if "<table>" in self.html:
            self.check_rows()
        return self._joined()

    def _joined(self) -> str:
        html = "".join(self.out).replace(_LINE, "\n").strip("\n")
        if self.masked.text is not self.masked.source:
            html = html.replace(SPACE, "").replace(GLUE, "")
            html = html.replace(self.masked.side, "") if self.masked.side else html
        if self.mode.cloze and "::" in html:
            html = inert_hints(html)
        return html

    # Blocks

    def _block(self, token: re.Match[str]) -> None:
        html, name = token["block"], token["name"]
        if html[1] == "/":
            if self._is_nested:
                self._leave()
            if name == "p":
                html = self._paragraph_end(html)
        else:
            if self._directed and _DIRECTED.fullmatch(name):
                html = html.replace(">", ' dir="auto">', 1)
            if name == "p":
                self._paragraph = len(self.out)
            if self._is_nested:
                self.nesting.enter(Role.ELEMENT, name)
        self.out.append(html)

    def _paragraph_end(self, html: str) -> str:
        opened, self._paragraph = self._paragraph, -1
        if Kind.COMMENT in self._kinds and not "".join(self.out[opened + 1 :]).strip(
            f"{_BESIDE} \t\n"
        ):
            del self.out[opened:]  # it held comments only
            return ""
        return f"</div>{html[4:]}" if self.out[opened].startswith("<div") else html

    def _holds_block(self) -> None:
        """Make a paragraph with a block in it a `<div>`: a `<p>` would end at the block."""
        at = self._paragraph
        if at >= 0 and self.out[at].startswith("<p"):
            self.out[at] = f"<div{self.out[at][2:]}"

    def _code_block(self, token: re.Match[str]) -> None:
        at = token.start("code_block")
        language, code = self._spelled(token["language"] or ""), self._spelled(token["lines"])
        if code and not code.endswith("\n"):
            code += "\n"
        if language and (problem := code_problem(language, code)):
            place = self.place("CodeBlock", at, language)
            self.problem(problem.rule, problem.message, *place, problem.hint, problem.severity)
        ltr = ' dir="ltr"' if self._directed else ""
        clozes = find_clozes(code, markdown=False) if self.mode.cloze else ()
        kept = [span for c in clozes for span in ((c.start, c.body), (c.hint, c.end + 2))]
        self.out.append(f"{code_block(language, code, tuple(kept), ltr)}\n")
        if clozes:
            self.check_hints(code, Where.FENCE, *self.place("CodeBlock", at), language)

    # Inside of lines

    def _soft_break(self, token: re.Match[str]) -> None:
        is_broken = bool(self._placeholders) and (
            self._breaks_line(token.string, token.end() - 2, -1)
            or self._breaks_line(token.string, token.end(), 1)
        )
        self.out.append("\n" if is_broken else self._break)

    def _breaks_line(self, html: str, at: int, step: int) -> bool:
        """Whether a tag is at a place that breaks the line itself, or a comment ends it."""
        at += step if html[at : at + 1] == SIDE else 0
        placeholder = self._placeholders.get(html[at : at + 1])
        if placeholder is not None and placeholder.kind == Kind.COMMENT:
            return step > 0 and html[at + 1 : at + 2] in {"", "<", "\n"}
        return placeholder is not None and (
            placeholder.kind == Kind.PRE
            or (placeholder.kind == Kind.TAG and placeholder.data.name in _BREAKS_LINE)
        )

    def _code(self, token: re.Match[str]) -> None:
        html = token["code_text"]
        html = inert_html(escape_text(self._spelled(html)) if self._placeholders else html)
        if self.open_clozes and not OPEN.search(html):
            html = html.replace("::", ":&#58;").replace("}}", "}&#125;")
        self.out.append(f"<code>{html}</code>")
        if self.mode.cloze and "{{c" in html:
            self.check_hints(unescape(html), Where.CODE, *self.place("Code", token.start("code")))

    def _emphasis(self, token: re.Match[str]) -> None:
        mark, closing = token["mark"], token["closing"]
        html = f"<{closing}s>" if mark == "del" else token["emphasis"]
        if self._is_nested and not closing:
            self.nesting.enter(Role.ELEMENT, mark, token.start("emphasis"))
        elif self._is_nested and (element := self._leave()).crossed:
            html = self.out[element.at] = self.marks_of(element)
        self.out.append(html)

    def _leave(self) -> Open:
        """Leave an element; report the cloze whose border it crosses."""
        element = self.nesting.leave()
        if element.cut:
            self.report_crossing(element.name)
        return element

    def _link(self, token: re.Match[str]) -> None:
        html, address, title = token["link"], token["href"], token["link_title"]
        is_masked = self.masked.text is not self.masked.source
        if is_masked and ("%E" in address or "%F" in address or "%C" in address):
            address = _ENCODED.sub(self._decoded, address)
        is_harmless = address.startswith("http") or ":" not in address
        if not is_harmless and is_active(unescape(address)) and not self.mode.allow_scripts:
            written = unescape(address).strip()
            message = f"a link to {written.partition(':')[0].lower()}: is active content"
            place = self.place("Link", token.start("link"), written)
            self.problem("active-content", message, *place)
            address = ""
        if address != token["href"] or (title and self._placeholders):
            title = f' title="{escape_value(self._spelled(title))}"' if title else ""
            html = f'<a href="{address}"{title}>'
        if self._is_nested:
            self.nesting.enter(Role.ELEMENT, "a")
        self.out.append(inert_html(html))

    def _decoded(self, found: re.Match[str]) -> str:
        """Return what a placeholder in an address was, encoded as the parser does."""
        character = unquote(found[0])
        if character in _BESIDE:
            return ""
        placeholder = self._placeholders.get(character)
        if placeholder is None:
            return found[0]
        is_target = isinstance(placeholder.data, Target)
        written = placeholder.data.destination if is_target else unescaped(placeholder.source)
        return escape(quote(written, safe=_SAFE))

    def _link_end(self, token: re.Match[str]) -> None:
        if self._is_nested:
            self._leave()
        self.out.append(token["link_end"])

    def _image(self, token: re.Match[str]) -> None:
        address = unquote(unescape(token["src"]))
        placeholder = self._placeholders.get(address)
        if placeholder is not None and isinstance(placeholder.data, Target):
            target, place = placeholder.data, (placeholder.start, placeholder.end)
        else:
            target, place = Target(self._spelled(address), -1, -1), (0, 0)
        if target.start < 0:
            place = self.place("Image", token.start("image"))
            target = Target(target.destination, *place)
        name = self.mode.media.name(target.destination)
        if isinstance(name, MediaRefusal):
            self.refuse(name, *place)
            self.out.append(shown_text(self.masked.source[target.start : target.end]))
        elif is_played(target.destination):
            self.out.append(f"[sound:{escape(name, quote=False)}]")
        else:
            alt = escape_value(self._spelled(token["alt"]))
            title = (
                f' title="{escape_value(self._spelled(token["title"]))}"' if token["title"] else ""
            )
            self.out.append(f'<img src="{escape_value(name)}" alt="{alt}"{title}>')

    def _spelled(self, html: str) -> str:
        """Return the source of a piece of the parser's HTML that holds no tag."""
        text = unescape(html)
        if self.masked.html_blocks:
            text = _NO_HTML_BLOCK.sub("", text)
        return self.masked.spelled(text) if self._placeholders else text

    def _void(self, token: re.Match[str]) -> None:
        self.out.append("<hr>\n" if token["void"][1] == "h" else "<br>\n")

    def _other(self, token: re.Match[str]) -> None:
        self.out.append(token["other"] if token["other"] != "<" else "&lt;")

    def _live(self, token: re.Match[str]) -> None:
        runs = self.mode.allow_scripts and _LATEX.match(token.string, token.start("live"))
        self.out.append("[" if runs else inert_mark(token["live"]))

    def _brace(self, token: re.Match[str]) -> None:
        mark = token["brace"]
        if mark == "{{":
            self.out.append("{&#123;")
        else:
            self.out.append(f"&#{ord(mark)};" if self.open_clozes else mark)

    # Placeholders

    def _text(self, placeholder: Placeholder) -> None:
        self.out.append(shown_text(placeholder.data or placeholder.source))

    def _target(self, placeholder: Placeholder) -> None:
        self.out.append(shown_text(placeholder.source))

    def _comment(self, _: Placeholder) -> None:
        """Write nothing for a comment, but keep the texts around it apart."""
        self.out.append("<wbr>" if self.out and self.out[-1][-1:] in _JOINABLE else "")

    def _formula(self, placeholder: Placeholder) -> None:
        formula = placeholder.data
        tex = inert_html(escape(formula.tex, quote=False))
        if self._is_nested and self.nesting.verbatim:
            self.out.append(escape(placeholder.source, quote=False))
        else:
            if not self.mode.allow_scripts and (command := active_tex(formula.tex)):
                message = f"{command.partition('{')[0]} of this formula runs or loads something"
                hint = "write a link after the formula; to keep it, build with --allow-scripts"
                self.problem("active-content", message, placeholder.start, placeholder.end, hint)
            self.out.append(f"\\[{tex}\\]" if formula.display else f"\\({tex}\\)")
        self.check_hints(formula.tex, Where.FORMULA, placeholder.start, placeholder.end)

    def _ruby(self, placeholder: Placeholder) -> None:
        pairs = (
            f"{inert_text(base)}<rt>{inert_text(reading)}</rt>"
            for base, reading in placeholder.data
        )
        self.out.append(f"<ruby>{''.join(pairs)}</ruby>")

    def _sound(self, placeholder: Placeholder) -> None:
        destination, start, end = placeholder.data
        name = self.mode.media.name(destination)
        if isinstance(name, MediaRefusal):
            self.refuse(name, start, end)
            self._target(placeholder)
        else:
            self.out.append(f"[sound:{escape(name, quote=False)}]")

    def _size(self, placeholder: Placeholder) -> None:
        picture = self.out[-1] if self.out else ""
        if picture.startswith("<img "):
            sizes = {
                name: size.removesuffix("px") for name, size in _SIZE.findall(placeholder.data)
            }
            written = "".join(f' {name}="{size}"' for name, size in sizes.items())
            self.out[-1] = f"{picture[:-1]}{written}>"
        elif not picture.startswith("[sound:"):
            self._target(placeholder)

    def _tag(self, placeholder: Placeholder) -> None:
        self._raw_tag(placeholder.data, placeholder.source)

    def _raw_tag(self, tag: Tag, source: str) -> None:
        if tag.name in BLOCKS:
            self._holds_block()
        raw_tags.write(self, tag, source)

    def _pre(self, placeholder: Placeholder) -> None:
        source = placeholder.source
        position = 0
        while position < len(source):
            found = source.find("<", position)
            tag = read_tag(source, found, len(source)) if found >= 0 else None
            end = found if tag else (found + 1 if found >= 0 else len(source))
            if end > position:
                self.out.append(inert_text(unescape(source[position:end])))
            position = tag.end if tag else end
            if tag:
                start, end = placeholder.start + tag.start, placeholder.start + tag.end
                written = source[tag.start : tag.end]
                self._raw_tag(replace(tag, start=start, end=end), written)

    def _cloze(self, placeholder: Placeholder) -> None:
        self.out.append(placeholder.source)
        if self._is_nested:
            self.nesting.enter(Role.CLOZE)
        self.open_clozes.append(placeholder.start)

    def _hint(self, _: Placeholder) -> None:
        if self._is_nested:
            self.nesting.next_part()
        self.out.append("::")

    def _cloze_end(self, _: Placeholder) -> None:
        if self._is_nested and (crossed := self.nesting.end_cloze()):
            self.report_crossing(crossed)
        self.out.append("}}")
        if self.open_clozes:
            self.open_clozes.pop()

    def _mark(self, _: Placeholder) -> None:
        self.nesting.enter(Role.MARK)
        self.out.append("<mark>")

    def _mark_end(self, _: Placeholder) -> None:
        self.out.append("</mark>" if self.nesting.end_mark() else "==")


# Each token, and each kind of placeholder, is written by the method with its name.
_TOKEN_WRITERS = {
    token: getattr(Writer, f"_{token}")
    for token in (
        "soft_break block code emphasis link link_end image code_block void live brace other"
    ).split()
}
_PLACEHOLDER_WRITERS = {kind: getattr(Writer, f"_{kind.name.lower()}") for kind in Kind}


def _html_block(found: re.Match[str]) -> str:
    """Rewrite a block of HTML: references become characters, line breaks stay in the source."""
    text = unescape(found[0].replace(HTML_BLOCK, ""))
    return escape(text, quote=False).replace("\n", _LINE)
