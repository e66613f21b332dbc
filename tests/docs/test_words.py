"""Messages, help, documents, the page and comments use the words of the field."""

from __future__ import annotations

import io
import re
import tokenize

import pytest
from conftest import ROOT

# Patterns of words that make readers stumble, each with what to write instead.
WORDS = {
    r"mend(s|ed|ing)?": "fix",
    r"(non-)?blanks?": "space, empty",
    r"gaps?": "cloze deletion, cloze",
    r"parted by": "separated by",
    r"by (day|night)|night or day|(day|night) colou?rs": "light, dark",
    r"how grave|graver": "severity",
    r"(?<!there )(is|are|was|were) no (?!longer|more|one)\w+": "is not a …",
    r"anew": "again",
    r"told": "reported",
    r"lies": "is in",
    r"who(m|so)?ever": "anyone who",
    r"without a word|in silence": "without diagnostics, silently",
    r"takes? care that": "make sure",
    r"(a|the) way out": "how to fix it",
    r"(is|are) as (it|they) should be": "already formatted",
    r"what (is|was) (said|asked( for)?)": "messages, results, options",
    r"in the one way": "format",
    r"(can't|cannot) be had": "already in use",
    r"(come|comes|bring|brings) .{0,20}?along": "is packed, contains",
    r"st(ands?|ood) (in|behind|beside|at|before|on|there|where|below|above)": "is in, is after",
    r"no card is like": "no matching cards",
    r"heeded": "respected",
}
GROUPS = [f"(?P<w{number}>{words})" for number, words in enumerate(WORDS)]
PATTERN = re.compile(rf"(?<![\w-])(?:{'|'.join(GROUPS)})(?![\w-])", re.IGNORECASE)
BETTER = {f"w{number}": better for number, better in enumerate(WORDS.values())}
# What is right all the same, by file.
RIGHT = {
    "docs/how-to/from-csv.md": {"stands in"},  # a table, in a kitchen
    "flashdeck/scaffold/starter/agents.md": {"lies"},  # Madrid, in the middle
    "flashdeck/anki/template/av.py": {"blank"},  # Anki's option `cloze_blank`
    "flashdeck/anki/template/render.py": {"blank"},  # Anki's message
    "flashdeck/importing/sanitise.py": {"blank"},  # Anki's name for a deck without one
    "flashdeck/compile/example.py": {"stands on"},  # what stands on the Moon
    "flashdeck/notetypes/style.css": {"lies", "by day", "by night"},  # as in built packages
    "flashdeck/scaffold/starter/moon.yaml": {"stands on"},
}
CODE = {
    ".js": re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|//[^\n]*|/\*.*?\*/', re.DOTALL),
    ".css": re.compile(r'"(?:[^"\\\n]|\\.)*"|/\*.*?\*/', re.DOTALL),
}
WHOLE = {".txt", ".md", ".yaml", ".yml", ".html", ".json"}
FILES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "docs").glob("*.py")),
    *sorted(
        path
        for path in (ROOT / "flashdeck").rglob("*.*")
        if path.suffix in {".py", *CODE, *WHOLE} and "mathjax" not in path.parts
    ),
]


def spoken(path):
    """Return the words of a file with the line of each: all of it, or strings and comments."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        names = {tokenize.STRING, tokenize.COMMENT}
        names.add(getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING))
        return [(token.start[0], token.string) for token in tokens if token.type in names]
    if path.suffix in CODE:
        text = re.sub(r"\$\{[^}\n]*\}", "", text)
        found = CODE[path.suffix].finditer(text)
        return [(text.count("\n", 0, match.start()) + 1, match.group()) for match in found]
    return [(1, text)]


def stumbles(path):
    """Yield each word of a file that another would replace, with its line."""
    name = path.relative_to(ROOT).as_posix()
    for first, text in spoken(path):
        for match in PATTERN.finditer(text):
            words = " ".join(match.group().split())
            if words.lower() not in RIGHT.get(name, set()):
                line = first + text.count("\n", 0, match.start())
                yield f"{name}:{line}: '{words}', write: {BETTER[match.lastgroup]}"


def test_no_word_makes_a_reader_stumble():
    assert [line for path in FILES for line in stumbles(path)] == []


@pytest.mark.parametrize(
    "words", ["check mends it", "three blanks", "a gap", "a file that is no deck", "drawn anew"]
)
def test_each_of_these_words_is_found(words, tmp_path, monkeypatch):
    monkeypatch.setattr("test_words.ROOT", tmp_path)
    for name, text in {"a.md": words, "a.py": f'"{words}"', "a.js": f"// {words}"}.items():
        path = tmp_path / name
        path.write_text(text, "utf-8")
        assert len(list(stumbles(path))) == 1
