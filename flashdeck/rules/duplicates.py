"""Rules for notes with the question of another note.

All three rules look up notes by a key, so that their time grows with the number of notes, not with
the number of pairs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flashdeck.anki.deck_names import root
from flashdeck.rules.context import Entry, FieldText, LintContext
from flashdeck.rules.rule import Finding
from flashdeck.rules.wording import GLUE, answer_key, tokens

# Longer questions are only compared as a whole.
_MOST_TOKENS = 40
# Swapped letters often make another word of shorter ones ("form", "from").
_SHORTEST = 5
# In code and formulas, a dot or a capital letter makes another question.
_EXACT = ("<code", "<pre", "<sub", "<sup", r"\(", r"\[")


@dataclass(frozen=True, slots=True)
class _Question:
    """A question, with keys for comparison and the words of its answer."""

    entry: Entry
    exact: str
    tokens: tuple[str, ...]
    answer: str

    @property
    def root(self) -> str:
        """The root deck, which a learner imports as a whole."""
        return root(self.entry.deck)


def duplicate_question(context: LintContext) -> Iterator[Finding]:
    """Two notes have the same question and the same answer.

    The learner studies one fact twice, and a mistake that is fixed in one note stays in the other.
    Notes of different root decks are not compared: they go to different learners.

    Fix: keep one of them, with the tags of both.

    Fails::

        notes:
          - {q: Who created Flask?, a: Armin Ronacher}
          - {q: Who created Flask?, a: Armin Ronacher}

    Passes::

        notes:
          - {q: Who created Flask?, a: Armin Ronacher}
          - {q: Who created Django?, a: Adrian Holovaty and Simon Willison}
    """
    first: dict[tuple[str, str, str], _Question] = {}
    for question in _questions(context.entries):
        other = first.setdefault((question.root, question.exact, question.answer), question)
        if other is not question:
            message = f"the same note is in {_place(other)}"
            yield Finding(question.entry.span, message, "keep one of them")


def different_answers(context: LintContext) -> Iterator[Finding]:
    """A question has different answers in two notes of a deck.

    The learner can't know which answer is expected, and fails cards that were known.

    Fix: say in each question how they differ, or combine both in one note.

    Fails::

        notes:
          - {q: What is Flask built on?, a: Werkzeug}
          - {q: What is Flask built on?, a: Jinja}

    Passes::

        notes:
          - {q: Which library does Flask use for WSGI?, a: Werkzeug}
          - {q: Which library does Flask use for templates?, a: Jinja}
    """
    first: dict[tuple[str, str], _Question] = {}
    for question in _questions(context.entries):
        other = first.setdefault((question.entry.deck, question.exact), question)
        if question.answer != other.answer and question.answer and other.answer:
            message = f"the same question has another answer in {_place(other)}"
            yield Finding(question.entry.span, message, "say in each how they differ")


def near_duplicate(context: LintContext) -> Iterator[Finding]:
    """Two questions with the same answer differ only in parts without meaning.

    Compared without capitals, punctuation, the order of words, small words such as "the" and one
    typo (a plural, a letter twice, two letters swapped). Questions with code, formulas
    or powers are left out: there every character counts. Another name in the place
    of a name is never a typo, however long the question.

    Fix: keep one of them.

    Fails::

        notes:
          - {q: Which language is Flask written in?, a: Python}
          - {q: "In which language is Flask written?", a: Python}

    Passes::

        notes:
          - {q: Which language is Flask written in?, a: Python}
          - {q: Which language is Django written in?, a: Python}
    """
    questions = [asked for asked in _questions(context.entries) if asked.tokens and asked.answer]
    reported: set[int] = set()
    for question, other in (*_reworded(questions), *_typos(questions)):
        former, later = sorted((question, other), key=lambda asked: asked.entry.span.order)
        if question.exact != other.exact and id(later) not in reported:
            reported.add(id(later))
            message = f"nearly the same note is in {_place(former)}"
            yield Finding(later.entry.span, message, "keep one of them")


def _questions(entries: Iterable[Entry]) -> Iterator[_Question]:
    for entry in entries:
        if (question := entry.field("Question")) is not None:
            exact = "\0".join((_exact(question), *map(_exact, entry.passages.get("choices", ()))))
            plain = "choices" not in entry.passages and _is_plain(question)
            words = tokens(question.words) if plain else ()
            yield _Question(entry, exact, tuple(words[: _MOST_TOKENS + 1]), _answer(entry))
        elif (text := entry.field("Text")) is not None:
            # The same sentence with other cloze deletions is another note.
            words = tokens(text.words) if _is_plain(text) else ()
            yield _Question(entry, _exact(text), tuple(words[: _MOST_TOKENS + 1]), "cloze")


def _exact(passage: FieldText) -> str:
    return passage.html if "<" in passage.html else passage.words


def _answer(entry: Entry) -> str:
    answers = entry.texts("Answer")
    if all(map(_is_plain, answers)):
        return answer_key(" ".join(text.words for text in answers))
    return " ".join(text.html for text in answers)


def _is_plain(passage: FieldText) -> bool:
    return not any(mark in passage.html for mark in _EXACT)


def _place(question: _Question) -> str:
    return f"{question.entry.span.path}:{question.entry.span.line}"


def _reworded(questions: Sequence[_Question]) -> Iterator[tuple[_Question, _Question]]:
    """Pairs with the same words in any order, apart from small words."""
    first: dict[tuple[str, str, tuple[str, ...]], _Question] = {}
    for question in questions:
        content = sorted(word for word in question.tokens if word not in GLUE)
        if content and len(question.tokens) <= _MOST_TOKENS:
            other = first.setdefault((question.root, question.answer, tuple(content)), question)
            if other is not question:
                yield question, other


def _typos(questions: Sequence[_Question]) -> Iterator[tuple[_Question, _Question]]:
    """Pairs that differ in one word, by a typo.

    If both words are in other questions as well, neither is a typo.
    """
    known = Counter(word for question in questions for word in set(question.tokens))
    answered = Counter((question.root, question.answer) for question in questions)
    groups: defaultdict[int, list[tuple[str, _Question]]] = defaultdict(list)
    for question in questions:
        key = (question.root, question.answer)
        if answered[key] > 1 and len(question.tokens) <= _MOST_TOKENS:
            for place, word in enumerate(question.tokens):
                if len(word) >= _SHORTEST and word.isalpha():
                    rest = (*key, question.tokens[:place], question.tokens[place + 1 :])
                    groups[hash(rest)].append((word, question))
    for group in groups.values():
        # Words that differ by a typo are usually neighbours when sorted by their beginnings or by
        # their ends. This keeps the time of large groups low.
        for order in (lambda pair: pair[0], lambda pair: pair[0][::-1]):
            row = sorted(group, key=order) if len(group) > 1 else ()
            for (word, question), (next_word, other) in pairwise(row):
                if _is_typo(word, next_word) and min(known[word], known[next_word]) == 1:
                    yield question, other


def _is_typo(word: str, other: str) -> bool:
    """Whether words differ by an additional letter, or by two swapped letters."""
    if len(word) < len(other):
        word, other = other, word
    start = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), None)
    if start is None:
        return len(word) == len(other) + 1
    if len(word) == len(other) + 1:
        return word[start + 1 :] == other[start:]
    swapped = other[:start] + other[start : start + 2][::-1] + other[start + 2 :]
    return word == swapped and word != other
