"""The template language compared with Anki's backend: random note types, notes and cards.

Compared are the ordinals that Anki generates, the cards in *Empty Cards*, both sides of every card
with sounds and speech, and whether Anki refuses the note type or shows an error page. The known
differences of other releases of Anki are in `template_releases`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest
from template_releases import (
    ANKI,
    DIFFERENCES,
    INSIDE_ZERO,
    KNOWN,
    ODD_FIELDS,
    SPECIAL,
    Difference,
    concerned,
    without_special_fields,
)
from test_template import CORNERS, Corner

from flashdeck.anki.template import (
    ordinals,
    shown_ordinals,
)
from flashdeck.anki.template.av import AvTag, Sound
from flashdeck.anki.template.problems import template_problems
from flashdeck.anki.template.render import Rendered, render
from flashdeck.model import Card, Field, Note, NoteType, Template

pytestmark = pytest.mark.slow

NOTES = 5_000
NOTES_PER_TYPE = 25
SEED = 20_260_903

NAMES = (
    *("Front", "Back", "Text", "Extra field", "Été", "שדה", "漢字", "a.b", "x#", "nc"),
    *("c1", "c2", "Tags", "Deck", "Card", "FrontSide", "cloze"),
)
FIELD_NAMES = tuple(name for name in NAMES if name not in ODD_FIELDS)
FILTERS = (
    *("text", "furigana", "kana", "kanji", "hint", "type", "cloze", "cloze-only", "cloze", "nc"),
    *("", "type-cloze", "type-nc", "tts en_US voices=A,B speed=1.5", "tts ", "tts ja x=y"),
    *("unknown", "Text", " text", "edit"),
)
TAGS = ("leech", "a::b", "Été", "שלום")
DECKS = ("Default", "Top::Sub deck", "A & B::<i>x</i>::Été", "{{c1::deck}}")
BLANKS = ("", "", " ", "\n\t", "<br>", "<BR/>", "<div><br /></div>", "&nbsp;", "</ br>", "\u00a0")
HTML = (
    *(
        "cat",
        "Été",
        "שלום",
        "سلام ",
        "日本[にほん]",
        " 語[ご]",
        "&nbsp;食[た]べる",
        "a[x\ny]",
        "😀",
    ),
    *("x &lt; y", "&amp;", "&unknown;", "a & b", "&#233;&#x41;&eacute;", "&nbsp;", "&#xD800;"),
    *("<b>bold</b>", "<br>", "<div>in</div>", '<img src="a b.png">', "<!-- no > te -->", "<i", ">"),
    *("<style>p{}</style>", "<script>1 > 0</script>", "<STYLE x>", "</style>", "<!--", "-->"),
    *("[sound:a&amp;b.mp3]", "[sound:dir/x.mp4]", "[sound:]", "[sound:a\nb.ogg]", "[sound:open"),
    *('[anki:tts lang=en_US voices="a b,c"]say [...]<br>it &amp; that[/anki:tts]', "[anki:tts]"),
    *('[anki:foo a="b c"]in[/anki:foo]', "[anki:foo", "[/anki:foo]", "[anki:play:q:0]", "[", "]"),
    *("[anki:foo a=]", '[anki:tts lang="]', "[anki:tts lang=de cloze_blank=]x[...][/anki:tts]"),
    *(
        "[latex]x<br>y &lt; é[/latex]",
        "[$]a^2[/$]",
        "[$$]b<div>c[/$$]",
        "[LaTeX]q<BR/>r<br />[/LATEX]",
    ),
    *(r"\(x^{2}\)", r"\(a<b>c</b>\)", r"\[\frac{1}{{2}}\]", r"\(", r"\]", r"\1", "$1", "%s"),
    *("{{", "}}", "{", "}", "{{Front}}", "::", ":", "'", '"', "\n", "\t", " ", "  ", "\u2028"),
    *("e\u0301", "\u00a0", "\u200f", "<ſtyle>x</style>", "<scrıpt>x</scrıpt>", "=", "-", "/"),
)
# Of the formula `$a^2$`: one image for each file format of note types.
PICTURES = tuple(
    f"latex-{hashlib.sha1(b'$a^2$', usedforsecurity=False).hexdigest()}.{ending}"
    for ending in ("png", "svg")
)
SHAPES = ("rect", "ellipse", "polygon", "text", "star", "", "rect:x")
PROPERTIES = ("left", "top", "width", "height", "rx", "points", "oi", "text", "scale", "fs", "zz")
VALUES = (".25", "0", "", "1,2 3,4", "5 6,7 ", r"a\:b", r"c\\d", r"bad\x", 'q"<&>', "é=f", "\n")
NUMBERS = ("1", "1", "1", "2", "2", "3", "10", "0", "01", "500", "501", "65535", "65536", "x", "")
NUMBERS_AT_ONCE = ("1,2", "2,1,1", "3,", ",", ",2", "1,0", "1,99999,4")
# Known differences of a release would leave little to compare.
AT_HAND = tuple(
    number for number in NUMBERS + NUMBERS_AT_ONCE if not concerned([f"{{{{c{number}::"])
)
LITERALS = ("<hr id=answer>", "<b>Q:</b> ", "}}", "{", "\n", "x", "%>", "<!-- {{Nope}} -->", "-->")
ODD = (
    *(
        "{{}}",
        "{{:}}",
        "{{edit:}}",
        "{{#}}",
        "{{#c7}}s{{/c7}}",
        "{{^c+2}}s{{/c+2}}",
        "{{{{",
        "{{!x}}",
    ),
    *(
        "{{#FrontSide}}f{{/FrontSide}}",
        "{{/Front}}",
        "{{#Front}}open",
        "{{#c4294967296}}{{/c}}",
        "<!--",
    ),
    *(
        "{{=<% %>=}}",
        "{{c1}}",
        "{{text:c2}}",
        "{{Nope}}",
        "{{text:Nope}}",
        "{{^Nope}}{{/Nope}}",
        "{{# Front }}{{/ Front}}",
    ),
)


@dataclass(frozen=True)
class Author:
    """Generates random note types and notes, ordinary and unusual."""

    random: Random
    numbers: tuple[str, ...] = AT_HAND

    def chance(self, of_100: int) -> bool:
        return self.random.randrange(100) < of_100

    def text(self, depth: int = 0) -> str:
        if depth == 0 and self.chance(25):
            return self.random.choice(BLANKS)
        pieces = (self.piece(depth) for _ in range(self.random.randint(1, 4)))
        return "".join(pieces)

    def piece(self, depth: int) -> str:
        if depth < 3 and self.chance(35):
            return self.cloze(depth)
        if self.chance(1):
            return self.deep()
        return self.random.choice(HTML)

    def cloze(self, depth: int) -> str:
        inside = self.occlusion() if self.chance(12) else self.text(depth + 1)
        hint = f"::{self.random.choice(HTML)}" if self.chance(25) else ""
        end = "" if self.chance(6) else "}}"
        return f"{{{{c{self.random.choice(self.numbers)}::{inside}{hint}{end}"

    def deep(self) -> str:
        levels = range(INSIDE_ZERO in KNOWN, self.random.randint(9, 12))
        return "".join(f"{{{{c{level}::" for level in levels) + "deep" + "}}" * len(levels)

    def occlusion(self) -> str:
        properties = (
            f":{self.random.choice(PROPERTIES)}={self.random.choice(VALUES)}"
            for _ in range(self.random.randint(0, 4))
        )
        return f"image-occlusion:{self.random.choice(SHAPES)}{''.join(properties)}"

    def name(self, fields: list[str]) -> str:
        return self.random.choice(SPECIAL if self.chance(15) else fields)

    def tag(self, fields: list[str]) -> str:
        filters = self.random.choices(FILTERS, k=self.random.choice((0, 0, 1, 1, 2, 3)))
        blank = " " if self.chance(5) else ""
        brace = "{" if self.chance(2) else ""
        return f"{{{{{brace}{blank}{':'.join([*filters, self.name(fields)])}{blank}}}}}"

    def side(self, fields: list[str], depth: int = 0) -> str:
        return "".join(self.part(fields, depth) for _ in range(self.random.randint(1, 4)))

    def part(self, fields: list[str], depth: int) -> str:
        roll = self.random.randrange(100)
        if roll < 25 and depth < 3:
            name = self.name([*fields, "c1", "c2", "c3"])
            if name == "FrontSide" and "FrontSide" not in fields:
                name = fields[0]
            sign = self.random.choice("##^")
            return f"{{{{{sign}{name}}}}}{self.side(fields, depth + 1)}{{{{/{name}}}}}"
        if roll < 75:
            return self.tag(fields)
        if roll < 99:
            return self.random.choice(LITERALS + HTML)
        return self.random.choice(ODD)

    def template(self, number: int, fields: list[str], *, cloze: bool) -> Template:
        front, back = self.side(fields), self.side(fields)
        if cloze and not self.chance(5):
            front += f"{{{{cloze:{fields[0]}}}}}"
            back += f"{{{{cloze:{fields[0]}}}}}"
        if self.chance(50):
            back = "{{FrontSide}}" + back
        if self.chance(4):
            front = " {{=<% %>=}}" + front.replace("{{", "<%").replace("}}", "%>")
        return Template(name=f"Card {number} & <b>", front=front, back=back)

    def notetype(self, number: int) -> NoteType:
        fields = self.random.sample(FIELD_NAMES, self.random.randint(1, 5))
        cloze = self.chance(45)
        count = 1 if cloze else self.random.randint(1, 3)
        templates = [self.template(n, fields, cloze=cloze) for n in range(count)]
        if count > 1 and self.chance(5):
            templates[1] = replace(templates[1], front=templates[0].front)
        return NoteType(
            id=number,
            name=f"Type {number} & <b>" + (" {{c3::x}}" if self.chance(5) else ""),
            fields=tuple(Field(name) for name in fields),
            templates=tuple(templates),
            cloze=cloze,
            latex_svg=number % 2 == 1,
        )

    def note(self, notetype: NoteType) -> tuple[list[str], list[str], str]:
        fields = [self.text() for _ in notetype.fields]
        tags = self.random.sample(TAGS, self.random.choice((0, 0, 1, 2)))
        return fields, tags, self.random.choice(DECKS)


@dataclass(frozen=True)
class Anki:
    """A temporary collection in the real backend."""

    package: ModuleType
    col: Any
    decks: dict[str, int]

    @classmethod
    def open(cls, folder: Path) -> Anki:
        import anki.collection  # not above: its absence is reported by the fixture

        col: Any = anki.collection.Collection(str(folder / "collection.anki2"))
        decks = {name: col.decks.id(name) for name in DECKS}
        for name in PICTURES:
            Path(col.media.dir(), name).write_text("a picture")
        return cls(anki.collection, col, decks)

    def add_notetype(self, notetype: NoteType) -> tuple[NoteType, bool]:
        """Return the note type as stored by Anki, and whether Anki refused to save it unchanged."""
        from anki.errors import CardTypeError  # as above

        new_notetype = self.col.models.new(notetype.name)
        new_notetype |= {"id": notetype.id, "type": int(notetype.cloze), "mod": 1, "usn": 0}
        new_notetype["latexsvg"] = notetype.latex_svg
        for field in notetype.fields:
            self.col.models.add_field(new_notetype, self.col.models.new_field(field.name))
        for template in notetype.templates:
            new = self.col.models.new_template(template.name)
            self.col.models.add_template(
                new_notetype, new | {"qfmt": template.front, "afmt": template.back}
            )
        refused = False
        try:
            self._save(new_notetype, skip_checks=False)
        except CardTypeError:
            refused = True
            self._save(new_notetype, skip_checks=True)
        stored = self.col.models.get(notetype.id)
        fields = tuple(Field(field["name"]) for field in stored["flds"])
        return replace(notetype, name=stored["name"], fields=fields), refused

    def _save(self, notetype: dict[str, Any], *, skip_checks: bool) -> None:
        self.col._backend.add_or_update_notetype(
            json=json.dumps(notetype).encode(), preserve_usn_and_mtime=True, skip_checks=skip_checks
        )

    def add_notes(
        self, notetype: NoteType, notes: list[tuple[list[str], list[str], str]]
    ) -> list[Note]:
        """Return the notes as stored by Anki, with the cards that it generated."""
        kind = self.col.models.get(notetype.id)
        requests = []
        for fields, tags, deck in notes:
            note = self.col.new_note(kind)
            note.fields, note.tags = list(fields), list(tags)
            requests.append(self.package.AddNoteRequest(note, self.decks[deck]))
        self.col.add_notes(requests)
        return [self.note(notetype, request.note.id) for request in requests]

    def note(self, notetype: NoteType, note_id: int) -> Note:
        names = {number: name for name, number in self.decks.items()}
        guid, fields, tags = self.col.db.first(
            "select guid, flds, tags from notes where id = ?", note_id
        )
        cards = self.col.db.all(
            "select ord, did, id from cards where nid = ? order by ord", note_id
        )
        return Note(
            id=note_id,
            guid=guid,
            notetype=notetype.id,
            fields=tuple(fields.split("\x1f")),
            tags=tuple(tags.split()),
            cards=tuple(Card(ordinal, names[deck], id=number) for ordinal, deck, number in cards),
        )

    def with_more_cards(self, note: Note, ordinals: list[int]) -> Note:
        """Add cards to a note that Anki wouldn't generate, also in the collection."""
        if not ordinals:
            return note
        source = note.cards[0]
        added = []
        for ordinal in ordinals:
            number = self.col.db.scalar("select max(id) + 1 from cards")
            self.col.db.execute(
                "insert into cards select ?, nid, did, ?, mod, usn, type, queue, due, ivl, factor,"
                " reps, lapses, left, odue, odid, flags, data from cards where id = ?",
                *(number, ordinal, source.id),
            )
            added.append(replace(source, id=number, ordinal=ordinal))
        return replace(note, cards=(*note.cards, *added))

    def render(self, card: Card) -> tuple[str, str, list[Any], list[Any]]:
        output = self.col.get_card(card.id).render_output()
        return (
            _settled(output.question_text),
            _settled(output.answer_text),
            [_anki_av(tag) for tag in output.question_av_tags],
            [_anki_av(tag) for tag in output.answer_av_tags],
        )

    def empty_cards(self, first_notetype: int) -> set[int]:
        """Return the ids of the cards in *Empty Cards*, starting at a note type id."""
        listed = {card for note in self.col.get_empty_cards().notes for card in note.card_ids}
        asked = self.col.db.list(
            "select id from cards where nid in (select id from notes where mid >= ?)",
            first_notetype,
        )
        return listed & set(asked)

    def next_notetype(self) -> int:
        return int(self.col.db.scalar("select max(id) + 1 from notetypes"))


def _settled(text: str) -> str:
    """Sort the characters of unknown directives, whose order in Anki is random."""
    return re.sub(r"\[anki:foo.*?\[/anki:foo\]", lambda match: "".join(sorted(match[0])), text)


def _anki_av(tag: Any) -> tuple[str, ...]:
    if hasattr(tag, "filename"):
        return (tag.filename,)
    return (tag.field_text, tag.lang, *tag.voices, f"{tag.speed:.4f}")


@pytest.fixture(scope="module")
def anki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Anki]:
    try:
        opened = Anki.open(tmp_path_factory.mktemp("anki"))
    except ModuleNotFoundError as missing:
        pytest.fail(
            f"the real Anki is missing ({missing.name}): `make test` installs it,"
            " or `pip install -e '.[test]'`"
        )
    yield opened
    opened.col.close()


@dataclass
class Tally:
    """Counts of compared notes and cards, and of notes with a known difference."""

    notes: int = 0
    cards: int = 0
    passed_over: int = 0

    def __str__(self) -> str:
        over = f"; {self.passed_over:,} passed over, as known to differ" if KNOWN else ""
        return (
            f"template language: the cards of {self.notes:,} random notes and both sides of"
            f" {self.cards:,} cards equal those of Anki {ANKI}, 0 differences{over}"
        )


def differences(anki: Anki, author: Author, count: int, tally: Tally) -> Iterator[str]:
    """Yield a description of each difference from Anki, for `count` random notes."""
    first = anki.next_notetype()
    empty: set[int] = set()
    passed_over: set[int] = set()
    for number in range(first, first + count // NOTES_PER_TYPE):
        notetype, refused = anki.add_notetype(author.notetype(number))
        notes = anki.add_notes(notetype, [author.note(notetype) for _ in range(NOTES_PER_TYPE)])
        broken = False
        for original in notes:
            if concerned(original.fields):
                passed_over |= {card.id for card in original.cards}
                tally.passed_over += 1
                continue
            tally.notes += 1
            yield from _ordinal_differences(notetype, original)
            note = anki.with_more_cards(original, _unneeded(author, notetype, original))
            tally.cards += len(note.cards)
            for card in note.cards:
                rendered = render(notetype, note, card, media=PICTURES)
                broken |= rendered.broken
                yield from _side_differences(anki, notetype, note, card, rendered)
                bare, fields = without_special_fields(notetype, note.fields)
                if card.ordinal not in shown_ordinals(bare, fields, note.tags):
                    empty.add(card.id)
        yield from _problem_differences(notetype, refused=refused, broken=broken)
    listed = anki.empty_cards(first) - passed_over
    yield from (f"card {card}: Anki lists it as empty" for card in sorted(listed - empty))
    yield from (f"card {card}: Anki doesn't list it as empty" for card in sorted(empty - listed))


def _unneeded(author: Author, notetype: NoteType, note: Note) -> list[int]:
    """Return ordinals without a card, since edited notes may have such cards."""
    if not author.chance(30):
        return []
    wanted = {0, 1, author.random.choice((2, 3, 9, 499, 1233))}
    possible = wanted if notetype.cloze else wanted & set(range(len(notetype.templates)))
    return sorted(possible - {card.ordinal for card in note.cards})


def _ordinal_differences(notetype: NoteType, note: Note) -> Iterator[str]:
    # For two clozes above 500 Anki generates two cards with the same ordinal.
    theirs = tuple(sorted({card.ordinal for card in note.cards}))
    bare, fields = without_special_fields(notetype, note.fields)
    ours = ordinals(bare, fields, note.tags)
    if theirs != ours:
        yield f"{notetype}\n{note}\nordinals: Anki {theirs}, flashdeck {ours}"


def _side_differences(
    anki: Anki, notetype: NoteType, note: Note, card: Card, rendered: Rendered
) -> Iterator[str]:
    ours = (
        _settled(rendered.question),
        _settled(rendered.answer),
        [_av(tag) for tag in rendered.question_av],
        [_av(tag) for tag in rendered.answer_av],
    )
    theirs = anki.render(card)
    if ours != theirs:
        yield f"{notetype}\n{note}\n{card}\nAnki:      {theirs}\nflashdeck: {ours}"


def _problem_differences(notetype: NoteType, *, refused: bool, broken: bool) -> Iterator[str]:
    problems = template_problems(notetype)
    if (refused or broken) and not problems:
        yield f"{notetype}\nno problem found, but Anki refuses it or shows an error page"
    # Anki saves these two, and shows an error page where no blank front hides it.
    saved = ("'{{#FrontSide}}'", "'{{}}'")
    unexpected = [problem for problem in problems if not any(s in problem.message for s in saved)]
    if unexpected and not refused:
        yield f"{notetype}\nAnki takes it in spite of {unexpected}"


def _av(tag: AvTag) -> tuple[str, ...]:
    if isinstance(tag, Sound):
        return (tag.name,)
    return (tag.text, tag.lang, *tag.voices, f"{tag.speed:.4f}")


def test_random_notes_have_the_cards_of_anki_and_render_the_same(
    anki: Anki, record_property: Any
) -> None:
    tally = Tally()
    assert next(differences(anki, Author(Random(SEED)), NOTES, tally), "") == ""
    assert tally.notes + tally.passed_over == NOTES
    assert tally.passed_over < (NOTES / 3 if KNOWN else 1)
    record_property("summary", str(tally))


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.name)
def test_known_differences_of_releases_exist(anki: Anki, difference: Difference) -> None:
    fronts = ["{{cloze:A}}"] if difference.cloze else ["{{A}}", difference.second]
    asked = NoteType(
        id=anki.next_notetype(),
        name="Difference",
        fields=(Field("A"),),
        templates=tuple(Template(f"Card {front}", front, "back") for front in fronts),
        cloze=difference.cloze,
    )
    notetype, _ = anki.add_notetype(asked)
    (note,) = anki.add_notes(notetype, [([difference.example], ["leech"], "Default")])
    theirs = tuple(card.ordinal for card in note.cards), anki.render(note.cards[0])[0]
    assert theirs == (difference.there if difference in KNOWN else difference.here)
    ours = ordinals(notetype, note.fields, note.tags)
    assert (ours, render(notetype, note, note.cards[0]).question) == difference.here
    anki.col.models.remove(notetype.id)


@pytest.mark.parametrize(
    "corner",
    [corner for corner in CORNERS if not concerned(corner.fields)],
    ids=lambda corner: corner.name,
)
def test_anki_agrees_with_the_corner_case(anki: Anki, corner: Corner) -> None:
    notetype, _ = anki.add_notetype(replace(corner.notetype, id=anki.next_notetype()))
    (note,) = anki.add_notes(notetype, [(list(corner.fields), list(corner.tags), "Default")])
    missing = {corner.ordinal} - {card.ordinal for card in note.cards}
    note = anki.with_more_cards(note, sorted(missing))
    card = next(card for card in note.cards if card.ordinal == corner.ordinal)
    question, answer, *_ = anki.render(card)
    assert (question if corner.side == "front" else answer) == corner.shown
    anki.col.models.remove(notetype.id)  # so that the next one may have the same name


def test_an_existing_latex_image_has_no_message(anki: Anki) -> None:
    plain = NoteType(
        id=anki.next_notetype(),
        name="LaTeX",
        fields=(Field("A"),),
        templates=(Template("Card 1", "{{A}}", "{{A}}"),),
    )
    notetype, _ = anki.add_notetype(plain)
    (note,) = anki.add_notes(notetype, [(["[$]x^2[/$]"], [], "Default")])
    without = render(notetype, note, note.cards[0])
    name = re.findall(r"latex-[0-9a-f]+\.png", without.question)[0]
    assert anki.render(note.cards[0])[0] == without.question
    anki.col.media.write_data(name, b"a picture")
    with_picture = render(notetype, note, note.cards[0], media={name})
    assert anki.render(note.cards[0])[0] == with_picture.question != without.question
