"""Notes as people type and paste them into Anki's editor, in HTML of great variety."""

from __future__ import annotations

import random
from collections.abc import Callable

from flashdeck.model import Card, Collection, Deck, Field, Note, NoteType, Template

ID = 1_500_000_000_000
CSS = """\
.card {
    font-family: arial;
    font-size: 20px;
    text-align: center;
    color: black;
    background-color: white;
}
"""
BASIC = NoteType(
    ID,
    "Basic",
    (Field("Front"), Field("Back")),
    (Template("Card 1", "{{Front}}", "{{FrontSide}}\n\n<hr id=answer>\n\n{{Back}}"),),
    CSS,
    stock=1,
    mod=5,
)
CLOZE = NoteType(
    ID + 1,
    "Cloze",
    (Field("Text"), Field("Back Extra")),
    (Template("Cloze", "{{cloze:Text}}", "{{cloze:Text}}<br>\n{{Back Extra}}"),),
    CSS + ".cloze { font-weight: bold; color: blue; }\n",
    cloze=True,
    stock=5,
    mod=5,
)
WORDS = (
    "the heart pumps blood through arteries and veins while valves keep it from flowing back into"
    " each chamber; a drop of pressure (systolic) means 120 mmHg, i.e. normal - see § 4 of «Gray's»"
    " C++ snake_case 3*4 x < y & z 漢字 naïve [sic] {set} #1 50% $5 ~10 a/b"
).split()
Make = Callable[[random.Random], str]


def words(rng: random.Random, most: int = 6) -> str:
    text = " ".join(rng.choices(WORDS, k=rng.randint(1, most)))
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _wrapped(tag: str) -> Make:
    return lambda rng: f"{words(rng)} <{tag}>{words(rng, 3)}</{tag}> {words(rng)}"


def _inside(rng: random.Random) -> str:
    return f"{words(rng)} <b>{words(rng, 2)}:</b> {words(rng, 2)}, <i>{words(rng, 2)}&nbsp;</i>end"


def _lines(rng: random.Random) -> str:
    count = rng.randint(1, 4)
    return words(rng) + "".join(f"<div>{words(rng)}</div>" for _ in range(count))


def _breaks(rng: random.Random) -> str:
    return "<br>".join(words(rng) for _ in range(rng.randint(2, 5)))


def _spaced(rng: random.Random) -> str:
    empty = rng.choice(["<br><br>", "<div><br></div>", "<br /><br />"])
    return f"{words(rng)}{empty}{words(rng)}<br>{words(rng)}"


def _list(rng: random.Random) -> str:
    tag = rng.choice(["ul", "ol"])
    items = "".join(f"<li>{words(rng)}</li>" for _ in range(rng.randint(2, 5)))
    before = rng.choice(["", "", words(rng), f"<b>{words(rng, 2)}</b>", f"<div>{words(rng)}</div>"])
    after = rng.choice(["", "", words(rng)])
    return f"{before}<{tag}>{items}</{tag}>{after}"


def _nested(rng: random.Random) -> str:
    inner = f"<ul><li>{words(rng)}</li><li><i>{words(rng, 2)}</i></li></ul>"
    return f"<ul><li>{words(rng)}{inner}</li><li>{words(rng)}</li></ul>"


def _picture(rng: random.Random) -> str:
    image = rng.choice(['<img src="paste-1a2b.png">', '<img src="paste-1a2b.png" />'])
    return rng.choice([image, f"{words(rng)}<br>{image}", f"{image}<div>{words(rng)}</div>"])


def _table(rng: random.Random) -> str:
    head = "".join(f"<th>{words(rng, 2)}</th>" for _ in range(2))
    rows = "".join(f"<tr><td>{words(rng, 2)}</td><td>{words(rng, 2)}</td></tr>" for _ in range(2))
    return f"<table><tbody><tr>{head}</tr>{rows}</tbody></table>"


def _link(rng: random.Random) -> str:
    return f'{words(rng)} <a href="https://example.org/a_b?c=1&amp;d=2">{words(rng, 2)}</a>'


def _code(rng: random.Random) -> str:
    return rng.choice(
        ["use <code>a_b &lt; c</code> here", "<pre>if a:\n    b = 1\n</pre>", "<code>x*y*z</code>"]
    )


def _math(rng: random.Random) -> str:
    return rng.choice(
        [
            r"\(x_1 &lt; \frac{a}{b}\) and " + words(rng),
            r"[$]x^2_i[/$] is " + words(rng),
            r"[$$]\sum_i a_i[/$$]",
            r"[latex]\begin{align*}a&amp;=b\end{align*}[/latex]",
        ]
    )


def _pasted(rng: random.Random) -> str:
    return rng.choice(
        [
            f"<p>{words(rng)}</p><p>{words(rng)}</p>",
            f"<h3>{words(rng, 2)}</h3>{words(rng)}<br>{words(rng)}",
            f"<blockquote>{words(rng)}</blockquote>{words(rng)}",
            f"<span>{words(rng)}</span> <strong>{words(rng, 2)}</strong> <em>{words(rng, 2)}</em>",
            f"{words(rng)}<br>",
            f"<div>{words(rng)}</div><div><b>{words(rng, 2)}</b></div>\n",
            f"say &quot;{words(rng, 2)}&quot;&nbsp; {words(rng, 2)}&nbsp;",
        ]
    )


def _stays(rng: random.Random) -> str:
    return rng.choice(
        [
            f'{words(rng)} <span style="color: rgb(255, 0, 0);">{words(rng, 2)}</span>',
            f"{words(rng)} <u>{words(rng, 2)}</u>",
            f"H<sub>2</sub>O {words(rng)}",
            f'<div style="text-align: left;">{words(rng)}</div>',
            '<img src="paste-1a2b.png" style="width: 30px;">',
        ]
    )


# How often, of a hundred.
_USUAL: tuple[tuple[Make, int], ...] = (
    (words, 22),
    (_wrapped("b"), 9),
    (_wrapped("i"), 5),
    (_inside, 4),
    (_lines, 12),
    (_breaks, 9),
    (_spaced, 5),
    (_list, 10),
    (_nested, 2),
    (_picture, 6),
    (_table, 1),
    (_link, 2),
    (_code, 3),
    (_math, 4),
    (_pasted, 5),
)
_RARE = 0.025
_CLOZES = 0.25
_WITHOUT_EXTRA = 0.6


def text(rng: random.Random) -> str:
    """A field; one of forty has what Markdown can't write."""
    if rng.random() < _RARE:
        return _stays(rng)
    makes, weights = zip(*_USUAL, strict=True)
    return rng.choices(makes, weights)[0](rng)


def cloze(rng: random.Random) -> str:
    first = rng.choice(
        [words(rng, 3), f"<b>{words(rng, 2)}</b>", f"{words(rng, 2)}::{words(rng, 1)}"]
    )
    plain = f"{words(rng)} {{{{c1::{first}}}}} {words(rng)} {{{{c2::{words(rng, 2)}}}}}"
    return rng.choice(
        [
            plain,
            plain,
            f"{words(rng)}: {{{{c1::{first}}}}}.",
            f"{words(rng)}<br>{{{{c1::{first}}}}}<br>{words(rng)}",
            f"{words(rng)}<br><br>{plain}",
            f"{words(rng)}<div>{{{{c1::{first}}}}}</div><div>{words(rng)}</div>",
            f"<ul><li>{{{{c1::{first}}}}}</li><li>{{{{c2::{words(rng, 2)}}}}}</li></ul>",
        ]
    )


def deck(seed: int, count: int, now: int) -> Collection:
    """A collection of `count` notes."""
    rng = random.Random(seed)
    notes = []
    for number in range(count):
        is_cloze = rng.random() < 0.25
        back = "" if is_cloze and rng.random() < _WITHOUT_EXTRA else text(rng)
        fields = (cloze(rng) if is_cloze else text(rng), back)
        ordinals = [0, 1] if is_cloze and "c2::" in fields[0] else [0]
        cards = tuple(Card(one, "D", number, ID + 1000 * number + one) for one in ordinals)
        kind = CLOZE if is_cloze else BASIC
        notes.append(
            Note(f"guid{number:06}", kind.id, fields, (), cards, ID + 1000 * number, now - 99)
        )
    return Collection((BASIC, CLOZE), (Deck("D"),), tuple(notes))
