"""Words of a text as rules compare them."""

from __future__ import annotations

# What ends sentences and sets words apart. Not `+ # - = / * %`: "C", "C++" and "C#" are three.
_PUNCTUATION = str.maketrans(dict.fromkeys(".,;:!?…\"'“”„‚‘’«»‹›()[]¿¡–—、。「」？！，：；", " "))
GLUE = frozenset("a an the is are was were do does did be been of s in please exactly".split())
"""Little English words that two equal questions may differ in."""


def tokens(words: str) -> list[str]:
    """Give the words of a text without capitals and punctuation.

    A single letter stays as it is, but for the first word: vitamin A is no article.
    """
    found = words.translate(_PUNCTUATION).split()
    return [
        word if place and len(word) == 1 else word.casefold() for place, word in enumerate(found)
    ]


def answer_key(words: str) -> str:
    """Give what is equal for answers that differ in capitals, blanks and a full stop only."""
    words = " ".join(words.split()).rstrip(".!")
    return words.casefold() if len(words) > 1 else words


def plain_word(words: str) -> str:
    """Give a text that is one word without its punctuation and capitals, else ''."""
    found = tokens(words)
    return found[0] if len(found) == 1 else ""
