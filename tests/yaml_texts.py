"""Random texts and names that are hard to write as YAML."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = st.sampled_from(
    [
        *"ab:#-{}[]'\"\\<>&*!|%@` \n\t,?~=05é漢😀\xa0\u3000\u200f\x0b\x92\u2028\ufeff\x00",
        *("{{c1::", "}}", ": ", " #", "\\theta", "\\nu", "\n\n", "- ", "no", "...", "---"),
        *('<img src="a b.png">', "<br>", "<div>one two</div>", " and more words", "a" * 30),
    ]
)
PRINTABLE = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=30)
TEXTS = st.lists(PIECES, max_size=40).map("".join) | PRINTABLE
NAMES = st.lists(PIECES, min_size=1, max_size=5).map(lambda parts: "".join(parts).strip() or "x")
