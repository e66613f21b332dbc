"""The catalogue of hazards in sources: each row with its expected diagnostics.

A diagnostic is `(line, column, rule, words)`: its exact position, and words of the author that the
message or its hint must quote. A row without any is accepted.
"""

from __future__ import annotations

from typing import NamedTuple

Expected = tuple[int, int, str, str]


class Row(NamedTuple):
    """A source (`cards/deck.yaml`), the row's number and name, and its diagnostics."""

    name: str
    source: str | bytes
    expected: tuple[Expected, ...]


def asks(text: str) -> str:
    """A deck of one question; its text begins in line 2, column 8."""
    return f"notes:\n  - q: {text}\n    a: x\n"


def single(text: str) -> str:
    """The same in single quotes; the text begins in line 2, column 9."""
    return asks("'" + text.replace("'", "''") + "'")


def cloze(text: str) -> str:
    """A deck of one cloze; its text begins in line 2, column 12, in quotes in column 13."""
    return f"notes:\n  - cloze: {text}\n"


def tags(text: str) -> str:
    """A deck with tags; they begin in line 1, column 7."""
    return f"tags: {text}\n" + asks("Who?")


def deck(text: str) -> str:
    """A deck with a name, which begins in line 1, column 7."""
    return f"deck: {text}\n" + asks("Who?")


def as_html(text: str) -> str:
    """A question in HTML; its text begins in line 3, column 9."""
    return "markup: html\n" + single(text)


YAML = [
    Row("1 nested brackets", "[" * 40_000, ((1, 9, "limit", "8 levels"),)),
    Row("1 nested lists", "- " * 100_000, ((1, 17, "limit", "8 levels"),)),
    Row(
        "2 an anchor and its alias",
        "notes:\n  - &n\n    q: a\n    a: b\n  - *n\n",
        ((2, 5, "yaml-anchors", "'&n'"), (5, 5, "unquoted-start", '"*n"')),
    ),
    Row(
        "2 a merge key",
        "notes:\n  - q: a\n    a: b\n    <<: {extra: c}\n",
        ((4, 5, "merge-key", "'<<'"),),
    ),
    Row(
        "3 a key given twice",
        "notes:\n  - q: one\n    q: two\n    a: b\n",
        ((3, 5, "duplicate-key", "'q' is given twice; the first is on line 2"),),
    ),
    Row("6 a # right behind text", asks("see issue #5"), ((2, 18, "hash-cuts-text", "'#5'"),)),
    Row("6 nothing but a #", asks("#hash"), ((2, 5, "hash-cuts-text", 'q: "#hash"'),)),
    Row("6 a comment is a comment", asks("see issue  # 5"), ()),
    Row("6 one space before a #", asks("see issue # 5"), ((2, 18, "comment-in-text", "# 5"),)),
    Row("7 LaTeX that is a tab", asks(r'"a $\theta$"'), ((2, 12, "latex-escape", r"\theta"),)),
    Row("7 LaTeX that is a form feed", asks(r'"$\frac12$"'), ((2, 10, "latex-escape", r"\frac"),)),
    Row("7 LaTeX that is a line end", asks(r'"$\nu$"'), ((2, 10, "latex-escape", r"\nu"),)),
    Row("7 LaTeX in single quotes", asks(r"'$\theta$ and $\nu$'"), ()),
    Row("7 a path of Windows", asks(r'"C:\x.png"'), ((2, 11, "unknown-escape", r"\x"),)),
    Row("7 a folder of Windows", asks(r'"C:\users"'), ((2, 11, "unknown-escape", r"\u"),)),
    Row(
        "8 a cloze without quotes",
        cloze("{{c1::Paris}} is in France"),
        ((2, 12, "unquoted-start", '"{{c1::Paris}} is in France"'),),
    ),
    *(
        Row(f"9 text that starts with {text[0]}", asks(text), ((2, 8, "unquoted-start", text),))
        for text in ("*bold*", "@home", "`code`", "%s", "> 5", "|x|", "- one - two", "? why")
    ),
    Row("9 an entity", asks("&nbsp;"), ((2, 8, "yaml-anchors", '"&nbsp;"'),)),
    Row("9 a tag", asks("!important"), ((2, 8, "yaml-tags", '"!important"'),)),
    Row("10 a colon", asks("Flask: what?"), ((2, 8, "unquoted-colon", '"Flask: what?"'),)),
    Row(
        "11 a quote that is never closed",
        "notes:\n  - q: \"Who?\n    a: x\n  - q: 'It''s'\n    a: y\n",
        ((2, 8, "unclosed-quote", 'this "'),),
    ),
    Row(
        "11 a quote that is never closed in a long file",
        asks('"Who?') + "  - q: What?\n    a: A framework\n" * 4_000 + '  - q: "x"\n    a: y\n',
        ((2, 8, "limit", 'is its closing " missing?'),),
    ),
    Row("12 Latin-1", asks("café").encode("latin-1"), ((2, 11, "encoding", "0xe9"),)),
    Row(
        "12 Windows-1252, twice in a line",
        asks("“x”").encode("cp1252"),
        ((2, 8, "encoding", "0x93"), (2, 10, "encoding", "0x94")),
    ),
    Row("13 UTF-16", asks("a").encode("utf-16"), ((1, 1, "encoding", "UTF-16"),)),
    Row("13 UTF-16 without its mark", "q: a".encode("utf-16-be"), ((1, 1, "encoding", "UTF-16"),)),
    Row("13 UTF-32", asks("a").encode("utf-32"), ((1, 1, "encoding", "UTF-32"),)),
    Row("13 UTF-8 with a mark", b"\xef\xbb\xbf" + asks("a").encode(), ()),
    *(
        Row(f"14 {name}", asks(f"a{text}b"), ((2, 9, "control-character", f"U+{ord(text):04X}"),))
        for name, text in {
            "NUL": "\0",
            "BEL": "\x07",
            "ESC": "\x1b",
            "a line separator": "\u2028",
            "a mark inside": "\ufeff",
        }.items()
    ),
    Row("14 an escaped NUL", asks(r'"a\0b"'), ((2, 10, "control-character", r"\0"),)),
    Row("14 an escaped separator", asks(r'"a\x1fb"'), ((2, 10, "control-character", r"\x1f"),)),
    Row("15 a second document is a second deck", asks("one") + "---\n" + asks("two"), ()),
    Row("15 a tag with a value", asks("!!int 5"), ((2, 8, "unquoted-start", '"!!int 5"'),)),
    Row(
        "15 directives, each at its line",
        f"%YAML 1.1\n---\n{asks('a')}...\n%TAG ! x:\n---\n{asks('b')}",
        ((1, 1, "directive", "%"), (7, 1, "directive", "%")),
    ),
    Row("16 an empty file", "", ((1, 1, "no-notes", "no notes"),)),
    Row("16 nothing but a comment", "# soon\n", ((1, 1, "no-notes", "no notes"),)),
    Row("16 a list without items", "notes:\n", ((1, 1, "no-notes", "'notes'"),)),
    Row(
        "17 too large",
        b"#" * (64 * 2**20 + 1),
        ((1, 1, "unreadable", "67108865 bytes; 67108864 are allowed"),),
    ),
    Row("17 too long a text", asks("a" * 70_000), ((2, 8, "limit", "70,000 characters; 65,536"),)),
    Row(
        "18 JSON's way to write an emoji",
        asks(r'"\ud83d\ude00"'),
        ((2, 9, "unknown-escape", r"\ud83d\ude00"),),
    ),
]

NOTES = [
    Row("19 no text", "notes:\n  - q:\n    a: x\n", ((2, 5, "empty", "'q'"),)),
    Row("19 a list for a text", asks("[one]"), ((2, 8, "not-text", '"[one]"'),)),
    Row("19 a mapping for a text", asks("{b: c}"), ((2, 8, "not-text", '"{b: c}"'),)),
    Row(
        "19 a slip in a key",
        "notes:\n  - q: a\n    anser: b\n",
        ((3, 5, "unknown-key", "did you mean 'a'?"),),
    ),
    Row(
        "19 another tool's key",
        "notes:\n  - q: a\n    back: b\n",
        ((3, 5, "unknown-key", "did you mean 'a'?"),),
    ),
    Row("19 a note that is no mapping", "notes:\n  - Who?\n", ((2, 5, "not-a-note", "- q: …"),)),
    Row("21 Anki's field separator", asks("a\x1fb"), ((2, 9, "control-character", "U+001F"),)),
    Row("23 half a character", asks(r'"\ud83d"'), ((2, 9, "unknown-escape", r"\ud83d"),)),
    Row("25 blanks", asks("'   '"), ((2, 5, "empty", "'q'"),)),
    Row("25 a front that shows nothing", asks("<br>"), ((2, 8, "nothing-shown", "<br>"),)),
    Row("26 a cloze without a cloze", cloze("Paris"), ((2, 12, "cloze-missing", "{{c1::"),)),
    Row("26 {{C1::", cloze('"{{C1::a}}"'), ((2, 13, "cloze-spelling", "{{C1::"),)),
    Row("26 {{c1:", cloze('"{{c1:a}}"'), ((2, 13, "cloze-spelling", "{{c1:"),)),
    Row("26 {c1::", cloze('"{c1::a}"'), ((2, 13, "cloze-spelling", "{c1::"),)),
    Row("26 never closed", cloze('"{{c1::a"'), ((2, 13, "cloze-unclosed", "}}"),)),
    Row("27 c0", cloze('"{{c0::a}}"'), ((2, 13, "cloze-number", "1 to 499"),)),
    Row("28 hides nothing", cloze('"{{c1::}}"'), ((2, 13, "cloze-empty", "nothing"),)),
    Row("29 two numbers", cloze('"a {{c1,2::a}}"'), ((2, 15, "cloze-numbers", "each number"),)),
    Row("30 c500", cloze('"{{c500::a}}"'), ((2, 13, "cloze-number", "1 to 499"),)),
    Row("31 c70000", cloze('"{{c70000::a}}"'), ((2, 13, "cloze-number", "1 to 499"),)),
    Row(
        "32 braces before the end",
        cloze(r"'{{c1::$\frac{a}{b}}}$'"),
        ((2, 30, "cloze-braces", "a space between } and }}"),),
    ),
]

NAMES = [
    Row(
        "35 an id used twice",
        "notes:\n  - {q: a, a: b, id: abcdefgh12}\n  - {q: c, a: d, id: abcdefgh12}\n",
        ((3, 22, "duplicate-id", "'abcdefgh12' is used twice: also at cards/deck.yaml:2"),),
    ),
    Row("37 an empty id", "notes:\n  - {q: a, a: b, id: ''}\n", ((2, 18, "empty", "'id'"),)),
    Row("37 note-1", "notes:\n  - {q: a, a: b, id: note-1}\n", ((2, 22, "short-id", "'note-1'"),)),
    Row(
        "40 two equal notes",
        "notes:\n  - {q: a, a: b}\n  - {q: a, a: b}\n",
        ((3, 6, "duplicate-question", "the same note is in cards/deck.yaml:2"),),
    ),
    Row("41 a blank in a tag", tags("[two words]"), ((1, 8, "tag", "write 'two_words'"),)),
    Row("42 a tab in a tag", tags(r'["a\tb"]'), ((1, 8, "tag", "write 'a_b'"),)),
    Row("42 a wide blank in a tag", tags("[a\u3000b]"), ((1, 8, "tag", "write 'a_b'"),)),
    *(
        Row(f"43 the tag {tag}", tags(f'["{tag}"]'), ((1, 8, "tag", f"'{tag}'"),))
        for tag in ("::a", "a::", "a::::b")
    ),
    Row("44 marked", tags("[marked]"), ((1, 8, "tag", "'marked' belongs to Anki"),)),
    Row("44 leech", tags("[Leech]"), ((1, 8, "tag", "'Leech' belongs to Anki"),)),
    Row("44 our own tag", tags("['flashdeck::removed']"), ((1, 8, "tag", "flashdeck::removed"),)),
    Row("45 tags as text", tags("verb food"), ((1, 7, "not-a-list", "write [verb, food]"),)),
    Row("45 a list in the list", tags("[[a]]"), ((1, 8, "not-text", 'write "[a]"'),)),
    Row(
        "46 two spellings",
        tags("[Verb, verb]"),
        ((1, 14, "tag-spelling", "'verb' is spelled 'Verb'"),),
    ),
    Row(
        "46 two spellings of a level, in two notes",
        "notes:\n  - {q: a, a: b, tags: [Verb::ir]}\n  - {q: c, a: d, tags: ['verb::ser']}\n",
        ((3, 25, "tag-spelling", "'verb' is spelled 'Verb' in cards/deck.yaml:2"),),
    ),
    Row("47 no name", deck("''"), ((1, 1, "empty", "'deck'"),)),
    *(
        Row(f"47 the deck {name}", deck(f'"{name}"'), ((1, 7, "deck-name", f"'{name}'"),))
        for name in ("A::", "::", "::A", "A::::B")
    ),
    Row("48 Default", deck("Default"), ((1, 7, "deck-name", "'Default' is Anki's own"),)),
    Row("48 below default", deck("'default::Verbs'"), ((1, 7, "deck-name", "'Default'"),)),
    Row(
        "48 a note in Default",
        "notes:\n  - {q: a, a: b, deck: Default}\n",
        ((2, 24, "deck-name", "'Default'"),),
    ),
    Row("52 a tab in a deck's name", deck(r'"a\tb"'), ((1, 7, "deck-name", "tabs"),)),
    Row("52 a line end in a deck's name", deck(r'"a\nb"'), ((1, 7, "deck-name", "one line"),)),
]

MEDIA = [
    Row("62 missing", single("![](mapp.png)"), ((2, 13, "missing-media", "mean map.png"),)),
    Row(
        "62 in another folder", single("![](city.png)"), ((2, 13, "missing-media", "img/city.png"),)
    ),
    Row(
        "63 a picture that Anki would not find",
        as_html('<img alt=x src = "map.png">x'),
        ((3, 27, "html-attribute", "map.png"),),
    ),
    Row("65 encoded", single("![](my%20map.png)"), ((2, 13, "missing-media", "my%20map.png"),)),
    Row("65 with a query", single("![](map.png?v=1)"), ((2, 13, "media-kind", "map.png?v=1"),)),
    Row("65 with a fragment", single("![](map.png#x)"), ((2, 13, "media-kind", "map.png#x"),)),
    Row("69 no such sound", single("[sound:b.mp3]"), ((2, 16, "missing-media", "b.mp3"),)),
    Row("69 a blank before the name", single("[sound: a.mp3]"), ()),
    Row("69 another case", single("[Sound:a.mp3]"), ()),
    Row("70 another case", single("![](MAP.PNG)"), ((2, 13, "missing-media", "mean map.png"),)),
    Row("71 zero bytes", single("![](zero.png)"), ((2, 13, "media-size", "zero.png is empty"),)),
    Row("73 a way out", single("![](../../x.png)"), ((2, 13, "media-outside", "../../x.png"),)),
    Row(
        "73 an absolute name",
        single("![](/dev/zero.png)"),
        ((2, 13, "media-outside", "/dev/zero"),),
    ),
    Row(
        "73 a file of the system",
        single("![](/etc/passwd)"),
        ((2, 13, "media-outside", "/etc/passwd"),),
    ),
    Row("73 file:", single("![](file:///x.png)"), ((2, 13, "active-content", "file:"),)),
    Row("73 a link out", single("![](environ.png)"), ((2, 13, "media-outside", "environ.png"),)),
    Row(
        "73 a link in a circle",
        single("![](circle.png)"),
        ((2, 13, "missing-media", "circle.png"),),
    ),
    Row("74 a folder", single("![](folder.png)"), ((2, 13, "missing-media", "folder.png"),)),
    Row("74 a pipe", single("![](pipe.png)"), ((2, 13, "missing-media", "pipe.png"),)),
    Row("74 a device", single("![](zero-device.png)"), ((2, 13, "media-outside", "zero-device"),)),
    Row("75 a drawing with a script", single("![](s.svg)"), ((2, 13, "active-content", "s.svg"),)),
    Row(
        "75 a drawing with a handler", single("![](on.svg)"), ((2, 13, "active-content", "on.svg"),)
    ),
    Row("75 a drawing", single("![a drawing](plain.svg)"), ()),
]

HTML = [
    Row("76 a script", single("<script>x</script>"), ((2, 9, "active-content", "<script>"),)),
    Row("76 a frame", single("<iframe src=x></iframe>"), ((2, 9, "active-content", "<iframe>"),)),
    Row(
        "76 a handler",
        single("<b onclick=x>b</b>"),
        ((2, 9, "active-content", "onclick=… on <b>"),),
    ),
    Row("76 a link", single("[a](javascript:x)"), ((2, 13, "active-content", "javascript:"),)),
    Row("77 a word in angle brackets", single("List<String> in C++ <vector>"), ()),
    Row("78 a formula", single(r"\(x\) and \[y\]"), ()),
    Row(
        "79 a remote picture",
        single("![](https://a.org/x.png)"),
        ((2, 13, "remote-media", "https://a.org/x.png"),),
    ),
    Row("79 without a scheme", single("![](//a.org/x.png)"), ((2, 13, "remote-media", "//a.org"),)),
    Row("79 LaTeX", single("[latex]x[/latex]"), ((2, 9, "active-content", "[latex]"),)),
    Row(
        "76 a script in HTML",
        as_html("<script>x</script>"),
        ((3, 9, "active-content", "<script>"),),
    ),
    Row(
        "79 a remote picture in HTML",
        as_html('<img src="//a.org/x.png">'),
        ((3, 19, "remote-media", "//a.org/x.png"),),
    ),
    Row(
        "79 another picture for other screens",
        as_html('<img src=map.png srcset="map.png, //a/x 2x">'),
        ((3, 43, "remote-media", "//a/x"),),
    ),
    Row(
        "77 a tag that is never closed in HTML",
        as_html("x <y and more"),
        ((3, 11, "unclosed-tag", "&lt;"),),
    ),
]

ACTIVE_IN_HTML = [
    "<!--><img src=map.png onerror=alert(1)>-->",
    "<!--x--!><img src=map.png onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><title><script>alert(1)</script></title></svg>",
    "<svg><xmp><script>alert(1)</script></xmp></svg>",
    '<math><style><!--</style><b title="--><img src=x onerror=alert(1)>"></b></math>',
    "<svg><animate attributeName=href values=x;javascript:alert(1)></svg>",
    "<style></STYLE><img src=map.png onerror=alert(1)>",
    "<style></stylex></style><img src=map.png onerror=alert(1)>",
    "<style>b { background: \\75rl(//evil/x.png) }</style>",
    "<style>b { background: image-set('https://evil/x.png' 1x) }</style>",
    "<b title='",
    "<b ",
    '<img/src="map.png"/onerror=alert(1)>',
    "<a href='java&#9;script:alert(1)'>x</a>",
]
"""Active content in an HTML field, and markup that would break a card's frame."""

HARMLESS_IN_HTML = [
    "<!-- a comment --><b>bold</b>",
    "<!---->x<!--[if gte mso 9]><xml></xml><![endif]-->",
    '<div class="x" style="color: red">a &lt; b</div>',
    "<style>.x > b { color: red; content: '\\201c' }</style><span class=x>y</span>",
    '<a href="https://example.org/?on=1&amp;x=y" title="one =two">x</a>',
    "<textarea>some text = x</textarea><ruby>漢<rt>かん</rt></ruby>",
    '<img src="map.png" alt="a &lt;b> c">',
    "a < b and 3 <4 are text to a browser too",
]
"""What an imported deck may well hold."""
