"""A straightforward script with PyYAML, markdown-it-py, Pygments and genanki.

The program that flashdeck is compared with: the same notes to the same kind of package, without
errors, identity, history or preview. Usage: python plain.py PROJECT OUT.apkg [--safe] [--html]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import genanki
import yaml
from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

MATH = re.compile(r"(?<![\\$])\$(?! )([^$\n]+?)(?<! )\$")
PICTURE = re.compile(r'<img src="(?:[^"]*/)?([^"/]+)"')
QUESTION = genanki.Model(
    1607392319,
    "Question",
    fields=[{"name": "Front"}, {"name": "Back"}, {"name": "Reverse"}],
    templates=[
        {"name": "Card 1", "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr id=answer>{{Back}}"},
        {
            "name": "Card 2",
            "qfmt": "{{#Reverse}}{{Back}}{{/Reverse}}",
            "afmt": "{{FrontSide}}<hr id=answer>{{Front}}",
        },
    ],
)
CLOZE = genanki.Model(
    1607392320,
    "Cloze",
    fields=[{"name": "Text"}, {"name": "Extra"}],
    templates=[{"name": "Cloze", "qfmt": "{{cloze:Text}}", "afmt": "{{cloze:Text}}<br>{{Extra}}"}],
    model_type=genanki.Model.CLOZE,
)


def highlighted(code: str, language: str, _: object) -> str:
    """Highlight a block."""
    if not language:
        return ""
    return highlight(code, get_lexer_by_name(language), HtmlFormatter())


def main() -> None:
    """Read the project, write the package."""
    root, out = Path(sys.argv[1]), Path(sys.argv[2])
    loader = yaml.SafeLoader if "--safe" in sys.argv else yaml.CSafeLoader
    ready = "--html" in sys.argv
    markdown = MarkdownIt("commonmark", {"highlight": highlighted}).enable("table")

    def html(text: str) -> str:
        if ready:
            return text
        rendered = markdown.render(MATH.sub(r"\\\\(\1\\\\)", text))
        return PICTURE.sub(r'<img src="\1"', rendered)

    decks = []
    for path in sorted((root / "cards").glob("*.yaml")):
        document = yaml.load(path.read_text("utf-8"), loader)  # noqa: S506 - both are safe
        deck = genanki.Deck(abs(hash(document["deck"])) % 10**10, document["deck"])
        for note in document["notes"]:
            if "cloze" in note:
                model, fields = CLOZE, [html(note["cloze"]), ""]
            else:
                reverse = "1" if note.get("reverse") else ""
                model, fields = QUESTION, [html(note["q"]), html(note["a"]), reverse]
            tags = note.get("tags", [])
            deck.add_note(genanki.Note(model, fields, tags=tags, guid=note["id"]))
        decks.append(deck)
    package = genanki.Package(decks, [str(path) for path in root.rglob("*.png")])
    package.write_to_file(out)


if __name__ == "__main__":
    main()
