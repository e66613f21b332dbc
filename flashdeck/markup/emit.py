"""From the engine's tokens to HTML, with everything that is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.common.utils import MD_TRIM_RE, mdTrim, unescapeAll
from markdown_it.renderer import RendererHTML

from flashdeck.markup.clozehints import Place
from flashdeck.markup.codeblock import code_block, is_language
from flashdeck.markup.inlines import WRITERS
from flashdeck.markup.output import Output
from flashdeck.markup.plain import holds_right_to_left
from flashdeck.markup.results import Problem
from flashdeck.markup.tags import BLOCKS
from flashdeck.text import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

    from flashdeck.markup.places import Places
    from flashdeck.markup.references import Media

_RENDERER = RendererHTML()
_OPTIONS = MarkdownIt("commonmark", {"xhtmlOut": False}).options
_CONTAINERS = frozenset({"blockquote_open", "list_item_open"})
_DIRECTED = frozenset(
    {"p", "div", "li", "blockquote", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6"}
)


class Emitter(Output):
    """Writes one text's HTML. Use once: `blocks`, then read `html` and `problems`."""

    def __init__(
        self, places: Places, media: Media, text: str, *, cloze: bool, allow_scripts: bool
    ) -> None:
        super().__init__(places, media, cloze=cloze, allow_scripts=allow_scripts)
        self._directed = holds_right_to_left(text)

    def blocks(self, tokens: Sequence[Token]) -> None:
        """Write block tokens; a text that is one paragraph is not wrapped."""
        alone = [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
        self.open_tags.enter()
        for index, token in enumerate(tokens):
            self.block = tokens, index
            match token.type:
                case "inline" | "html_block":
                    self._inline(token.children or [])
                case "fence":
                    self._fence(token)
                    self.swallowed(token.content, Place.FENCE, token.info.strip())
                case "code_block":
                    self._code("", token.content)
                case _ if alone:
                    pass
                case _:
                    self._prepare(tokens, index)
                    self._element(tokens, index)
        self.out.append(self.open_tags.leave())

    def _prepare(self, tokens: Sequence[Token], index: int) -> None:
        token = tokens[index]
        if token.level == _OPTIONS.maxNesting - 1 and token.type in _CONTAINERS:
            self._too_deep(token)
        if token.type == "paragraph_open" and _holds_block(tokens[index + 1]):
            token.tag = tokens[index + 2].tag = "div"  # a <p> would end at the block
        if self._directed and token.nesting == 1 and token.tag in _DIRECTED:
            token.attrs["dir"] = "auto"

    def _inline(self, tokens: Sequence[Token]) -> None:
        for index, token in enumerate(tokens):
            writer = WRITERS.get(token.type)
            if writer:
                writer(self, token)
            else:
                self._element(tokens, index)

    def _element(self, tokens: Sequence[Token], index: int) -> None:
        """An element of Markdown's; raw tags left open in it are closed with it."""
        token = tokens[index]
        if token.nesting == -1:
            self.out.append(self.open_tags.leave())
        self.out.append(_RENDERER.renderToken(tokens, index, _OPTIONS, {}))
        if token.nesting == 1:
            self.open_tags.enter()

    def _fence(self, token: Token) -> None:
        language = MD_TRIM_RE.split(mdTrim(unescapeAll(token.info)), maxsplit=1)[0]
        if language and not is_language(language):
            self._unknown_language(token, language)
        self._code(language, token.content)

    def _code(self, language: str, code: str) -> None:
        attributes = ' dir="ltr"' if self._directed else ""
        html = code_block(language, code, cloze=self.cloze, attributes=attributes)
        self.out.append(f"{html}\n")

    def _too_deep(self, token: Token) -> None:
        """The engine leaves out what stands deeper, which must not go unnoticed."""
        start, end = self.places.line(token.map[0] if token.map else 0)
        message = "lists and quotes are nested too deep here to be shown"
        self.problems.append(Problem("nesting", message, start, end, hint="use fewer levels"))

    def _unknown_language(self, token: Token, language: str) -> None:
        from flashdeck.markup.highlight import languages

        close = nearest(language, sorted(languages()))
        start, end = self.places.line(token.map[0] if token.map else 0)
        at = self.places.find(language, start, end)
        self.problems.append(
            Problem(
                "unknown-language",
                f"no highlighting is known for {language}",
                at,
                at + len(language),
                hint=f"did you mean {close}?" if close else "write text to have none",
                severity="warning",
            )
        )


def _holds_block(inline: Token) -> bool:
    return any(
        child.type == "tag" and child.meta["tag"].name in BLOCKS for child in inline.children or ()
    )
