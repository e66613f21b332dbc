"""Words of a text as rules compare them."""

from __future__ import annotations

# What ends sentences and sets words apart. Not `+ # - = / * %`: "C", "C++" and "C#" are three.
_PUNCTUATION = str.maketrans(dict.fromkeys(".,;:!?…\"'“”„‚‘’«»‹›()[]¿¡–—、。「」？！，：；", " "))
GLUE = frozenset("a an the is are was were do does did be been of s in please exactly".split())
"""Little English words that two equal questions may differ in."""


def tokens(words: str) -> list[str]:
    """Give the words of a text without capitals and punctuation."""
    return words.casefold().translate(_PUNCTUATION).split()


def key_of(words: str) -> str:
    """Give what is equal for texts that differ in capitals, punctuation and blanks only."""
    return " ".join(tokens(words)) or words


def plain_word(words: str) -> str:
    """Give a text that is one word without its punctuation and capitals, else ''."""
    found = tokens(words)
    return found[0] if len(found) == 1 else ""
