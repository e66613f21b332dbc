"""Pictures that Anki rendered from LaTeX: imported and built with their notes."""

from __future__ import annotations

import hashlib
import json

import genanki
import pytest
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.cli.run import run
from flashdeck.importing.importer import import_file

DISABLED = "LaTeX image generation is disabled"
SETTINGS = "id: abcdefgh\nname: X\nmarkup: html\nmedia: verbatim\n"
FORMULA = """\
notetype: Formula
fields: [Words, TeX]
templates:
  - name: Card
    front: "{{Words}}"
    back: "{{FrontSide}} [$]{{TeX}}[/$]"
latex_svg: true
"""
CLOZE = """\
notetype: Gaps
kind: cloze
fields: [Text]
templates:
  - name: Card
    front: "{{cloze:Text}}"
    back: "{{cloze:Text}}"
"""


def picture(tex: str, ending: str = "png") -> str:
    """Name a formula's picture as Anki does."""
    return f"latex-{hashlib.sha1(tex.encode()).hexdigest()}.{ending}"  # noqa: S324 - Anki's choice


SQUARE = picture("$x^2$")


def put(project, *names: str) -> None:
    for name in names:
        project.write(f"cards/media/{name}", name)


def packed(path) -> list[str]:
    return [one.name for one in read_apkg(path).media]


def rules(problems) -> set[str]:
    return {problem.rule for problem in problems}


@pytest.fixture
def formulas(project):
    """A project with a formula on a card, and not yet its picture."""
    project.write("flashdeck.yaml", SETTINGS)
    project.write("cards/d.yaml", "deck: D\nnotes:\n  - {q: square, a: '[$]x^2[/$]'}\n")
    return project


@pytest.fixture
def package(tmp_path):
    """A package as Anki exports it, with two formulas and their pictures."""
    model = genanki.Model(
        1_600_000_000_001,
        "Maths",
        fields=[{"name": "F"}, {"name": "B"}],
        templates=[{"name": "Card", "qfmt": "{{F}}", "afmt": "{{B}}"}],
    )
    deck = genanki.Deck(1_600_000_000_002, "Maths")
    for guid, tex in {"guid-1": "[$]x^2[/$]", "guid-2": "a [latex]$a<br>b$[/latex]"}.items():
        deck.add_note(genanki.Note(model, fields=[guid, tex], guid=guid))
    media = []
    for name in (SQUARE, picture("$a\nb$")):
        media.append(tmp_path / name)
        media[-1].write_text(name)
    whole = genanki.Package(deck, media_files=media)
    whole.write_to_file(tmp_path / "maths.apkg")
    return tmp_path / "maths.apkg"


def test_pictures_of_formulas_come_back_out_of_an_imported_deck(project, package, capsys):
    project.now = 2_000_000_000  # genanki dates the package by the real clock
    done = import_file(package, project.root.parent / "maths", now=project.now)
    project.root = done.root
    assert rules(done.diagnostics) == set()
    assert project.check() == []
    project.built()
    names = sorted([SQUARE, picture("$a\nb$")])
    assert packed(project.package) == names
    with Learner() as learner:
        learner.import_package(project.package)
        assert sorted(learner.media()) == names
        assert DISABLED not in learner.render("guid-1").answer
    assert run(["cards", "--json", "-C", str(project.root)]) == 0
    shown = capsys.readouterr().out
    assert SQUARE in shown
    assert DISABLED not in shown


def test_a_picture_may_lie_beside_the_deck_in_a_project_with_names_of_its_own(project):
    project.write("cards/d.yaml", "notes:\n  - {q: x, a: '[$]x^2[/$]', markup: html}\n")
    project.write(f"cards/{SQUARE}", "x")
    assert project.check() == []
    project.built()
    assert packed(project.package) == [SQUARE]


def test_what_a_template_makes_a_formula_of_has_its_picture_under_its_own_ending(project):
    project.write("flashdeck.yaml", SETTINGS)
    project.write("cards/notetypes/formula.yaml", FORMULA)
    project.write(
        "cards/d.yaml",
        """\
        deck: D
        notetype: Formula
        notes:
          - fields: {Words: square, TeX: x^2}
            id: abcdefghij
        """,
    )
    put(project, picture("$x^2$", "svg"))
    project.built(allow_scripts=True)
    assert packed(project.package) == [picture("$x^2$", "svg")]
    with Learner() as learner:
        learner.import_package(project.package)
        assert DISABLED not in learner.render("abcdefghij").answer


def test_a_formula_in_a_cloze_has_a_picture_for_each_side_that_shows_it(project):
    project.write("flashdeck.yaml", SETTINGS)
    project.write("cards/notetypes/gaps.yaml", CLOZE)
    project.write(
        "cards/d.yaml",
        """\
        deck: D
        notetype: Gaps
        notes:
          - fields: {Text: "[$]{{c1::a}} + {{c2::b}}[/$]"}
            id: abcdefghij
        """,
    )
    names = [picture(f"${tex}$") for tex in ("a + b", "[...] + b", "a + [...]")]
    put(project, *names)
    assert rules(project.check()) == set()
    project.built()
    assert packed(project.package) == sorted(names)
    with Learner() as learner:
        learner.import_package(project.package)
        sides = [side for number in (0, 1) for side in learner.render("abcdefghij", number)]
    assert [side for side in sides if DISABLED in side] == []


def test_a_formula_without_its_picture_still_runs_latex(formulas):
    (problem,) = formulas.check()
    assert problem.rule == "active-content"
    assert problem.message.endswith(f"since there is no {SQUARE}")
    formulas.replace("cards/d.yaml", "square", "'a square [$]y[/$]'")
    put(formulas, SQUARE)
    assert [problem.rule for problem in formulas.check()] == ["active-content"] * 2
    formulas.built(allow_scripts=True)
    assert packed(formulas.package) == [SQUARE]


def test_the_picture_of_another_formula_is_still_unused(formulas):
    put(formulas, SQUARE, picture("$y$"))
    (problem,) = formulas.check()
    assert (problem.rule, problem.span.path) == (
        "unused-media",
        f"cards/media/{picture('$y$')}",
    )


def test_a_picture_that_comes_later_and_goes_again_is_noticed_each_time(formulas):
    formulas.built(allow_scripts=True)
    assert packed(formulas.package) == []
    put(formulas, SQUARE)
    formulas.built()
    assert packed(formulas.package) == [SQUARE]
    formulas.built()
    (formulas.root / f"cards/media/{SQUARE}").unlink()
    assert rules(formulas.build().diagnostics) == {"active-content"}


def test_a_picture_that_comes_later_is_packed_where_scripts_run(formulas):
    formulas.built(allow_scripts=True)
    formulas.built(allow_scripts=True)
    put(formulas, SQUARE)
    formulas.built(allow_scripts=True)
    assert packed(formulas.package) == [SQUARE]


def test_each_package_has_the_pictures_of_its_own_formulas(formulas):
    formulas.write("cards/e.yaml", "deck: E\nnotes:\n  - {q: why, a: '[$$]y[/$$]'}\n")
    other = picture(r"\begin{displaymath}y\end{displaymath}")
    put(formulas, SQUARE, other)
    formulas.built()
    packages = {path.stem: packed(path) for path in (formulas.root / "build").glob("*.apkg")}
    assert packages == {"d": [SQUARE], "e": [other]}


def test_pictures_of_formulas_go_where_a_deck_is_exported_to(formulas, tmp_path):
    put(formulas, SQUARE)
    formulas.built()
    out = tmp_path / "out"
    assert run(["export", "--to", "crowdanki", str(out), "-C", str(formulas.root)]) == 0
    whole = json.loads((out / "d/deck.json").read_text("utf-8"))
    assert whole["media_files"] == [SQUARE]
    assert (out / f"d/media/{SQUARE}").exists()


def test_a_new_note_brings_the_picture_of_its_formula_into_a_project(project, package):
    project.write("cards/maths.yaml", "deck: Maths\nnotes:\n  - {q: one, a: two}\n")
    project.built()
    import_file(package, project.root, now=project.now)
    assert (project.root / f"cards/media/{SQUARE}").exists()
    project.built()
    assert SQUARE in packed(project.package)
