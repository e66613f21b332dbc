"""Rules for questions that ask too little. They know English only."""

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
_PRONOUNS = frozenset({"it", "this", "that", "they", "them", "these", "those"})
# Words before "it" in a question that names nothing.
_NAMELESS = frozenset(
    "what who whom whose when where why how which is was are were does do did can could will would "
    "should has have had and or but much many long often old far big many first "
    "created invented discovered wrote made founded built developed designed named introduced "
    "released maintains uses".split()
)
# "What does it do?", "When was it first released?": the most words after "it".
_MOST_AFTER = 2
# "How long does it take", "Is it true", "What is it called when": there "it" refers to nothing.
_IDIOMS = frozenset("take takes took true possible important necessary mean called going".split())
# What a pronoun can refer to: pictures, sounds, code, formulas, quotes, a line of its own.
_SHOWN = re.compile(
    r"<(?:img|video|audio|pre|code|blockquote|table|br|p|ul|ol|svg)\b|\[sound:|\\[(\[]"
)


def yes_no(context: LintContext) -> Iterator[Finding]:
    """The answer of a question is only "yes" or "no".

    Every second guess is right, so the card soon seems known; and the words of the question are
    learned instead of the fact. English questions only.

    Fix: ask what the fact is about, with "which", "what", "why" or "how many"; or let the answer
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
        answer, question = entry.field("Answer"), entry.field("Question")
        if answer is None or question is None or "choices" in entry.passages:
            continue
        if plain_word(answer.words) in _BARE and _ASKS_YES_NO.match(question.words):
            message = f"the answer is only '{answer.words}', and every second guess is right"
            hint = "ask with which, what, why or how; or give the reason in the answer"
            yield Finding(question.span, message, hint)


def no_referent(context: LintContext) -> Iterator[Finding]:
    """A question says "it", "this" or "they" and does not name what is meant.

    In the deck file the note above says what "it" is. In a review, that note may have come weeks
    ago, or comes next. A picture, a sound, code or another line in the question counts as a
    referent. English questions only.

    Fix: write the name.

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
        question = entry.field("Question")
        if word and question is not None:
            match = re.search(rf"\b{word}\b", question.text, re.IGNORECASE)
            span = question.place(*match.span()) if match else question.span
            message = f"nothing in this question says what '{word}' is"
            yield Finding(span, message, "write the name: no other card is on the screen")


def _dangling(entry: Entry) -> str:
    question = entry.field("Question")
    if question is None or _SHOWN.search(question.html):
        return ""
    # A phrase to translate needs no referent; its answer is a question as well.
    answers = " ".join(answer.words for answer in entry.texts("Answer"))
    if entry.reverse or "choices" in entry.passages or answers.endswith(("?", "？", "؟")):
        return ""
    words = tokens(question.words)
    place = next((index for index, word in enumerate(words) if word in _PRONOUNS), 0)
    following = words[place + 1 :]
    if not place or not question.words.endswith("?") or len(following) > _MOST_AFTER:
        return ""
    if not _NAMELESS.issuperset(words[:place]) or not _IDIOMS.isdisjoint(following):
        return ""
    return words[place]


# Characters between sentences and words. Not `+ # - = / * %`: "C", "C++" and "C#" differ.
_PUNCTUATION = str.maketrans(dict.fromkeys(".,;:!?…\"'“”„‚‘’«»‹›()[]¿¡–—、。「」？！，：；", " "))
GLUE = frozenset("a an the is are was were do does did be been of s in please exactly".split())
"""Small English words that equal questions may differ in."""


def tokens(words: str) -> list[str]:
    """Return the words of a text without capitals and punctuation.

    A single letter keeps its case, except as the first word: the A of vitamin A is not an article.
    """
    parts = words.translate(_PUNCTUATION).split()
    return [
        word if place and len(word) == 1 else word.casefold() for place, word in enumerate(parts)
    ]


def answer_key(words: str) -> str:
    """Return a key that is equal for answers that differ in case, white space or a full stop."""
    words = " ".join(words.split()).rstrip(".!")
    return words.casefold() if len(words) > 1 else words


def plain_word(words: str) -> str:
    """Return a text of one word without punctuation and capitals, else ''."""
    parts = tokens(words)
    return parts[0] if len(parts) == 1 else ""
