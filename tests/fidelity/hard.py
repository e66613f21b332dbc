"""Cards that are hard to show right, as a collection: what templates, styles and texts can hold."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from flashdeck.anki.template import ordinals
from flashdeck.model import Card, Collection, Deck, Field, Media, Note, NoteType, Template

BORN = 1_700_000_000_000
DECK = "Hard::Cards"

STYLE = """.card { font-family: arial; font-size: 20px; line-height: 1.5; text-align: center;
  color: black; background-color: white; }
"""
FRONT = "{{Front}}"
BACK = "{{FrontSide}}\n\n<hr id=answer>\n\n{{Back}}"


@dataclass(frozen=True, slots=True)
class Hard:
    """A note of its own note type; `typed` is written into its type-in box."""

    name: str
    front: str
    back: str = "the answer"
    css: str = STYLE
    question: str = FRONT
    answer: str = BACK
    cloze: bool = False
    typed: str = ""


LINES = "".join(f"<p>Line {number} of a long text.</p>" for number in range(60))
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
SUM = r"\[\sum_{i=1}^{n} i^2 = \frac{n(n+1)(2n+1)}{6}\]"
TYPED = "{{Front}}\n\n{{type:Back}}"
CLOZE = "{{cloze:Front}}"
FURIGANA = "<p>{{furigana:Back}}"
SPECIAL = "{{Tags}}|{{Type}}|{{Deck}}|{{Subdeck}}|{{Card}}|{{CardFlag}}"
ASKED_AGAIN = "{{Front}}<hr id=answer>{{type:Back}}"
RTL = "<div dir=rtl>שלום, world! <ul><li>אחת</ul><pre>קוד x = 1</pre></div>"
CLOZE_BACK = "{{cloze:Front}}<br>{{Back}}"
ALSO_NIGHT = """.card { font-family: "Liberation Serif"; color: #123; background: #fed; }
.night_mode .card, .card.night_mode { color: #fa0; background: #012; }
.nightMode b { color: lime; } .night-mode i { color: aqua; }
.linux u { text-decoration-style: wavy; } .mobile u { color: red; } .isLin s { color: green; }
.card1 em { font-size: 30px; }
"""
GENERIC = """<p style="font-family: serif">serif<p style="font-family: sans-serif">sans-serif
<p style="font-family: monospace">monospace</p><p style="font-family: system-ui">system</p>"""
HEADINGS = "".join(f"<h{level}>Heading {level}</h{level}>" for level in range(1, 7))
FORM = """<form><label>Name <input type="text" value="text"></label>
<p><input type="checkbox" checked> one <input type="checkbox"> two
<input type="radio" name="r" checked> three <input type="radio" name="r"> four</p>
<p><select><option>first<option>second</select> <button>Press</button>
<input type="submit" value="Send"> <input type="range"> <input type="number" value="3"></p>
<textarea rows="2">many lines</textarea>
<fieldset><legend>Box</legend><progress value="0.4"></progress>
<meter value="0.6"></meter></fieldset></form>
<details><summary>closed</summary>within</details>
<details open><summary>open</summary>in</details>"""
TABLE = """<table border="1" cellpadding="4"><caption>Caption</caption>
<thead><tr><th>one<th>two</thead>
<tr><td>1<td rowspan="2">both<tr><td>a longer cell</table>"""
OWN_TABLE = """<table style="border-collapse: collapse; border: 2px solid #777">
<tr><td style="border: 1px solid #777">a<td style="border: 1px solid #777">b</table>"""
WIDE = f"<table><tr>{''.join(f'<td>column&nbsp;{at}' for at in range(20))}</table>"
CODE = """<pre><code>def fibonacci(number: int) -> int:
\treturn number if number &lt; 2 else fibonacci(number - 1) + fibonacci(number - 2)  # slow
</code></pre><p>and <code>inline</code>, <kbd>Ctrl</kbd>, <samp>out</samp>, <tt>tt</tt></p>"""
SCROLLED = f'<pre style="overflow-x: auto; max-height: 4em">{"long line " * 30}</pre>'
LISTS = """<ul><li>one<ul><li>two<ol start="3"><li>three</ol></ul><li>four</ul>
<ol type="i"><li>i<li>ii</ol><dl><dt>term<dd>its meaning</dl>"""
INLINE = """<mark>mark</mark> <ins>ins</ins> <del>del</del> x<sub>1</sub><sup>2</sup>
<small>small</small><big>big</big> <q>quote</q> <abbr title="x">abbr</abbr> <a href="https://example.org">link</a>
<blockquote>said</blockquote><center>middle</center><font color="red" size="5">old</font>
<figure><img src="small.svg"><figcaption>below</figcaption></figure>"""
SCRIPTS = """日本語のテキスト。中文。 한국어 ไทย हिन्दी ελληνικά русский ✓ → ∀ 😀 👩‍👩‍👧 x\u0301"""
BROKEN = """<img src="gone.png"> <img src="gone.png" alt="a description"> before <img src="no.svg"
 width="80" height="40" alt="sized"> after <img>"""
IMAGES = """<img src="wide.svg"><img src="tall.svg"><br><img src="small.svg" width="50">
<img class="drawing" src="small.svg"> <img src="a b#1.svg"> <img src="ä 100%.svg">
<table><tr><td><img src="wide.svg"></table>"""
UNTIDY = """<b>never closed<p>paragraph<div>in a div</p></div></div></div><i>still</b> open
<!-- a comment --><nosuch>element</nosuch>&nbsp;&nbsp;&copy;&undefined;
5 < 6 &amp; 7 > 3<br><br/>"""
MEDIA_ELEMENTS = """<audio controls preload="none" src="word.mp3"></audio><br>
<video width="200" height="100"></video> <svg width="40" height="40" viewBox="0 0 10 10">
<circle cx="5" cy="5" r="4" fill="teal"/></svg><canvas width="30" height="20"></canvas>"""
SCRIPT = """<p id="place">no script</p><script>
document.getElementById("place").textContent = `platform ${ankiPlatform}`;
onUpdateHook.push(() => { document.getElementById("place").style.color = "teal"; });
</script>"""
UNITS = """.card { font-size: 1.5rem; margin: 2vh 3vw; padding: 1em; min-height: 50vh;
  background: linear-gradient(45deg, #fde, #def); }
#qa { border: 3px dashed teal; } hr { border: 2px solid; } p { margin-inline: 10%; }
.fixed { position: fixed; right: 10px; bottom: 10px; }
@media (max-width: 500px) { .card { font-size: 1rem; } }
@media (prefers-color-scheme: dark) { p { font-weight: bold; } }
"""
MATHS = (
    r"Inline \(e^{i\pi} + 1 = 0\) and \(\ce{2H2 + O2 -> 2H2O}\), \(\begin{pmatrix} a & b \\ c & d"
    r" \end{pmatrix}\), \(\nosuchmacro\), \(\text{日本 text}\), \(\mathbb{R} \mathcal{L}"
    r" \mathfrak{g} \boldsymbol{x}\), \(\require{cancel}\cancel{x}\), \(\frac{1}{\) and $5, $x$."
)
DISPLAY = (
    SUM
    + r"\[\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt\pi}{2}\] \[\begin{aligned} a &= b + c \\ &= d"
    r" \end{aligned}\] \[\widehat{a + \cdots + z} \overset{?}{=} \left( \frac{\frac ab}{c}"
    r" \right)\]"
)

HARD = (
    Hard("plain", "Who wrote it?", "Somebody"),
    Hard("no-css", "A card without any style, <a href='#'>with a link</a>", css=""),
    Hard("generic-fonts", GENERIC, GENERIC, css=".card { font-size: 18px }"),
    Hard("night-rules", "<u>u</u> <s>s</s> <em>em</em> <b>b</b> <i>i</i>", css=ALSO_NIGHT),
    Hard("units", "<p>of length</p><div class=fixed>fixed</div>", "<p>a rule</p>", css=UNITS),
    Hard("body-rules", "x", css="body { background: #eef } body.nightMode { color: red }"),
    Hard("maths-inline", MATHS, MATHS),
    Hard("maths-display", DISPLAY, DISPLAY),
    Hard("maths-eaten", r"\(a<b\) and <b>more</b>", r"\(a &lt; b\)"),
    Hard("maths-answer", "Only the answer has maths", SUM),
    Hard("maths-cloze", r"\({{c1::x^2}} + {{c2::y}}\) and {{c1::{{c2::z}}::hint}}", "", cloze=True),
    Hard("maths-scrolled", DISPLAY * 4, DISPLAY * 4),
    Hard("maths-serif", MATHS, css=".card { font: 26px serif }"),
    Hard("code", CODE, CODE),
    Hard("code-scrolled", SCROLLED, CODE),
    Hard("table", TABLE, OWN_TABLE),
    Hard("table-wide", WIDE, "narrow"),
    Hard("lists", LISTS, LISTS),
    Hard("lists-left", LISTS + HEADINGS, INLINE, css=STYLE.replace("center", "left")),
    Hard("headings", HEADINGS, INLINE),
    Hard("rtl", "ما هي عاصمة فرنسا؟ (Paris)", "باريس <bdi>one</bdi> <bdo dir=rtl>two</bdo>"),
    Hard("rtl-block", RTL, "שלום"),
    Hard("ruby", "<ruby>漢字<rt>かんじ</rt></ruby>", "日本[にほん]", answer=BACK + FURIGANA),
    Hard("scripts", SCRIPTS, SCRIPTS),
    Hard("form", FORM, FORM),
    Hard("broken-pictures", BROKEN, BROKEN),
    Hard("pictures", IMAGES, IMAGES),
    Hard("picture-scrolled", '<img src="tall.svg">', '<img src="tall.svg">'),
    Hard("media-elements", MEDIA_ELEMENTS),
    Hard("untidy", UNTIDY, UNTIDY),
    Hard("long-word", WORD * 3, f"<code>{WORD}</code> <b>{WORD}</b>"),
    Hard("long-question", LINES, "short"),
    Hard("long-answer", "short", LINES),
    Hard("long-both", LINES, f'{LINES}<img src="wide.svg">'),
    Hard("no-anchor", LINES, LINES, answer="{{FrontSide}}<hr>{{Back}}"),
    Hard("script", SCRIPT, SCRIPT, question="{{Front}}", answer="{{Back}}"),
    Hard("unknown-field", "x", question="{{Front}} {{Nope}}"),
    Hard("unclosed-section", "x", question="{{#Front}} {{Front}}", answer="{{Back}}"),
    Hard("broken-back", "x", answer="{{nosuch:Back}} {{/Front}}"),
    Hard("unknown-filter", "x", question="{{nosuch:Front}} &lt;"),
    Hard("blank-front", "", "x", question="{{#Front}}{{Front}}{{/Front}}"),
    Hard("no-such-cloze", "{{c1::a}}", question="{{cloze:Back}}", answer=CLOZE, cloze=True),
    Hard("hint", "asked", "opened by a tap", question="{{Front}} {{hint:Back}}"),
    Hard("special-fields", "x", question=SPECIAL),
    Hard("sounds", "One [sound:word.mp3] two[sound:b.ogg]", "[sound:word.mp3]"),
    Hard(
        "sound-small", "a [sound:word.mp3]", "[sound:word.mp3] b", css=".card { font-size: 12px }"
    ),
    Hard(
        "speech",
        "said aloud",
        question="{{tts en_US:Front}}",
        answer="{{tts ja_JP speed=0.8:Back}}",
    ),
    Hard("video", "[sound:film.mp4]", "[sound:film.webm] [sound:film.mp4]"),
    Hard(
        "latex", "[latex]$x^2$[/latex] [$]y[/$] [$$]z[/$$]", '<img class="latex" src="small.svg">'
    ),
    Hard("typed-right", "404?", "Not Found", question=TYPED, typed="Not Found"),
    Hard("typed-wrong", "404?", "Not Found", question=TYPED, typed="not  Fuond!"),
    Hard("typed-nothing", "404?", "Not <b>Found</b>", question=TYPED),
    Hard("typed-long", LINES, LINES, question=TYPED, typed="Line 1 of a Line 3 short text"),
    Hard("typed-middle", LINES, "yes", question="{{Front}}{{type:Back}}{{Front}}", typed="yes"),
    Hard("typed-accents", "?", "naïve x\u0301 日本 <&>", question=TYPED, typed="naive x 日木 <"),
    Hard("typed-unmarked", "?", "naïve", question="{{type:nc:Back}}", typed="naive"),
    Hard("typed-both", "?", "yes", question=TYPED, answer=ASKED_AGAIN, typed="y"),
    Hard("typed-empty", "?", "", question=TYPED, typed="x"),
    Hard(
        "typed-cloze",
        "{{c1::a}} b {{c1::c}} {{c2::d}}",
        question=CLOZE + "{{type:cloze:Front}}",
        answer=CLOZE + "{{type:cloze:Front}}",
        cloze=True,
        typed="a, x",
    ),
    Hard("typed-unknown", "?", question="{{Front}} [[type:Nope]]"),
    Hard(
        "cloze", "A {{c1::gap}} of {{c2::two::which?}} and {{c1::an<b>other</b>}}", "", cloze=True
    ),
)

PICTURES = {
    "a b#1.svg": (60, 30),
    "small.svg": (100, 60),
    "tall.svg": (200, 2400),
    "wide.svg": (1600, 200),
    "ä 100%.svg": (60, 30),
}
SOUNDS = ("b.ogg", "film.mp4", "film.webm", "word.mp3")


def hard_collection() -> tuple[Collection, Mapping[str, str]]:
    """Give the collection, dated, and what is typed for a note, by GUID."""
    notetypes, notes = [], []
    for at, one in enumerate(HARD):
        question = CLOZE if one.cloze and one.question == FRONT else one.question
        answer = CLOZE_BACK if one.cloze and one.answer == BACK else one.answer
        kind = NoteType(
            id=BORN + at,
            name=f"Hard {one.name}",
            fields=(Field("Front"), Field("Back", font="Liberation Sans", size=22)),
            templates=(Template("Card", question, answer),),
            css=one.css,
            cloze=one.cloze,
            mod=BORN // 1000,
        )
        notetypes.append(kind)
        fields = (one.front, one.back)
        cards = tuple(
            Card(ordinal, DECK, 10 * at + ordinal, BORN + 100 * at + ordinal)
            for ordinal in ordinals(kind, fields, ("hard",))
        )
        born = BORN + 100 * at
        notes.append(Note(one.name, kind.id, fields, ("hard",), cards, born, BORN // 1000))
    collection = Collection(
        notetypes=tuple(notetypes),
        decks=(Deck("Hard"), Deck(DECK)),
        notes=tuple(notes),
        media=_media(),
    )
    return collection, {one.name: one.typed for one in HARD}


def _media() -> tuple[Media, ...]:
    found = {name: _picture(*size) for name, size in PICTURES.items()}
    found |= {name: name.encode() for name in SOUNDS}
    return tuple(
        Media(name, hashlib.sha256(data).hexdigest(), len(data), partial(io.BytesIO, data))
        for name, data in sorted(found.items())
    )


def _picture(width: int, height: int) -> bytes:
    """Draw a cross over a field of its own size."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        '<rect width="100%" height="100%" fill="#9ac"/>'
        f'<path d="M0 0 {width} {height}M{width} 0 0 {height}" stroke="#c33" stroke-width="4"/>'
        "</svg>"
    ).encode()
