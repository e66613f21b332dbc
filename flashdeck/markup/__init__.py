"""From what the author wrote to the HTML that Anki stores: Markdown, HTML or plain text."""

from __future__ import annotations

from flashdeck.markup.addresses import is_played
from flashdeck.markup.clozecheck import cloze_problems
from flashdeck.markup.clozehints import cut_formulas
from flashdeck.markup.clozes import brace_problems
from flashdeck.markup.palette import code_css
from flashdeck.markup.plain import escape_text, inert_braces, inert_text, is_plain, without_control
from flashdeck.markup.references import Media
from flashdeck.markup.results import Markup, MediaRefusal, MediaResolver, Problem, Rendered
from flashdeck.markup.shelltags import shell_tag_problems
from flashdeck.markup.simple import simple

__all__ = [
    "Markup",
    "MediaRefusal",
    "MediaResolver",
    "Problem",
    "Rendered",
    "cloze_problems",
    "code_css",
    "escape_text",
    "inert_braces",
    "is_plain",
    "picture",
    "render",
    "shell_tag_problems",
]

_BLANK = " \t\r\n"


def _same_name(destination: str) -> str:
    return destination


def render(
    text: str,
    markup: Markup = Markup.MARKDOWN,
    *,
    cloze: bool = False,
    media: MediaResolver = _same_name,
    allow_scripts: bool = False,
    allow_latex: bool = False,
) -> Rendered:
    """Render one field. Never raises, whatever the text; problems come in order of their places.

    With `cloze`, `{{c1::…}}` is kept for Anki; else braces are text. `media` names the file in the
    package for a destination. `allow_scripts` lets active content pass, `allow_latex` only LaTeX.
    """
    if markup == Markup.MARKDOWN:
        rendered = _markdown(text, media, cloze=cloze, scripts=allow_scripts)
    elif markup == Markup.HTML:
        rendered = _html(text, media, scripts=allow_scripts)
    else:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        rendered = Rendered(without_control("<br>".join(inert_text(line) for line in lines)))
    problems = list(rendered.problems)
    if cloze:
        problems += brace_problems(text, markdown=markup == Markup.MARKDOWN)
        problems += cut_formulas(text)
    if not (allow_scripts or allow_latex or markup == Markup.TEXT):
        problems += shell_tag_problems(text, rendered.html)
    if not problems:
        return rendered
    problems.sort(key=lambda problem: (problem.start, problem.end))
    return Rendered(rendered.html, tuple(problems))


def picture(destination: str, *, media: MediaResolver) -> str | MediaRefusal:
    """Write a picture that is named outside of any text, or say why there is none."""
    if is_played(destination):
        return MediaRefusal(f"'{destination}' is no picture", rule="media-kind")
    name = Media(media).name(destination)
    return name if isinstance(name, MediaRefusal) else f'<img src="{escape_text(name)}" alt="">'


def _html(text: str, media: MediaResolver, *, scripts: bool) -> Rendered:
    if "<" not in text and "[" not in text:
        return Rendered(text)
    from flashdeck.markup.htmlfield import render_html

    return render_html(text, Media(media), allow_scripts=scripts)


def _markdown(text: str, media: MediaResolver, *, cloze: bool, scripts: bool) -> Rendered:
    source = text.strip(_BLANK)
    if is_plain(source):
        return Rendered(escape_text(source))
    files = Media(media)
    html = simple(source, cloze=cloze, media=files)
    if html is not None:
        return Rendered(html)
    from flashdeck.markup.byengine import render_by_engine

    offset = len(text) - len(text.lstrip(_BLANK))
    return render_by_engine(source, offset, files, cloze=cloze, allow_scripts=scripts)
