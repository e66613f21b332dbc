"""Questions that say too little. These rules know English; other languages pass unread."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flashdeck.rules.context import Entry, LintContext
from flashdeck.rules.rule import Finding

_BARE = frozenset({"yes", "no", "true", "false"})
_ASKS_YES_NO = re.compile(
    r"(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|should|must|may|might)"
    r"(?:n['’]t)? |true or false\b",
    re.IGNORECASE,
)
_POINTING = frozenset({"it", "this", "that", "they", "them", "these", "those"})
# What may stand before "it" in a question that names nothing.
_NAMELESS = frozenset(
    "what who whom whose when where why how which is was are were does do did can could will would "
    "should has have had and or but much many long often old far big many first "
    "created invented discovered wrote made founded built developed designed named introduced "
    "released maintains uses".split()
)
# "What does it do?", "When was it first released?": at most so many words behind "it".
_MOST_BEHIND = 2
# "How long does it take", "Is it true", "What is it called when": there "it" stands for nothing.
_IDIOMS = frozenset("take takes took true possible important necessary mean called going".split())
# What a pointing word can point at: pictures, sounds, code, formulas, quotes, a line of its own.
_SHOWN = re.compile(
    r"<(?:img|video|audio|pre|code|blockquote|table|br|p|ul|ol|svg)\b|\[sound:|\\[(\[]"
)


def yes_no(context: LintContext) -> Iterator[Finding]:
    """A question that is answered by "yes" or "no" alone.

    Every second guess is right, so the card soon feels known; and the words of the question are
    learned instead of the fact. English questions only.

    Mend: ask what the fact is about, with "which", "what", "why" or "how many"; or let the answer
    give the reason.

    Fails::

        notes:
          - {q: Does Flask include an ORM?, a: "No"}

    Passes::

        notes:
          - {q: Which ORM does Flask include?, a: None; the developer chooses one}
          - {q: Does Flask include an ORM?, a: "No, the developer chooses one."}
    """
    for entry in context.entries:
        answer, question = entry.passage("a"), entry.passage("q")
        if answer is None or question is None or "choices" in entry.passages:
            continue
        if plain_word(answer.words) in _BARE and _ASKS_YES_NO.match(question.words):
            message = f"this is answered by '{answer.words}' alone, and every second guess is right"
            hint = "ask with which, what, why or how; or give the reason in the answer"
            yield Finding(question.span, message, hint)


def no_referent(context: LintContext) -> Iterator[Finding]:
    """A question says "it", "this" or "they" and names nothing that could be meant.

    In the deck's file the note above says what "it" is. In a review that note may have come weeks
    ago, or comes next. A picture, a sound, code or another line in the question counts as something
    to point at. English questions only.

    Mend: write the name.

    Fails::

        notes:
          - {q: Who created Flask?, a: Armin Ronacher}
          - {q: When was it released?, a: In 2010}

    Passes::

        notes:
          - {q: When was Flask released?, a: In 2010}
          - {q: "When Flask starts, what does it read?", a: Its configuration}
    """
    for entry in context.entries:
        word = _dangling(entry)
        question = entry.passage("q")
        if word and question is not None:
            found = re.search(rf"\b{word}\b", question.text, re.IGNORECASE)
            span = question.place(*found.span()) if found else question.span
            message = f"nothing in this question says what '{word}' is"
            yield Finding(span, message, "write the name: no other card is on the screen")


def _dangling(entry: Entry) -> str:
    question = entry.passage("q")
    if entry.kind != "question" or question is None or _SHOWN.search(question.html):
        return ""
    # A phrase to translate has no referent, and its answer is as much of a question.
    if entry.reverse or "choices" in entry.passages or entry.words("a").endswith(("?", "？", "؟")):
        return ""
    words = tokens(question.words)
    place = next((at for at, word in enumerate(words) if word in _POINTING), 0)
    behind = words[place + 1 :]
    if not place or not question.words.endswith("?") or len(behind) > _MOST_BEHIND:
        return ""
    if not _NAMELESS.issuperset(words[:place]) or not _IDIOMS.isdisjoint(behind):
        return ""
    return words[place]


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
