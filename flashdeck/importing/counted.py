"""Sentences that count."""

from __future__ import annotations


def counted(sentence: str, count: int) -> str:
    """Put a number in the place of `{}`; what stands as `(s)` is for several."""
    return sentence.format(f"{count:,}").replace("(s)", "" if count == 1 else "s")
