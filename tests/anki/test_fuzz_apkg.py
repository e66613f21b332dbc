"""Randomly damaged packages: each is read, or refused with a message of one sentence."""

from __future__ import annotations

import io
import random
from contextlib import suppress

import pytest
from hostile import BELL, MEMBERS, NEWEST, blob, entry, newest, number, package, with_sql, zstd
from rich.console import Console

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.read.archive import Unreadable
from flashdeck.anki.read.protobuf import Message
from flashdeck.comparison.compare import diff
from flashdeck.diagnostics import FlashdeckError
from flashdeck.model import Collection
from flashdeck.preview.serve.rows import both_sides
from flashdeck.preview.terminal.draw import draw
from flashdeck.rendered_cards import cards
from flashdeck.stats import count

pytestmark = pytest.mark.slow

_TEXTS = (
    "{{c1::a::b}} \\(x^2\\) [sound:a.mp3] [anki:tts lang=de_DE]a[/anki:tts]",
    "<p>a <b>b</b></p><pre>c</pre><table><tr><td>d</table><details><summary>e</summary>f</details>",
    "<img src='a b.png' alt=\"c\"><ruby>漢<rt>かん</rt></ruby> 漢[かん] &nbsp;&lt;",
    "[latex]a[/latex] [$]b[/$] [[type:City]] <script>c</script> <style>d</style> <!-- e --> <![f<",
)
LISTED = entry("bell.mp3", BELL, 4)
CONFIG = blob(1, b"{{City}}") + number(2, 3) + blob(3, b".card {}") + number(9, -4)
NAMES = {"collection.anki2": "c2"}


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes after a few random changes: flips, cuts, doubles, strange numbers."""
    image = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(image))
        match chance.randrange(4):
            case 0:
                image[at] = chance.randrange(256)
            case 1:
                image[at : at + 4] = chance.choice(
                    [b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"]
                )
            case 2:
                width = chance.randint(1, 64)
                image[at:at] = image[at : at + width]
            case _:
                del image[at : at + chance.choice([1, 7, 4096])]
        if not image:
            return b""
    return bytes(image)


def refused_or_shown(data: bytes) -> None:
    """Read a package and show its cards; any error has a short printable message."""
    try:
        shown(read_apkg(io.BytesIO(data)))
    except FlashdeckError as error:
        assert "\n" not in str(error)  # noqa: PT017 - it may well be read
        assert len(str(error)) < 300  # noqa: PT017 - likewise


def shown(collection: Collection) -> None:
    """Show each card as text, in the gallery and in the terminal, and count all."""
    console = Console(file=io.StringIO())
    for one in cards(collection):
        assert isinstance(one.front_text + one.back_text, str)
        both_sides(one.notetype, one.note, one.card)
        console.print(draw(one.note, one.card, one.notetype))
    count(collection, {}, ())
    diff(collection, collection)


def older(chance: random.Random) -> bytes:
    """An older package with one of its members damaged."""
    name = chance.choice(["collection.anki2", "collection.anki2", "media"])
    return package(**{NAMES.get(name, name): damaged(MEMBERS[name], chance)})


def middle(chance: random.Random) -> bytes:
    """A package of Anki 2.1 with both older collections, one of them damaged, or its `meta`."""
    name = chance.choice(["c21", "c21", "c21", "meta", "c2"])
    members = {"c21": MEMBERS["collection.anki2"], "c2": MEMBERS["collection.anki2"]}
    members |= {"meta": b"\x08\x02"} if chance.randrange(2) or name == "meta" else {}
    return package(**members | {name: damaged(members[name], chance)})


def texts(chance: random.Random) -> bytes:
    """An older package with sound tables and damaged texts."""
    text = damaged(chance.choice(_TEXTS).encode(), chance).decode("utf-8", "replace")
    literal = text.replace("'", "''").replace("\0", "").replace("\x1f", "")
    change = chance.choice([f"flds = '{literal}' || x'1f' || 'b'", f"tags = '{literal}'"])
    return with_sql(f"UPDATE notes SET {change}")


def newer(chance: random.Random) -> bytes:
    """A newest package, damaged in its database, in its list of media, or in what is packed."""
    match chance.randrange(3):
        case 0:
            return newest(damaged(NEWEST, chance), media=LISTED, files=(b"ding",))
        case 1:
            return newest(media=damaged(LISTED, chance), files=(b"ding",))
        case _:
            return newest(damaged(zstd.compress(NEWEST), chance), raw=True)


def whole(chance: random.Random) -> bytes:
    """A package whose zip file is damaged anywhere, its directory most."""
    good = chance.choice([package(), newest(media=LISTED, files=(b"ding",))])
    tail = chance.randint(1, 600)
    return good[:-tail] + damaged(good[-tail:], chance)


MAKERS = (older, middle, newer, whole, texts)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_package_is_shown_or_refused(make, seed):
    chance = random.Random(seed)
    for _ in range(80):
        refused_or_shown(make(chance))


def test_reading_any_bytes_as_protobuf_never_crashes():
    chance = random.Random(1)
    for _ in range(5_000):
        with suppress(Unreadable):
            message = Message(damaged(CONFIG, chance), "note type")
            message.text(1), message.number(2), message.optional(9), message.several(3)
