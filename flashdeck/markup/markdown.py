"""Markdown to HTML: placeholders go in, pyromark writes, one pass replaces them in its output.

pyromark is pulldown-cmark. Every `<` of its output is its own, since each `<` of the text is a
placeholder; so the pass can tell its tags from text by their spelling alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html import escape, unescape
from string import ascii_letters
from typing import ClassVar
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
from flashdeck.markup.masking import MaskedText, TooManyError
from flashdeck.markup.nesting import Open, Role
from flashdeck.markup.output import OPTIONS, Output
from flashdeck.markup.placeholders import (
    GLUE,
    HTML_BLOCK,
    PRIVATE,
    SIDE,
    SPACE,
    Kind,
    Placeholder,
    Target,
    unescaped,
)
from flashdeck.markup.results import Media, MediaRefusal, Problem, Rendered
from flashdeck.text import holds_right_to_left

_BESIDE = f"{SPACE}{SIDE}{GLUE}"
_LINE = "\ufdd1"  # a line break in a block of HTML
_BLOCK = "p|ul|ol|li|blockquote|h[1-6]|table|thead|tbody|tr|t[hd]"
_HTML_BLOCK = re.compile(
    rf"{HTML_BLOCK}(?:[^<]+|<(?!/?(?:{_BLOCK}|hr|pre|em|strong|del|code|a|img|br)\b))*+"
)
_NO_HTML_BLOCK = re.compile(f"{HTML_BLOCK}(?={SIDE}?[{PRIVATE}])")
_TOKENS = (
    rf"(?P<soft_break>\n(?!</?(?:{_BLOCK})[ >]|<hr|<pre))"
    rf"|(?P<block></?(?P<name>{_BLOCK})(?: [^>]*)?>\n?)"
    r"|(?P<code><code>(?P<code_text>[^<]*)</code>)"
    r"|(?P<emphasis><(?P<closing>/?)(?P<mark>em|strong|del)>)"
    r'|(?P<link><a href="(?P<href>[^"]*)"(?: title="(?P<link_title>[^"]*)")?>)'
    r"|(?P<link_end></a>)"
    r'|(?P<image><img src="(?P<src>[^"]*)" alt="(?P<alt>[^"]*)"(?: title="(?P<title>[^"]*)")? />)'
    r'|(?P<code_block><pre><code(?: class="language-(?P<language>[^"]*)")?>(?P<lines>[^<]*)'
    r"</code></pre>\n?)"
    r"|(?P<hard_break><br />\n?)"
    r"|(?P<rule><hr />\n?)"
    rf"|(?P<live>{LIVE})"
    rf"|(?P<placeholder>[{PRIVATE}])"
    r"|(?P<angle><)"
    r"|(?P<other>(?s:.))"
    r"|\Z"
)
_BRACES = (
    rf"(?P<brace>\{{\{{(?=c[0-9,]+::)|\}}(?=[}}{_BESIDE}{PRIVATE}])|:(?=[:{_BESIDE}{PRIVATE}]))"
)
_NEEDED = re.compile(rf"\n|<(?!/?(?:em|strong)>)|{LIVE}")
_DIRECTED = re.compile(r"(?:p|li|blockquote|h[1-6]|t[hd])")
_ENCODED = re.compile(r"%E[EF]%[89AB][0-9A-F]%[89AB][0-9A-F]|%C2%85|%F[034](?:%[89AB][0-9A-F]){3}")
_BREAKS_LINE = frozenset({"br"}) | BLOCKS
_NESTED = frozenset({Kind.TAG, Kind.PRE, Kind.CLOZE, Kind.MARK})
_LATEX = re.compile(r"\[/?(?:latex|\$\$?)\]", re.IGNORECASE)
_SIZE = re.compile(r"(width|height)=([0-9]{1,5}(?:px|%)?)(?=\s|$)")
_JOINABLE = frozenset("[\\{:$" + ascii_letters)  # before a comment, as in `[<!-- -->sound:`
_SAFE = "!#$%&'()*+,-./:;=?@_~"


@cache
def _piece(*, cloze: bool) -> re.Pattern[str]:
    """Match text without any mark, and the token after it."""
    if cloze:
        return re.compile(rf"([^<\n\\\[{{}}:{PRIVATE}]*+)(?:{_BRACES}|{_TOKENS})")
    return re.compile(rf"([^<\n\\\[{PRIVATE}]*+)(?:{_TOKENS})")


def render_markdown(
    source: str, offset: int, media: Media, *, cloze: bool, allow_scripts: bool, join_lines: bool
) -> Rendered:
    """Render a text without white space around it, which begins at `offset` of the author's."""
    text = readable_source(source)
    try:
        masked = MaskedText(text, cloze=cloze)
    except TooManyError:
        message = "this text has too many formulas, tags and clozes to be read as Markdown"
        problem = Problem("nesting", message, offset, offset + len(source))
        return Rendered(shown_text(source), (problem,))
    html = parse(masked.text, options=OPTIONS).rstrip("\n")
    if html.startswith("<p>") and html.find("</p>") == len(html) - 4:
        html = html[3:-4]  # a text of one paragraph
    if masked.text is text and not _NEEDED.search(html) and not (cloze and "{{c" in html):
        return Rendered(html)
    writer = Writer(masked, media, cloze=cloze, allow_scripts=allow_scripts, join_lines=join_lines)
    html = writer.write(html)
    return Rendered(html, tuple(problem.moved(offset) for problem in writer.problems))


class Writer(Output):
    """Writes the parser's output with the placeholders of a text replaced."""

    def __init__(
        self,
        masked: MaskedText,
        media: Media,
        *,
        cloze: bool,
        allow_scripts: bool,
        join_lines: bool,
    ) -> None:
        super().__init__(masked, media, cloze=cloze, allow_scripts=allow_scripts)
        self._placeholders = masked.placeholders
        self._break = "\n" if join_lines else "<br>\n"
        self._directed = holds_right_to_left(masked.source)
        kinds = {placeholder.kind for placeholder in masked.placeholders.values()}
        self._is_nested = not kinds.isdisjoint(_NESTED)
        self._kinds = kinds
        self._paragraph = -1  # where the open one begins in `out`
        self._numbers: defaultdict[str, int] = defaultdict(int)

    def write(self, html: str) -> str:
        """Write the parser's output with its placeholders replaced."""
        if self.masked.html_blocks:
            html = _HTML_BLOCK.sub(_html_block, html)
        self.check_depth(html)
        if "<" not in html and self._kinds.isdisjoint(_NESTED - {Kind.CLOZE}):
            self._is_nested = False  # there is nothing that a cloze could cross
        out, writers = self.out, self._WRITERS
        placeholders, placeholder_writers = self._placeholders, self._PLACEHOLDER_WRITERS
        for piece in _piece(cloze=self.cloze).finditer(html):
            if piece[1]:
                out.append(piece[1])
            name = piece.lastgroup
            if name == "placeholder" and (placeholder := placeholders.get(piece[name])):
                placeholder_writers[placeholder.kind](self, placeholder)
            elif name:
                writers[name](self, piece)
        if self._is_nested:
            self.nesting.leave_all()
        if "<table>" in html:
            self.check_rows()
        return self._joined()

    def _joined(self) -> str:
        html = "".join(self.out).replace(_LINE, "\n").strip("\n")
        if self.masked.text is not self.masked.source:
            html = html.replace(SPACE, "").replace(GLUE, "")
            html = html.replace(self.masked.side, "") if self.masked.side else html
        if self.cloze and "::" in html:
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
        number = self._numbers["pre"]
        self._numbers["pre"] += 1
        language, code = self._spelled(token["language"] or ""), self._spelled(token["lines"])
        if code and not code.endswith("\n"):
            code += "\n"
        if language and (problem := code_problem(language, code)):
            place = self.place("CodeBlock", number, language)
            self.problem(problem.rule, problem.message, *place, problem.hint, problem.severity)
        ltr = ' dir="ltr"' if self._directed else ""
        clozes = find_clozes(code, markdown=False) if self.cloze else ()
        kept = [span for c in clozes for span in ((c.start, c.body), (c.hint, c.end + 2))]
        self.out.append(f"{code_block(language, code, tuple(kept), ltr)}\n")
        if clozes:
            self.check_hints(code, Where.FENCE, *self.place("CodeBlock", number), language)

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
        number = self._numbers["code"]
        self._numbers["code"] += 1
        html = token["code_text"]
        html = inert_html(escape_text(self._spelled(html)) if self._placeholders else html)
        if self.open_clozes and not OPEN.search(html):
            html = html.replace("::", ":&#58;").replace("}}", "}&#125;")
        self.out.append(f"<code>{html}</code>")
        if self.cloze and "{{c" in html:
            self.check_hints(unescape(html), Where.CODE, *self.place("Code", number))

    def _emphasis(self, token: re.Match[str]) -> None:
        mark = token["mark"]
        html = token["emphasis"] if mark != "del" else f"<{token['closing']}s>"
        if not self._is_nested:
            self.out.append(html)
        elif not token["closing"]:
            self.nesting.enter(Role.ELEMENT, mark, self._numbers[mark])
            self._numbers[mark] += 1
            self.out.append(html)
        else:
            element = self._leave()
            self.out.append(html)
            if element.crossed:
                self.out[element.at] = self.out[-1] = self.marks_of(element)

    def _leave(self) -> Open:
        """Leave an element; report the cloze whose border it crosses."""
        element = self.nesting.leave()
        if element.cut:
            self.report_crossing(element.name)
        return element

    def _link(self, token: re.Match[str]) -> None:
        number = self._numbers["a"]
        self._numbers["a"] += 1
        html, address, title = token["link"], token["href"], token["link_title"]
        is_masked = self.masked.text is not self.masked.source
        if is_masked and ("%E" in address or "%F" in address or "%C" in address):
            address = _ENCODED.sub(self._decoded, address)
        is_harmless = address.startswith("http") or ":" not in address
        if not is_harmless and is_active(unescape(address)) and not self.allow_scripts:
            written = unescape(address).strip()
            message = f"a link to {written.partition(':')[0].lower()}: is active content"
            self.problem("active-content", message, *self.place("Link", number, written))
            address = ""
        if address != token["href"] or (title and self._placeholders):
            title = f' title="{escape_value(self._spelled(title))}"' if title else ""
            html = f'<a href="{address}"{title}>'
        if self._is_nested:
            self.nesting.enter(Role.ELEMENT, "a", number)
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
        number = self._numbers["img"]
        self._numbers["img"] += 1
        address = unquote(unescape(token["src"]))
        placeholder = self._placeholders.get(address)
        if placeholder is not None and isinstance(placeholder.data, Target):
            target, place = placeholder.data, (placeholder.start, placeholder.end)
        else:
            target, place = Target(self._spelled(address), -1, -1), (0, 0)
        if target.start < 0:
            place = self.place("Image", number)
            target = Target(target.destination, *place)
        name = self.media.name(target.destination)
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

    def _live(self, token: re.Match[str]) -> None:
        runs = self.allow_scripts and _LATEX.match(token.string, token.start("live"))
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

    def _written(self, placeholder: Placeholder) -> None:
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
            if not self.allow_scripts and (command := active_tex(formula.tex)):
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
        name = self.media.name(destination)
        if isinstance(name, MediaRefusal):
            self.refuse(name, start, end)
            self._written(placeholder)
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
            self._written(placeholder)

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

    _WRITERS: ClassVar[dict[str, Callable[[Writer, re.Match[str]], None]]] = {
        "soft_break": _soft_break,
        "hard_break": lambda writer, _: writer.out.append("<br>\n"),
        "rule": lambda writer, _: writer.out.append("<hr>\n"),
        "live": _live,
        "block": _block,
        "code": _code,
        "code_block": _code_block,
        "emphasis": _emphasis,
        "link": _link,
        "link_end": _link_end,
        "image": _image,
        "placeholder": lambda writer, token: writer.out.append(token["placeholder"]),
        "brace": _brace,
        "angle": lambda writer, _: writer.out.append("&lt;"),
        "other": lambda writer, token: writer.out.append(token["other"]),
    }
    _PLACEHOLDER_WRITERS: ClassVar[dict[Kind, Callable[[Writer, Placeholder], None]]] = {
        Kind.TEXT: _text,
        Kind.TARGET: _written,
        Kind.COMMENT: _comment,
        Kind.FORMULA: _formula,
        Kind.RUBY: _ruby,
        Kind.SOUND: _sound,
        Kind.SIZE: _size,
        Kind.TAG: _tag,
        Kind.PRE: _pre,
        Kind.CLOZE: _cloze,
        Kind.HINT: _hint,
        Kind.CLOZE_END: _cloze_end,
        Kind.MARK: _mark,
        Kind.MARK_END: _mark_end,
    }


def _html_block(found: re.Match[str]) -> str:
    """Rewrite a block of HTML: references become characters, line breaks stay in the source."""
    text = unescape(found[0].replace(HTML_BLOCK, ""))
    return escape(text, quote=False).replace("\n", _LINE)
