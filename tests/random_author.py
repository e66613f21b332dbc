"""An author who edits a project at random: a project with a little of everything."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

OLD = 1_500_000_000 * 10**9
LOCK = "flashdeck.lock"
SETTINGS = "flashdeck.yaml"
NOTETYPE = "cards/notetypes/country.yaml"
SOURCES: dict[str, str] = {
    SETTINGS: "id: 0123456789abcdef\nname: Random\ncss: own.css\n",
    "own.css": ".card { color: #123 }\n",
    NOTETYPE: (
        "notetype: Country\nfields: [Country, Capital]\nkeys: {q: Country, a: Capital}\n"
        "templates:\n  - {name: One, front: '{{Country}}', back: '{{Capital}}'}\n"
    ),
    "cards/a.yaml": (
        "deck: Alpha\ntags: [web]\nnotes:\n  - q: What is $x$?\n    a: |\n      Code:\n\n"
        "      ```python\n      print(1 < 2)\n      ```\n    id: aaaaaaaa1\n"
        "  - cloze: '{{c1::one}} and {{c2::two}}'\n  - {q: flow, a: '*style*', reverse: true}\n"
    ),
    "cards/b.yaml": (
        "deck: Beta\ndescription: All *about* it\nnotes:\n  - q: '![a map](map.png)'\n    a: b\n"
        "  - q: heard\n    a: '![](word.mp3)'\n---\ndeck: Alpha::Deep\nmarkup: html\nnotes:\n"
        "  - q: <b>bold</b>\n    a: <img src=map.png>\n    typed: 'true'\n"
    ),
    "cards/kept/c.yaml": (
        "deck: Beta::Kept\nmedia: verbatim\nnotes:\n"
        "  - q: '![a map](map.png)'\n    a: '![](k.png)'\n"
    ),
    "cards/own.yaml": "notetype: Country\nnotes:\n  - q: France\n    a: Paris\n",
    "cards/t.yaml": "deck: Alpha::Table\ntable: words.csv\n",
    "cards/words.csv": "q,a,id\none,eins,\ntwo,*zwei*,tttttttt1\n",
    "cards/masks.yaml": (
        "deck: Masks\nnotes:\n  - image: map.png\n    occlude:\n"
        "      - {label: one, at: [10%, 10%, 20%, 20%]}\n"
        "      - {label: '*two*', at: [40%, 10%, 20%, 20%], group: g}\n"
        "      - {label: three, at: [70%, 10%, 20%, 20%], group: g}\n"
    ),
    "cards/map.png": "map",
    "cards/kept/map.png": "another map",
    "cards/word.mp3": "word",
    "cards/media/k.png": "k",
    "cards/media/_static.png": "static",
}
NOTES = """\
  - {q: QUESTION, a: '**b**'}
  - q: QUESTION
    a: text
    id: iiiiiiiiNUMBER
  - cloze: "{{c1::QUESTION}} {{c3::hidden}}"
    hint: a *hint*
  - {cloze: 'QUESTION {{c2::x}}', id: iiiiiiiiNUMBER}
  - q: QUESTION
    choices: [text, more]
    a: text
    deck: ::Below
  - q: QUESTION
    a: '![](map.png)'
    extra: '[sound:word.mp3]'
  - {q: QUESTION, a: '![](none.png)', id: iiiiiiiiNUMBER}
  - {q: QUESTION, a: '![](k.png)', tags: [one, two]}
  - notetype: Country
    fields: {Country: QUESTION, Capital: '*c*'}
  - image: map.png
    occlude:
      - {label: QUESTION, at: [10%, 10%, 20%, 20%], n: 2}
      - {label: x, at: [50%, 50%, 20%, 20%]}
  - q: QUESTION
    # flashdeck: ignore unknown-language short-id
    a: |
      ```pyhton
      x
      ```
    typed: x
  - q: QUESTION
    list: [text, {text: '*one*', n: 3}]
    context: 1
  - set:
      - QUESTION
      - |
        two
    whole: true
  - {q: QUESTION, a: a, deck: beta}
  - {q: QUESTION, a: a, id: shortNUMBER}
"""
NEW_NOTES = re.split(r"(?m)^(?=  - )", NOTES)[1:]
WORDS = [
    ("text", "texts"),
    ("texts", "text"),
    ("one", "öne"),
    ("*", "**"),
    ("map.png", "k.png"),
    ("k.png", "map.png"),
    ("c1::", "c2::"),
    ("c2::", "c1::"),
    ("c3::", "c4::"),
    ("q: ", "cloze: "),
    ("true", "false"),
    ("python", "pyhton"),
    ("pyhton", "python"),
    ("label: x", "label: y"),
    (", n: 1}", "}"),
    ("group: g", "group: h"),
    ("list: ", "set: "),
    ("set:", "list:"),
    ("10%", "11%"),
    ("  - q", "  -  q"),
    ("a: a", "a: b"),
    ("a: b", "a: 'b"),
    ("    a: ", "    b: "),
    ("tags: [", "tags: [new, "),
    ("reverse: true", "hint: h"),
    ("QUESTION", "$y$"),
    ("deck: ::Below", "deck: Masks"),
    ("deck: Alpha", "deck: alpha"),
    ("deck: alpha", "deck: Alpha"),
    ("deck: Beta", "deck: Gamma"),
    ("deck: Gamma", "deck: Beta"),
    ("media: verbatim\n", ""),
    ("notes:\n", "markup: html\nnotes:\n"),
    ("markup: html", "markup: text"),
    ("notes:\n", "media: verbatim\nnotes:\n"),
    ("markup: text\n", ""),
    ("\n", "\r\n"),
    ("\r\n", "\n"),
    ("notes:\n", "description: About\nnotes:\n"),
    ("notes:\n", "tags: [t]\nnotes:\n"),
    ("notes:\n", "# flashdeck: ignore cloze-removed deck-moved\nnotes:\n"),
    ("deck: ", "  deck: "),
    ("one,eins", "one,'eins"),
    ("two,", "three,"),
    ("tttttttt1", "tttttttt2"),
    ("q,a,id", "q,a"),
    ("\n", "\nnew,neu,\n"),
    ("q,a", "Q,a"),
    ("'typed: true'", "typed: true"),
    ("\n", "\n# comment\n"),
    ("notes:\n", "notetype: Country\nnotes:\n"),
    ("table: words.csv", "table: none.csv"),
    ("table: none.csv", "table: words.csv"),
    ("", "\ufeff"),
    ("\ufeff", ""),
    ("id: ", "id: x"),
]
# What a document says for all of its notes.
HEADS = [
    ("tags: [", "tags: [more, "),
    ("tags: [more, ", "tags: ["),
    ("notes:\n", "tags: [t]\nnotes:\n"),
    ("notes:\n", "markup: html\nnotes:\n"),
    ("notes:\n", "markup: text\nnotes:\n"),
    ("notes:\n", "media: verbatim\nnotes:\n"),
    ("markup: html", "markup: text"),
    ("markup: text\n", ""),
    ("media: verbatim\n", ""),
    ("deck: Alpha", "deck: Delta"),
    ("deck: Delta", "deck: Alpha"),
]
SETTING_WORDS = [
    ("", "markup: html\n"),
    ("markup: html\n", ""),
    ("", "removed: keep\n"),
    ("removed: keep\n", ""),
    ("", "rules: {missing-media: error, short-id: off}\n"),
    ("name: Random\n", ""),
    ("name: Other\n", "name: Random\n"),
    ("name: Random\n", "name: Other\n"),
    ("css: own.css", "css: none.css"),
    ("css: none.css", "css: own.css"),
    ("", "media: verbatim\n"),
    ("media: verbatim\n", ""),
    ("", "packages: {one.apkg: [Beta, Masks]}\n"),
    ("packages: {one.apkg: [Beta, Masks]}\n", ""),
    ("", "limits: {scalar: 30}\n"),
    ("limits: {scalar: 30}\n", ""),
    ("#123", "#124"),
    ("id: 0123456789abcdef\n", ""),
    ("'{{Capital}}'", "'{{FrontSide}}{{Capital}}'"),
    ("{q: Country, ", "{land: Country, "),
    ("{land: Country, ", "{q: Country, "),
    ("[Country, Capital]", "[Country, {name: City, was: Capital}]"),
    ("front: '{{Country}}'", "front: '{{Capital}}'"),
    ("front: '{{Capital}}'", "front: '{{Country}}'"),
    ("name: One", "name: Two"),
    ("notetype: Country", "notetype: Land"),
]


class Author:
    """Edits a project at random, and remembers how it stood when it last built."""

    def __init__(self, root: Path, luck: random.Random) -> None:
        self.root = root
        self.luck = luck
        self.past: dict[str, list[bytes]] = {LOCK: [], "build/.cache": []}
        self.number = 0
        self.moment = OLD
        self.built = True
        for path, text in SOURCES.items():
            self.write(path, text.encode())
        self.good = files_of(root)

    def write(self, path: str, data: bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        # As if it had been saved a while ago, each time later: so that a build may be recalled.
        self.moment += 10**9
        os.utime(target, ns=(self.moment, self.moment))

    def remove(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)

    def decks(self) -> list[str]:
        own = [
            one for one in files_of(self.root) if one.endswith(".yaml") and one.startswith("cards/")
        ]
        return [one for one in own if one != NOTETYPE]

    def work(self) -> None:
        """Edit some more, or go back to what built."""
        if not self.built and self.luck.random() < 0.5:
            self.restore()
        for _ in range(self.luck.choice((0, 1, 1, 1, 2, 3)) if self.number else 0):
            self.edit()
        self.number += 1

    def rest(self, *, built: bool) -> None:
        """Look at what a build left."""
        self.built = built
        self.good = files_of(self.root) if built else self.good
        for path, known in self.past.items():
            if self.is_file(path):
                known.append((self.root / path).read_bytes())
                del known[:-5]

    def edit(self) -> None:
        often: list[Callable[[], None]] = [self.words] * 3 + [self.heads] * 3 + [self.add] * 2
        seldom: list[Callable[[], None]] = [self.drop, self.copy, self.move, self.shuffle]
        others: list[Callable[[], None]] = [self.files, self.settings, self.media, self.lock]
        self.luck.choice([*often, *seldom, *others, self.kept])()

    def restore(self) -> None:
        """Go back to what built."""
        for path in files_of(self.root):
            if path != LOCK and path not in self.good:
                self.remove(path)
        for path, data in self.good.items():
            if path != LOCK:
                self.write(path, data)

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace a random occurrence of a text."""
        text = (self.root / path).read_bytes().decode()
        if not old:
            text = text + new if new != "\ufeff" else new + text
        elif old in text:
            pieces = text.split(old)
            at = self.luck.randrange(1, len(pieces))
            text = old.join(pieces[:at]) + new + old.join(pieces[at:])
        self.write(path, text.encode())

    def words(self) -> None:
        path = self.luck.choice([*self.decks(), "cards/words.csv"])
        if not (self.root / path).is_file():
            return
        text = (self.root / path).read_bytes().decode()
        fitting = [pair for pair in WORDS if pair[0] in text]
        self.replace(path, *self.luck.choice(fitting))

    def heads(self) -> None:
        path = self.luck.choice(self.decks())
        text = (self.root / path).read_bytes().decode()
        fitting = [(old, new) for old, new in HEADS if old in text and not (new and new in text)]
        if fitting:
            self.replace(path, *self.luck.choice(fitting))

    def settings(self) -> None:
        path = self.luck.choice(
            [one for one in (SETTINGS, NOTETYPE, "own.css") if self.is_file(one)]
        )
        text = (self.root / path).read_text("utf-8")
        fitting = [pair for pair in SETTING_WORDS if pair[0] and pair[0] in text]
        if path == SETTINGS:
            fitting += [pair for pair in SETTING_WORDS if not pair[0] and pair[1][:5] not in text]
        if fitting:
            self.replace(path, *self.luck.choice(fitting))

    def is_file(self, path: str) -> bool:
        return (self.root / path).is_file()

    def chunks(self, path: str) -> list[str]:
        """Give what stands before the notes, and each note with what stands behind it."""
        text = (self.root / path).read_bytes().decode()
        return re.split(r"(?m)^(?=  - )", text)

    def some_deck(self) -> tuple[str, list[str]]:
        path = self.luck.choice(self.decks())
        return path, self.chunks(path)

    def add(self) -> None:
        path, chunks = self.some_deck()
        note = self.luck.choice(NEW_NOTES).replace("QUESTION", self.luck.choice("abcde"))
        note = note.replace("NUMBER", str(self.number))
        chunks.insert(self.luck.randrange(1, len(chunks) + 1), note)
        self.write(path, "".join(chunks).encode())

    def drop(self) -> None:
        path, chunks = self.some_deck()
        if len(chunks) > 2:
            del chunks[self.luck.randrange(1, len(chunks))]
            self.write(path, "".join(chunks).encode())

    def copy(self) -> None:
        self.move(copied=True)

    def move(self, *, copied: bool = False) -> None:
        path, chunks = self.some_deck()
        if len(chunks) < 2:
            return
        at = self.luck.randrange(1, len(chunks))
        note = chunks[at]
        if not copied:
            del chunks[at]
            self.write(path, "".join(chunks).encode())
        path, chunks = self.some_deck()
        chunks.insert(self.luck.randrange(1, len(chunks) + 1), note)
        self.write(path, "".join(chunks).encode())

    def shuffle(self) -> None:
        path, chunks = self.some_deck()
        tail = chunks[1:]
        self.luck.shuffle(tail)
        self.write(path, "".join([chunks[0], *tail]).encode())

    def files(self) -> None:
        """Rename, remove, copy or swap files."""
        one, other = self.luck.choice(self.decks()), self.luck.choice(self.decks())
        data, others = (self.root / one).read_bytes(), (self.root / other).read_bytes()
        folder, letter = self.luck.choice(("", "sub/", "kept/")), self.luck.choice("aAmz")
        new = f"cards/{folder}{letter}{self.number % 7}.yaml"
        match self.luck.randrange(5):
            case 0 if len(self.decks()) > 4:
                self.remove(one)
            case 1:
                self.write(one, others)
                self.write(other, data)
            case 2:
                self.write(new, data)
            case 3:
                self.write(new, f"notes:\n  - {{q: new, a: note {self.number}}}\n".encode())
            case _:
                self.remove(one)
                self.write(new, data)

    def media(self) -> None:
        path = self.luck.choice(
            [
                "cards/map.png",
                "cards/kept/map.png",
                "cards/word.mp3",
                "cards/media/k.png",
                "cards/k.png",
                "cards/media/map.png",
                "cards/none.png",
                "cards/media/_static.png",
                "cards/kept/k.png",
            ]
        )
        match self.luck.randrange(4):
            case 0:
                self.remove(path)
            case 1 if self.is_file(path):
                self.write(path, (self.root / path).read_bytes()[::-1])
            case _:
                self.write(path, self.luck.choice([b"map", b"k", b"more", b""]))

    def lock(self) -> None:
        past = self.past[LOCK]
        now = (self.root / LOCK).read_bytes() if self.is_file(LOCK) else b""
        match self.luck.randrange(4):
            case 0:
                self.remove(LOCK)
            case 1 if past:
                self.write(LOCK, past[0])
            case 2 if past:
                self.write(LOCK, b"<<<<<<< a\n" + now + b"=======\n" + past[0] + b">>>>>>> b\n")
            case _:
                text = re.sub(rb"\tquestion\t", b"\tcloze\t", now, count=1)
                self.write(LOCK, text)

    def kept(self) -> None:
        """Damage the cache, or restore an older one."""
        path = self.root / "build" / ".cache"
        past = [one for one in self.past["build/.cache"] if b"\n" in one]
        if not past or not self.is_file("build/.cache") or b"\n" not in path.read_bytes():
            return
        match self.luck.randrange(5):
            case 0:
                path.unlink()
            case 1:
                path.write_bytes(path.read_bytes()[: -self.luck.randrange(1, 200)])
            case 2:
                shutil.copy(path, path.with_name("copied"))
                path.with_name("copied").replace(path)
            case _:
                path.write_bytes(resealed(past[0], path.read_bytes()))


def resealed(old: bytes, new: bytes) -> bytes:
    """Return an old cache with the seal of the new one."""
    head, _, body = old.partition(b"\n")
    seal, *_ = json.loads(new.partition(b"\n")[0])
    _, *others = json.loads(head)
    return json.dumps([seal, *others]).encode() + b"\n" + body


def files_of(root: Path) -> dict[str, bytes]:
    """Return all files outside `build/`."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "build" not in path.relative_to(root).parts
    }
