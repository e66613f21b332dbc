"""From what the author wrote to the HTML that Anki stores: Markdown, HTML or plain text."""

from __future__ import annotations

import re
from itertools import islice

from flashdeck.html.addresses import is_played
from flashdeck.html.escape import escape_text, escape_value, inert_mark, shown_text, without_control
from flashdeck.markup.clozes.find import brace_problems
from flashdeck.markup.clozes.problems import cut_formulas
from flashdeck.markup.results import (
    MOST_PROBLEMS,
    Markup,
    Media,
    MediaRefusal,
    MediaResolver,
    Mode,
    Problem,
    Rendered,
)

# Contains nothing with a meaning in Markdown or flashdeck.
_LINE = r"(?:[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0\ufdd1\ue000-\uf8ff\\`*_\[<&{$~=]++|=(?!=))*+"
_BEGINS_NO_BLOCK = r"(?![-+=>#\s]|[0-9]{1,9}[.)](?!\S))(?=[^\n|]+(?:\n|\Z))"
_PLAIN = re.compile(
    rf"(?:(?!\s){_LINE}(?<!\s))?|{_BEGINS_NO_BLOCK}{_LINE}(?<!\s)(?:\n{_BEGINS_NO_BLOCK}{_LINE}(?<!\s))+"
)
_SPACE = " \t\r\n"
_CODE = re.compile(r"<code\b.*?</code>", re.DOTALL)
_NOT_TEXT_ALONE = re.compile(r"[<\[\\&]")
_LATEX = ("latex", "$", "$$")


def _same_name(destination: str) -> str:
    return destination


def render(
    text: str,
    markup: Markup = Markup.MARKDOWN,
    *,
    cloze: bool = False,
    media: MediaResolver = _same_name,
    static: MediaResolver | None = None,
    allow_scripts: bool = False,
    allow_latex: bool = False,
    join_lines: bool = False,
) -> Rendered:
    """Render one field. Never raises, whatever the text; problems come in order of their places.

    With `cloze`, `{{c1::…}}` is kept for Anki; else braces are text. `media` names the file in the
    package for a destination, `static` where Anki does not look for media (as `media` by default).
    `allow_scripts` lets active content pass, `allow_latex` only LaTeX.
    With `join_lines` a line break in Markdown is a space, as in CommonMark.
    """
    names = Media(media, static or media)
    if markup == Markup.MARKDOWN:
        rendered = _markdown(text, Mode(names, cloze, allow_scripts, join_lines))
    elif markup == Markup.HTML:
        rendered = _html(text, names, allow_scripts=allow_scripts)
    else:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        rendered = Rendered(without_control("<br>".join(shown_text(line) for line in lines)))
    problems = list(rendered.problems)
    if cloze and "{{c" in text:
        if braces := brace_problems(text, markdown=markup == Markup.MARKDOWN):
            # What seems to cross a cloze that ends too early is inside of it.
            problems = [problem for problem in problems if problem.rule != "cloze-nesting"]
            problems += braces
        problems += islice(cut_formulas(text), MOST_PROBLEMS)
    if "[/" in text and not (allow_scripts or allow_latex or markup == Markup.TEXT):
        problems += latex_problems(text, rendered.html)
    if not problems:
        return rendered
    problems.sort(key=lambda problem: (problem.start, problem.end))
    return Rendered(rendered.html, tuple(problems))


def is_plain(text: str) -> bool:
    """Whether a Markdown text is shown as written. Some such texts are not recognised."""
    return _PLAIN.fullmatch(text) is not None


def picture(destination: str, *, media: MediaResolver) -> str | MediaRefusal:
    """Write a picture that is named outside of any text, or return why there is none."""
    if is_played(destination):
        return MediaRefusal(f"'{destination}' is not a picture", rule="media-kind")
    name = Media(media, media).name(destination)
    return name if isinstance(name, MediaRefusal) else f'<img src="{escape_value(name)}" alt="">'


def _html(text: str, media: Media, *, allow_scripts: bool) -> Rendered:
    if not _NOT_TEXT_ALONE.search(text):
        return Rendered(text)
    from flashdeck.markup.html_field import render_html

    return render_html(text, media, allow_scripts=allow_scripts)


def _markdown(text: str, mode: Mode) -> Rendered:
    source = text.strip(_SPACE)
    if is_plain(source):
        html = escape_text(source)
        return Rendered(
            html if mode.join_lines or "\n" not in html else html.replace("\n", "<br>\n")
        )
    from flashdeck.markup.markdown import render_markdown

    offset = text.index(source[0]) if source else 0
    return render_markdown(source, offset, mode)


def latex_problems(text: str, html: str) -> list[Problem]:
    """Report `[latex]…[/latex]` and its short forms, wherever Anki would find them in a field.

    Markdown shows them as text, which their author did not mean either; code may hold them. The
    dollars of the short forms may read as a formula in Markdown.
    """
    if "[/" not in text:
        return []
    closed = html.rfind("</code>") + len("</code>")
    shown = _CODE.sub("", html[:closed]) + html[closed:] if _kind_in(text, _LATEX) else ""
    shown = shown.replace(inert_mark("\\["), "\\[").replace("&#91;", "[")
    kind = _kind_in(html, _LATEX) or _kind_in(shown, _LATEX) or _kind_in(text, _LATEX[1:])
    if not kind:
        return []
    found = re.search(re.escape(f"[{kind}]"), text, re.IGNORECASE)
    start = found.start() if found else 0
    message = f"[{kind}] runs LaTeX on the learner's machine"
    hint = "write $…$, which every Anki shows by itself"
    end = min(start + len(kind) + 2, len(text))
    return [Problem("active-content", message, start, end, hint)]


def _kind_in(text: str, kinds: tuple[str, ...]) -> str:
    lower = text.lower()
    return next((k for k in kinds if 0 <= lower.find(f"[{k}]") < lower.rfind(f"[/{k}]")), "")
