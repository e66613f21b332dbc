"""Anki's own LaTeX tags, which run programs on the learner's machine."""

from __future__ import annotations

from flashdeck.markup.results import Problem

_KINDS = ("latex", "$", "$$")


def shell_tag_problems(text: str, html: str) -> list[Problem]:
    """`[latex]…[/latex]` and its short forms, wherever Anki would find them in a field.

    The dollars of the short forms read as a formula in Markdown, so these are looked for in the
    author's text as well.
    """
    kind = _kind_in(html, _KINDS) or _kind_in(text, _KINDS[1:])
    if not kind:
        return []
    start = max(text.lower().find(f"[{kind}]"), 0)
    return [
        Problem(
            "active-content",
            f"[{kind}] runs LaTeX on the learner's machine",
            start,
            min(start + len(kind) + 2, len(text)),
            hint="write $…$, which every Anki shows by itself",
        )
    ]


def _kind_in(text: str, kinds: tuple[str, ...]) -> str:
    if "[/" not in text:
        return ""
    lower = text.lower()
    return next((k for k in kinds if 0 <= lower.find(f"[{k}]") < lower.rfind(f"[/{k}]")), "")
