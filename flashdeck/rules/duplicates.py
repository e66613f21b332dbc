"""Notes that ask what another note asks already.

All three rules look notes up by keys, so that their time grows with the number of notes and not
with the number of pairs; a key is made of what has to be equal.
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

# Of questions that are longer only the whole is compared.
_MOST_TOKENS = 40
# Shorter words are other words when a letter is swapped ("form", "from").
_SHORTEST = 5
# What is read letter by letter: there a dot or a capital makes another question.
_EXACT = ("<code", "<pre", "<sub", "<sup", r"\(", r"\[")


@dataclass(frozen=True, slots=True)
class _Request:
    """A question: where, what decides whether two are the same, and its answer's words."""

    entry: Entry
    exact: str
    tokens: tuple[str, ...]
    answer: str

    @property
    def root(self) -> str:
        """The root deck: what one learner has together."""
        return root(self.entry.deck)


def duplicate_question(context: LintContext) -> Iterator[Finding]:
    """Two notes ask the same and are answered the same.

    The learner studies one fact twice, and whoever mends a mistake in one of them leaves it in the
    other. Notes of different root decks are not compared: they go to different learners.

    Mend: keep one of them, with the tags of both.

    Fails::

        notes:
          - {q: Who created Flask?, a: Armin Ronacher}
          - {q: Who created Flask?, a: Armin Ronacher}

    Passes::

        notes:
          - {q: Who created Flask?, a: Armin Ronacher}
          - {q: Who created Django?, a: Adrian Holovaty and Simon Willison}
    """
    first: dict[tuple[str, str, str], _Request] = {}
    for one in _asked(context.entries):
        twin = first.setdefault((one.root, one.exact, one.answer), one)
        if twin is not one:
            message = f"the same note stands in {_place(twin)}"
            yield Finding(one.entry.span, message, "keep one of them")


def different_answers(context: LintContext) -> Iterator[Finding]:
    """One question has two answers, in two notes of one deck.

    The learner can't know which one is asked for, and fails cards that were known.

    Mend: say in each question what tells them apart, or make one note of both.

    Fails::

        notes:
          - {q: What is Flask built on?, a: Werkzeug}
          - {q: What is Flask built on?, a: Jinja}

    Passes::

        notes:
          - {q: Which library does Flask use for WSGI?, a: Werkzeug}
          - {q: Which library does Flask use for templates?, a: Jinja}
    """
    first: dict[tuple[str, str], _Request] = {}
    for one in _asked(context.entries):
        twin = first.setdefault((one.entry.deck, one.exact), one)
        if one.answer != twin.answer and one.answer and twin.answer:
            message = f"the same question has another answer in {_place(twin)}"
            yield Finding(one.entry.span, message, "say in each what tells them apart")


def near_duplicate(context: LintContext) -> Iterator[Finding]:
    """Two questions with the same answer differ in nothing that carries meaning.

    Compared without capitals, punctuation, the order of words, little words such as "the" and one
    slip of a letter (a plural, a letter twice, two letters swapped). Questions with code, formulas
    or powers are left out: there every character counts. A name in the place of another name is
    never taken for a slip, however long the question.

    Mend: keep one of them.

    Fails::

        notes:
          - {q: Which language is Flask written in?, a: Python}
          - {q: "In which language is Flask written?", a: Python}

    Passes::

        notes:
          - {q: Which language is Flask written in?, a: Python}
          - {q: Which language is Django written in?, a: Python}
    """
    asked = [one for one in _asked(context.entries) if one.tokens and one.answer]
    said: set[int] = set()
    for one, twin in (*_reworded(asked), *_slips(asked)):
        later, former = (one, twin) if one.entry.span > twin.entry.span else (twin, one)
        if one.exact != twin.exact and id(later) not in said:
            said.add(id(later))
            message = f"nearly the same note stands in {_place(former)}"
            yield Finding(later.entry.span, message, "keep one of them")


def _asked(entries: Iterable[Entry]) -> Iterator[_Request]:
    for entry in entries:
        if (question := entry.passage("q")) is not None and entry.kind == "question":
            exact = "\0".join((_exact(question), *map(_exact, entry.passages.get("choices", ()))))
            plain = "choices" not in entry.passages and _is_plain(question)
            words = tokens(question.words) if plain else ()
            yield _Request(entry, exact, tuple(words[: _MOST_TOKENS + 1]), _answer(entry))
        elif (text := entry.passage("cloze")) is not None:
            # The same sentence with other gaps is another note.
            words = tokens(text.words) if _is_plain(text) else ()
            yield _Request(entry, _exact(text), tuple(words[: _MOST_TOKENS + 1]), "cloze")


def _exact(passage: FieldText) -> str:
    return passage.html if "<" in passage.html else passage.words


def _answer(entry: Entry) -> str:
    answers = entry.passages.get("a", ())
    if all(map(_is_plain, answers)):
        return answer_key(" ".join(one.words for one in answers))
    return " ".join(one.html for one in answers)


def _is_plain(passage: FieldText) -> bool:
    return not any(one in passage.html for one in _EXACT)


def _place(one: _Request) -> str:
    return f"{one.entry.span.path}:{one.entry.span.line}"


def _reworded(asked: Sequence[_Request]) -> Iterator[tuple[_Request, _Request]]:
    """Pairs that hold the same words but for little ones, in any order."""
    first: dict[tuple[str, str, tuple[str, ...]], _Request] = {}
    for one in asked:
        content = sorted(word for word in one.tokens if word not in GLUE)
        if content and len(one.tokens) <= _MOST_TOKENS:
            twin = first.setdefault((one.root, one.answer, tuple(content)), one)
            if twin is not one:
                yield one, twin


def _slips(asked: Sequence[_Request]) -> Iterator[tuple[_Request, _Request]]:
    """Pairs that differ in one word, and in that by a slip.

    Of two words that both stand in other questions as well neither is a slip.
    """
    known = Counter(word for one in asked for word in set(one.tokens))
    answered = Counter((one.root, one.answer) for one in asked)
    groups: defaultdict[int, list[tuple[str, _Request]]] = defaultdict(list)
    for one in asked:
        if answered[one.root, one.answer] > 1 and len(one.tokens) <= _MOST_TOKENS:
            for place, word in enumerate(one.tokens):
                if len(word) >= _SHORTEST and word.isalpha():
                    rest = (one.root, one.answer, one.tokens[:place], one.tokens[place + 1 :])
                    groups[hash(rest)].append((word, one))
    for group in groups.values():
        # Words that differ by a slip stand beside each other when sorted by their beginnings or by
        # their ends, unless others do more so; in a group of names nothing is compared twice.
        for order in (lambda pair: pair[0], lambda pair: pair[0][::-1]):
            row = sorted(group, key=order) if len(group) > 1 else ()
            for (word, one), (other, twin) in pairwise(row):
                if _is_slip(word, other) and min(known[word], known[other]) == 1:
                    yield one, twin


def _is_slip(one: str, other: str) -> bool:
    """Whether one word is the other with a letter more, or with two letters swapped."""
    if len(one) < len(other):
        one, other = other, one
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return len(one) == len(other) + 1
    if len(one) == len(other) + 1:
        return one[start + 1 :] == other[start:]
    swapped = other[:start] + other[start : start + 2][::-1] + other[start + 2 :]
    return one == swapped and one != other
