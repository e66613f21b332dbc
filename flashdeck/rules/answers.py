"""Rules for answers that are too long, list too much, are part of the question, or are choices."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flashdeck.anki.html_text import readable
from flashdeck.diagnostics import Fix
from flashdeck.rules.context import Entry, FieldText, LintContext
from flashdeck.rules.rule import Finding
from flashdeck.rules.wording import tokens
from flashdeck.text import shortened, without_enclosed

_MOST_WORDS = 60
# In scripts without spaces, this many characters count as a word.
_WORD = 8
_APART = ("pre", "table", "details")
_SHOWN_APART = (
    re.compile(rf"<(?:{'|'.join(f'({name})' for name in _APART)})\b"),
    [re.compile(f"</{name}>") for name in _APART],
)
_MOST_ITEMS, _MOST_NAMES = 3, 4
_BETWEEN = re.compile(r"[,;、，]\s*(?:and |or )?|\s(?:and|or)\s")
_LONGEST_ITEM = 4
# A key with block text that is a list of single lines, with one kind of mark.
_PLAIN_LIST = re.compile(
    r"a: \|-?(?=\n(?P<indent> +))"
    r"(?:(?:\n(?P=indent)[-*+] \S.*)+|(?:\n(?P=indent)(?P<number>[0-9]{1,3}[.)]) \S.*)+)"
)
_MARK = re.compile(r" *(?:[-*+]|[0-9]{1,3}[.)]) ")
# Text that needs no quotes in YAML; other text may not need them either.
_PLAIN = re.compile(r"[^\W\d_](?:[^:#]*[^:#\s])?")
_FEWEST_WORDS = 3
_SHORTEST_ANSWER = 4
_WIDEST = 40
_QUOTES = '"“”„‚‘’«»'
# "or" in several languages: such a question offers its answer on purpose.
_OR = frozenset(
    "or oder ou o eller lub nebo alebo vagy veya või tai ali atau или або vs versus".split()
)


def answer_in_question(context: LintContext) -> Iterator[Finding]:
    """The words of the answer are in the question.

    Such a card is answered by reading it. Words in quotes, emphasis or code are what the question
    is about and don't count, nor do questions that offer a choice ("A or B?").

    Fix: take the words out of the question.

    Fails::

        notes:
          - {q: Which web server gateway interface is behind the gateway interface WSGI?,
             a: Web server gateway interface}

    Passes::

        notes:
          - {q: What does WSGI stand for?, a: Web server gateway interface}
    """
    for entry in context.entries:
        question, answer = entry.field("Question"), entry.field("Answer")
        if question is None or answer is None:
            continue
        if "choices" in entry.passages or "<" in question.html or "<" in answer.html:
            continue
        if _gives_away(question.words, answer.words):
            match = re.search(re.escape(answer.text.strip(" .")), question.text, re.IGNORECASE)
            span = question.place(*match.span()) if match else question.span
            message = f"the question contains its answer: '{shortened(answer.words, _WIDEST)}'"
            yield Finding(span, message, "take these words out of the question")


def long_answer(context: LintContext) -> Iterator[Finding]:
    """An answer of more than 60 words.

    Nobody recalls that much at once: when parts of it are forgotten, the whole card is failed
    because of them, or passed in spite of them. Code, tables and what opens on a tap don't count.

    Fix: keep the sentence that answers, and put the rest into `extra`; or make several notes.

    Fails::

        notes:
          - q: What happens when a request reaches a Flask app?
            a: |
              The server calls the app as a WSGI callable. Flask pushes an application context and a
              request context, so that the proxies work. It runs the functions that were registered
              to run before a request. It matches the address against the routes and calls the view
              that belongs to it. What the view returns is made a response, the functions that run
              after a request may change it, and the contexts are popped again.

    Passes::

        notes:
          - q: What does Flask push before it handles a request?
            a: An application context and a request context
            extra: They are what `current_app` and `request` point at, and are popped afterwards.
    """
    for entry in context.entries:
        answer = entry.field("Answer")
        if answer is None or len(answer.words) < 4 * _MOST_WORDS:
            continue
        words = readable(without_enclosed(answer.html, *_SHOWN_APART, " "))
        count = max(len(words.split()), len(words) // _WORD)
        if count > _MOST_WORDS:
            message = f"an answer of about {count} words is too long for one card"
            yield Finding(answer.span, message, "move what is not asked into 'extra', or split it")


def enumeration(context: LintContext) -> Iterator[Finding]:
    """An answer that lists many things: four items or more, or five names or more in a row.

    Lists are hard to learn: every review recalls some of the items and forgets others.

    Fix: make it a note with `list`, where the order matters, or with `set`: each item has its card.
    `check --fix` does so for a Markdown list that is the whole answer of a note without an id. A
    note with one was released, and would be a new note without reviews.

    Fails::

        notes:
          - q: Which are the projects of Pallets?
            a: Flask, Werkzeug, Jinja, Click, MarkupSafe, ItsDangerous

    Passes::

        notes:
          - q: Which are the projects of Pallets?
            set: [Flask, Werkzeug, Jinja, Click, MarkupSafe, ItsDangerous]
    """
    for entry in context.entries:
        answer = entry.field("Answer")
        if answer is None or "choices" in entry.passages:
            continue
        items = answer.html.count("<li>")
        count = items if items > _MOST_ITEMS else _names(entry, answer)
        if count:
            message = f"this answer lists {count} things to recall at once"
            fix = _as_items(entry, answer)
            hint = "give its items as 'list', or without an order as 'set': a card for each"
            if entry.pair("id") is not None:
                hint += "; that is a new note, without reviews"
            yield Finding(answer.span, message, hint, fix)


def choices_reverse(context: LintContext) -> Iterator[Finding]:
    """A note with choices has a reverse card.

    The question of that card is the answer alone, without the choices, and its answer is the
    question with all of them.

    Fix: remove `reverse`, or write a note for the other direction.

    Fails::

        notes:
          - {q: Which library renders templates?, choices: [Jinja, Click], a: Jinja, reverse: true}

    Passes::

        notes:
          - {q: Which library renders templates?, choices: [Jinja, Click], a: Jinja}
          - {q: What does Jinja do?, a: It renders templates.}
    """
    for entry in context.entries:
        if entry.reverse and "choices" in entry.passages:
            message = "the reverse card of a note with choices shows only its answer"
            hint = "remove 'reverse', or write a note for the other direction"
            yield Finding(entry.flags["reverse"], message, hint)


def _as_items(entry: Entry, answer: FieldText) -> Fix | None:
    """Return the edit that makes a list of an answer that is nothing else, in a new note."""
    pair = entry.pair("a")
    match = _PLAIN_LIST.fullmatch(pair.value) if pair is not None else None
    if match is None or pair is None or answer.markup != "markdown" or entry.reverse:
        return None
    if entry.pair("id") or entry.pair("typed"):
        return None
    lines = ["list:" if match["number"] else "set:"]
    for line in pair.value.split("\n")[1:]:
        mark = _MARK.match(line)
        text = line[mark.end() :] if mark else line
        text = text if _PLAIN.fullmatch(text) else "'" + text.replace("'", "''") + "'"
        lines.append(f"{match['indent']}- {text}")
    return Fix(pair.span, "\n".join(lines), in_text=True)


def _names(entry: Entry, answer: FieldText) -> int:
    """Count the short items of an answer that is an inline list; 0 for any other answer."""
    question = entry.field("Question")
    if question is None or len(tokens(question.words)) < _FEWEST_WORDS:
        return 0
    if "<" in answer.html or "\\" in answer.html:
        return 0
    items = [item.split() for item in _BETWEEN.split(answer.words.rstrip(".")) if item.strip()]
    if any(character.isdigit() for character in answer.words):
        return 0  # a date, a sum, a place
    if any(len(item) > _LONGEST_ITEM or item[-1].endswith((".", ":")) for item in items):
        return 0
    return len(items) if len(items) > _MOST_NAMES else 0


def _gives_away(question: str, answer: str) -> bool:
    asked, wanted = (" ".join(tokens(words)) for words in (question, answer))
    if f" {wanted} " not in f" {asked} " or len(wanted) < _SHORTEST_ANSWER or wanted.isdigit():
        return False
    words = asked.split()
    if len(words) < len(wanted.split()) + _FEWEST_WORDS or not _OR.isdisjoint(words):
        return False
    escaped = re.escape(answer.strip(" ."))
    offered = rf"[{_QUOTES},:]\s*{escaped}|{escaped}\s*[{_QUOTES},]"
    return re.search(offered, question, re.IGNORECASE) is None
