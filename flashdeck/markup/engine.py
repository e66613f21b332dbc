"""The Markdown engine: markdown-it's CommonMark with tables, strikethrough and our own rules."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from flashdeck.markup.clozerule import cloze
from flashdeck.markup.displayed import formula_paragraph
from flashdeck.markup.inline import InlineParser
from flashdeck.markup.pictures import link, picture, sound
from flashdeck.markup.rawhtml import autolink, html_block, tag
from flashdeck.markup.ruby import ruby
from flashdeck.markup.shield import shield, unshield
from flashdeck.markup.tex import formula

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token
    from markdown_it.utils import EnvType

_PARAGRAPH_ENDERS = ["paragraph", "reference", "blockquote"]


def parse(source: str, *, cloze: bool) -> list[Token]:
    """Block tokens with their inline tokens as children; never raises."""
    env: EnvType = {
        "clozes": {} if cloze else None,
        "misses": {},
        "last_places": {},
        "run": None,
        "displays": "$$" in source or "\\[" in source,
    }
    return _engine(cloze).parse(source, env)


class _Engine(MarkdownIt):
    """Leaves addresses to the emitter, which can say what is wrong with them."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the engine's names
        """Keep file names as they are: percent-encoded ones would not be found by Anki."""
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        """Show an address as it was written."""
        return link

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802
        """Take any address."""
        return True


@cache
def _engine(with_clozes: bool) -> MarkdownIt:  # noqa: FBT001
    md = _Engine()
    md.inline = inline = InlineParser()
    md.configure("commonmark", {"xhtmlOut": False}).enable(["table", "strikethrough"])
    md.core.ruler.before("block", "shield", shield)
    md.core.ruler.after("block", "unshield", unshield)
    md.core.ruler.after("inline", "html_blocks", _html_blocks)
    md.block.ruler.at("html_block", html_block, {"alt": _PARAGRAPH_ENDERS})
    md.block.ruler.before("lheading", "formula_paragraph", formula_paragraph)
    rules = inline.ruler
    rules.before("escape", "formula", formula)
    rules.at("link", link)
    rules.at("image", picture)
    rules.at("autolink", autolink)
    rules.at("html_inline", tag)
    rules.before("link", "sound", sound)
    rules.after("html_inline", "ruby", ruby)
    if with_clozes:
        rules.before("ruby", "cloze", cloze)
        md.core.ruler.before("text_join", "written_out", _written_out)
    inline.freeze()
    return md


@cache
def _html_parser() -> InlineParser:
    """What is looked for between the tags of a block of HTML: no Markdown, as in CommonMark."""
    parser = InlineParser()
    parser.ruler.before("escape", "formula", formula)
    parser.ruler.at("html_inline", tag)
    parser.ruler.before("link", "sound", sound)
    parser.ruler.enableOnly(["text", "formula", "sound", "html_inline", "entity"])
    parser.ruler2.enableOnly(["fragments_join"])
    parser.freeze()
    return parser


def _html_blocks(state: StateCore) -> None:
    """Core rule: tags, formulas and sounds in blocks of HTML."""
    for token in state.tokens:
        if token.type == "html_block":
            token.children = _html_parser().parse(token.content, state.md, state.env, [])
            for child in token.children:
                if child.type == "text_special":
                    child.type = "text"


def _written_out(state: StateCore) -> None:
    r"""Core rule: `\{` and `&#125;` are text for Anki too, not marks of a cloze."""
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "text_special" and child.content in {"{", "}", ":"}:
                child.type = "written_out"
