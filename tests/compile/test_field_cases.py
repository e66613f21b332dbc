"""Golden cases: a text, and the exact field or the exact messages and positions of its problems.

They begin with the number of the row of the catalogue of hazards that they belong to. A title may
end in `[html]` for a text that is HTML, `[yaml]` for a whole deck, `[sub]` for a text in a deck of
the folder `sub`. This writes the expectations again:
`PYTHONPATH=tests python tests/compile/test_field_cases.py`
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from hazards_rows import as_html, single
from media_files import write_media
from real_anki import Learner

from flashdeck.compile.compiler import compile_project
from flashdeck.diagnostics import Diagnostic
from flashdeck.project.project import load_project
from flashdeck.release.build import Options, build
from flashdeck.report import in_order

CASES = ROOT / "tests" / "cases" / "fields"
MARK = "--- expect\n"
DECKS = {"[html]": as_html, "[yaml]": str, "[sub]": single}


def question(text: str) -> str:
    """A deck of one question; of several lines they begin in line 3, column 7."""
    lines = "\n      ".join(text.split("\n"))
    return f"notes:\n  - q: |\n      {lines}\n    a: x\n" if "\n" in text else single(text)


def sections(path: Path) -> list[tuple[str, str, str]]:
    """Title, text and expectation of each case in a file."""
    cases = []
    for section in path.read_text("utf-8").split("=== ")[1:]:
        title, _, rest = section.partition("\n")
        text, _, expected = rest.partition(MARK)
        cases.append((title, text.rstrip("\n"), expected.strip("\n")))
    return cases


def cases() -> Iterator[object]:
    for path in sorted(CASES.glob("*.txt")):
        for title, text, expected in sections(path):
            yield pytest.param(title, text, expected, id=f"{path.stem}: {title}")


def written(root: Path, title: str, text: str) -> str:
    """Write the case's deck; its path."""
    for path in (root / "cards").rglob("deck.yaml"):
        path.unlink()
    name = "cards/sub/deck.yaml" if title.endswith("[sub]") else "cards/deck.yaml"
    deck = next((made for ending, made in DECKS.items() if title.endswith(ending)), question)
    (root / name).write_text(deck(text), "utf-8")
    return name


def outcome(root: Path, title: str, text: str) -> str:
    """The problems of a case, or its first field if there are none."""
    written(root, title, text)
    compiled, problems = compile_project(load_project(root)[0])
    if problems:
        return "\n".join(map(_shown, in_order(problems)))
    return compiled.collection.notes[0].fields[0]


def _shown(problem: Diagnostic) -> str:
    span = problem.span
    severity = "" if problem.severity == "error" else f"{problem.severity} "
    hint = f"\n  {problem.hint}" if problem.hint else ""
    place = f"{span.line}:{span.column}-{span.end_column}"
    return f"{place} {severity}{problem.rule}: {problem.message}{hint}"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("media") / "project"
    write_media(folder)
    return folder


@pytest.mark.parametrize(("title", "text", "expected"), list(cases()))
def test_each_text_is_a_field_or_reported_with_its_position(root, title, text, expected):
    assert outcome(root, title, text) == expected


def test_there_are_at_least_the_catalogues_124_cases_of_media():
    media = [path for path in CASES.glob("*.txt") if path.stem not in {"active", "clozes"}]
    assert sum(len(sections(path)) for path in media) >= 124


def test_every_reference_that_is_accepted_arrives_in_anki(tmp_path):
    root = tmp_path / "project"
    write_media(root)
    (root / "cards" / "way").unlink()  # a build refuses links to folders
    good = [
        (text, expected)
        for path in sorted(CASES.glob("*.txt"))
        for title, text, expected in sections(path)
        if not title.endswith("]") and not expected[:1].isdigit()
        if "data:" not in expected  # Anki's check makes a file of it
    ]
    rows = "".join(question(text).removeprefix("notes:\n") for text, _ in good)
    written(root, "[yaml]", f"notes:\n{rows}")
    built = build(root, Options(now=1_780_000_000, output=root / "all.apkg"))
    assert built.diagnostics == ()
    (package,) = built.packages
    with Learner() as learner:
        learner.import_package(package.path)
        check = learner.collection.media.check()
        assert (list(check.missing), list(check.unused)) == ([], [])
        assert package.media == len(learner.media())


if __name__ == "__main__":
    import sys
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        write_media(Path(made) / "inner" / "project")
        for path in [Path(name) for name in sys.argv[1:]] or sorted(CASES.glob("*.txt")):
            path.write_text(
                "\n".join(
                    f"=== {title}\n{text}\n{MARK}"
                    f"{outcome(Path(made) / 'inner' / 'project', title, text)}\n"
                    for title, text, _ in sections(path)
                ),
                "utf-8",
            )
