"""The catalogue of hazards, row by row: sources, files, names, and their import into Anki."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import hazards_rows
import pytest
from conftest import NOW
from hazards_rows import ACTIVE_IN_HTML, HARMLESS_IN_HTML, Row, as_html, asks, single
from real_anki import Learner
from test_fuzz import state

from flashdeck import report
from flashdeck.compile.compiler import compile_project
from flashdeck.diagnostics import FlashdeckError, Severity
from flashdeck.project.project import load_project

ROWS = [
    row
    for rows in ("YAML", "NOTES", "NAMES", "MEDIA", "HTML")
    for row in getattr(hazards_rows, rows)
]
PNG = b"\x89PNG\r\n"
FILES = {
    "map.png": PNG,
    "img/city.png": PNG + b"city",
    "a.mp3": b"ID3",
    "zero.png": b"",
    "s.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "on.svg": b'<?xml version="1.0"?>\n<svg\n  width="9" onload="x()"/>',
    "plain.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0 L9 9"/></svg>',
}
COUNTRY = """\
notetype: Country
fields: [Country, Capital]
templates:
  - {name: Capital, front: "{{Country}}", back: "{{Capital}}"}
"""


@pytest.fixture
def media(project):
    """A project with pictures and with invalid picture files."""
    cards = project.root / "cards"
    for name, data in FILES.items():
        (cards / name).parent.mkdir(exist_ok=True)
        (cards / name).write_bytes(data)
    (cards / "folder.png").mkdir()
    (project.root.parent / "x.png").write_bytes(PNG)
    os.mkfifo(cards / "pipe.png")
    for name, target in {
        "environ.png": "/proc/self/environ",
        "circle.png": "circle.png",
        "zero-device.png": "/dev/zero",
    }.items():
        (cards / name).symlink_to(target)
    return project


def fields(project):
    """The fields of every note in the package."""
    compiled, _ = compile_project(load_project(project.root)[0])
    return [note.fields for note in compiled.collection.notes]


def errors(problems):
    return [problem for problem in problems if problem.severity is Severity.ERROR]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_row_is_reported_at_its_position(media, row: Row):
    source = row.source if isinstance(row.source, bytes) else row.source.encode()
    (media.root / "cards" / "deck.yaml").write_bytes(source)
    problems = [
        problem
        for problem in report.in_order(media.check())
        if problem.span.path == "cards/deck.yaml"
    ]
    assert [(problem.span.line, problem.span.column, problem.rule) for problem in problems] == [
        expected[:3] for expected in row.expected
    ]
    for problem, (*_, words) in zip(problems, row.expected, strict=True):
        assert words in f"{problem.message}; {problem.hint}"


# YAML


@pytest.mark.parametrize(
    "text",
    "no yes on off null ~ 12:30 017 00123 1.10 2024-01-01 0x1F 1_000 1e3 .inf NaN <<".split(),
)
def test_rows_4_and_5_text_stays_the_text_that_was_written(project, text):
    project.write("cards/deck.yaml", f"notes:\n  - q: What is {text}?\n    a: {text}\n")
    ((_, answer, *_),) = fields(project)
    assert answer == text.replace("<", "&lt;")


@pytest.mark.slow
@pytest.mark.parametrize(
    "bad",
    [
        "  - q: Flask: what? {}\n    a: x\n",
        "  - q: *bold* {}\n    a: x\n",
        "  - q: see {} #5\n    a: x\n",
        "  - q: see {}\n    b: x\n",
        "  - cloze: {{{{c1::x}}}} {}\n",
        "  - cloze: nothing is hidden in {}\n",
        '  - q: "![](map{}.png)"\n    a: x\n',
    ],
)
def test_row_17_fifty_errors_in_a_large_file_are_all_found(project, bad):
    good = "  - q: What is the number {}?\n    a: It is {}\n"
    notes = [(bad if n % 30 == 7 else good).format(n, n) for n in range(1_500)]
    project.write("cards/deck.yaml", "notes:\n" + "".join(notes))
    lines = {problem.span.line for problem in project.check() if problem.severity is Severity.ERROR}
    assert len(lines) >= 49


def test_row_17_a_file_that_is_no_deck_ends_with_some_problems(project):
    project.write("cards/deck.yaml", "notes:\n" + "  - a\n" * 50_000)
    problems = project.check()
    assert len(problems) == 1_000
    assert problems[-1].rule == "more-problems"


def test_row_17_many_bytes_that_are_no_text_end_with_some_problems(project):
    (project.root / "cards" / "deck.yaml").write_bytes(b"\xff" * 2_000_000)
    assert [problem.rule for problem in project.check()] == ["encoding"] * 50


# Fields and templates


@pytest.mark.parametrize(
    ("front", "words"),
    [("{{Nope}}", "Nope"), ("{{#Capital}}{{Country}}", "Capital"), ("hello", "no field is shown")],
)
def test_row_34_a_template_that_cannot_work_is_an_error_in_its_file(project, front, words):
    project.write("cards/notetypes/country.yaml", COUNTRY.replace("{{Country}}", front))
    project.write("cards/deck.yaml", "notes:\n  - {notetype: Country, fields: {Country: a}}\n")
    problems = [problem for problem in project.check() if problem.rule == "template"]
    assert [(problem.span.path, problem.span.line) for problem in problems] == [
        ("cards/notetypes/country.yaml", 4)
    ]
    assert words in problems[0].message


def test_row_20_a_field_that_the_note_type_lacks_is_an_error(project):
    project.write("cards/notetypes/country.yaml", COUNTRY)
    project.write(
        "cards/deck.yaml", "notes:\n  - notetype: Country\n    fields: {Country: a, Capitl: b}\n"
    )
    (problem,) = project.check()
    assert (problem.rule, *problem.span[1:3]) == ("unknown-field", 3, 26)
    assert problem.hint == "did you mean 'Capital'?"


# HTML


def test_row_77_what_is_no_tag_is_shown(project):
    project.write("cards/deck.yaml", single("List<String> in C++ <vector>, x<y"))
    assert fields(project)[0][0] == "List&lt;String&gt; in C++ &lt;vector&gt;, x&lt;y"


def test_row_78_formulas_stay_formulas(project):
    project.write("cards/deck.yaml", single(r"\(x_1\) and \[y\]"))
    assert fields(project)[0][0] == r"\(x_1\) and \[y\]"


@pytest.mark.parametrize("text", ACTIVE_IN_HTML)
def test_row_76_html_that_a_browser_would_run_is_an_error(media, text):
    media.write("cards/deck.yaml", as_html(text))
    rules = {problem.rule for problem in errors(media.check())}
    assert rules & {"active-content", "unclosed-tag"}


@pytest.mark.parametrize("text", HARMLESS_IN_HTML)
def test_row_76_html_that_runs_nothing_passes_as_it_is(media, text):
    media.write("cards/deck.yaml", as_html(text))
    assert [problem for problem in media.check() if problem.rule != "unused-media"] == []
    shown = fields(media)[0][0]
    assert shown == text or "<img" in text


# Special files


@pytest.mark.parametrize("name", ["deck.yaml", "flashdeck.yaml", "flashdeck.lock"])
@pytest.mark.parametrize("what", ["pipe", "folder", "out", "nowhere", "circle", "device", "socket"])
def test_rows_73_and_74_sources_that_are_no_files_of_the_project_are_refused(
    two_notes, what, name, monkeypatch
):
    folder = two_notes.root / ("cards" if name == "deck.yaml" else "")
    path = folder / name
    (two_notes.root.parent / "secret").write_text("SECRET")
    targets = {"out": two_notes.root.parent / "secret", "nowhere": "nothing", "device": "/dev/zero"}
    if what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    elif what == "socket":
        monkeypatch.chdir(folder)  # the name of a socket is short
        with socket.socket(socket.AF_UNIX) as open_socket:
            open_socket.bind(name)
    else:
        path.symlink_to(targets.get(what, name))
    before = state(two_notes.root)
    try:
        problems = errors(two_notes.build().diagnostics)
    except FlashdeckError as error:
        words = f"{error} {error.hint}"
    else:
        words = report.framed(problems, report.source_lines(two_notes.root), color=False)
        assert {problem.rule for problem in problems} == {"unreadable"}
    assert f"{name} can't be read: " in words
    assert "SECRET" not in words
    assert state(two_notes.root) == before
    assert not (two_notes.root / "nothing").exists()


def test_row_73_a_linked_folder_is_reported(two_notes):
    (two_notes.root.parent / "others").mkdir()
    (two_notes.root / "cards" / "more").symlink_to(two_notes.root.parent / "others")
    (two_notes.root / "cards" / "circle").symlink_to(".")
    problems = two_notes.check()
    assert [(problem.rule, problem.span.path) for problem in problems] == [
        ("unreadable", "cards/circle"),
        ("unreadable", "cards/more"),
    ]
    assert "a link to a folder" in problems[0].message


def test_an_unreadable_folder_is_reported(two_notes, monkeypatch):
    closed = two_notes.root / "cards" / "closed"
    closed.mkdir()
    iterdir = type(closed).iterdir

    def refuse(path):
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return iterdir(path)

    monkeypatch.setattr(type(closed), "iterdir", refuse)
    (problem,) = two_notes.check()
    assert (problem.rule, problem.span.path) == ("unreadable", "cards/closed")
    assert problem.message == "cards/closed can't be read: permission denied"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (b"\xff\xe9.yaml", "not UTF-8"),
        (b"\xff/deck.yaml", "not UTF-8"),
        (b"a\nb.yaml", "control character"),
        (b"a\x1b[2J.yaml", "control character"),
    ],
)
def test_row_72_a_source_needs_a_name_that_can_be_written_down(project, name, words):
    path = project.root / "cards" / os.fsdecode(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(asks("Who?"))
    (problem,) = errors(project.build().diagnostics)
    assert problem.rule == "unreadable"
    assert words in problem.message
    shown = report.framed([problem], report.source_lines(project.root), color=False)
    assert shown.split("\n")[0].endswith(f"{words} [unreadable]")
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    "name", ["Default.yaml", " .yaml", "::.yaml", "a::/b.yaml", "x" * 210 + ".yaml"]
)
def test_row_48_a_deck_named_after_its_file_needs_a_name_too(project, name):
    project.write(f"cards/{name}", asks("Who?"))
    (problem,) = errors(project.build().diagnostics)
    assert (problem.rule, problem.span) == ("deck-name", (f"cards/{name}", 1, 1, 1, 2))
    assert "rename the file" in problem.hint
    project.write(f"cards/{name}", "deck: Spanish\n" + asks("Who?"))
    project.built()


def test_a_source_in_capitals_is_read(project):
    project.write("cards/VERBS.YAML", asks("ir?"))
    assert len(project.built().packages) == 1


# Names of packages


@pytest.mark.parametrize(
    "name", ["../../evil.apkg", "/evil.apkg", "a/b.apkg", "a\\b.apkg", "a\tb.apkg"]
)
def test_row_73_a_package_is_always_in_build(two_notes, name):
    two_notes.write(
        "flashdeck.yaml", "packages:\n  " + repr(name).replace("'", '"') + ": [Flask]\n"
    )
    before = state(two_notes.root)
    (problem,) = errors(two_notes.build().diagnostics)
    assert (problem.rule, *problem.span[:3]) == ("package-name", "flashdeck.yaml", 2, 3)
    assert state(two_notes.root) == before


@pytest.mark.parametrize("name", ["a\tb.apkg", "a\nb.apkg", "a\udcff.apkg", "x" * 260 + ".apkg"])
def test_row_72_the_lock_can_hold_every_name_that_a_package_gets(two_notes, tmp_path, name):
    with pytest.raises(FlashdeckError, match="a package's name"):
        two_notes.build(output=tmp_path / name)


def test_row_72_a_deck_with_too_long_a_name_for_a_file_is_an_error(project):
    project.write("cards/deck.yaml", "deck: " + "日" * 199 + "\n" + asks("Who?"))
    (problem,) = errors(project.build().diagnostics)
    assert problem.rule == "package-name"
    assert "packages:" in problem.hint


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "..", "a/b", r"C:\x", "~", "$(x)"])
def test_a_deck_named_like_a_path_stays_in_build(project, name):
    project.write("cards/deck.yaml", f"deck: '{name}'\n" + asks("Who?"))
    (package,) = project.built().packages
    assert package.path.parent == project.root / "build"
    assert package.path.resolve().parent == (project.root / "build").resolve()


def test_packages_that_differ_in_case_are_an_error(project):
    project.write("cards/a.yaml", "deck: A\n" + asks("one"))
    project.write("cards/b.yaml", "deck: B\n" + asks("two"))
    project.write("flashdeck.yaml", "packages: {x.apkg: [A], X.apkg: [B]}\n")
    (problem,) = errors(project.build().diagnostics)
    assert problem.rule == "package-name"
    assert "'x.apkg' and 'X.apkg'" in problem.message


# Settings and lock


@pytest.mark.parametrize("text", ["{}", "{ }", "{ # mine\n}\n", "---\n{}\n"])
def test_empty_settings_take_the_projects_id(two_notes, text):
    two_notes.write("flashdeck.yaml", text)
    two_notes.built()
    first = two_notes.read("flashdeck.yaml")
    two_notes.built()
    assert two_notes.read("flashdeck.yaml") == first
    assert load_project(two_notes.root)[0].settings.id


@pytest.mark.parametrize("name", [r'"a\tb"', r'"a\nb"', "x" * 101])
def test_a_projects_name_fits_into_the_name_of_a_note_type(two_notes, name):
    two_notes.write("flashdeck.yaml", f"name: {name}\n")
    (problem,) = errors(two_notes.check())
    assert (problem.rule, *problem.span[1:3]) == ("not-a-name", 1, 7)


@pytest.mark.parametrize("data", [b"\xff\xfeh\0i\0", b"\x80\x81" * 500])
def test_a_binary_lock_is_an_error(two_notes, data):
    (two_notes.root / "flashdeck.lock").write_bytes(data)
    with pytest.raises(FlashdeckError) as caught:
        two_notes.build()
    assert str(caught.value) == "flashdeck.lock can't be read: it is not UTF-8"


def test_a_lock_of_garbage_is_not_quoted_to_its_end(two_notes):
    two_notes.write("flashdeck.lock", "garbage\n" * 5_000)
    problems = two_notes.check()
    assert [problem.rule for problem in problems] == ["lock"] * 20 + ["more-problems"]
    assert "4,980 more lines" in problems[-1].message


# Output


def test_row_14_control_characters_are_escaped_in_source_lines(project):
    project.write("cards/deck.yaml", asks("a\x1b]0;x\x07b\u202ec"))
    shown = report.framed(project.check(), report.source_lines(project.root), color=False)
    assert "a␛]0;x␇b\ufffdc" in shown
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}


# Faults


def run(root, *arguments, **options):
    """Run the command in a new process."""
    command = [sys.executable, "-m", "flashdeck", *arguments]
    return subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=False, timeout=60, **options
    )


@pytest.mark.parametrize("size", [3_000, 100])
def test_row_81_a_full_disk_is_an_error_and_changes_nothing(two_notes, size):
    import resource

    two_notes.built()
    two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    before = state(two_notes.root)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))  # noqa: E731
    shown = run(two_notes.root, "build", preexec_fn=limit)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert "the disk is full; the previous file was kept" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert state(two_notes.root) == before


def test_row_81_a_second_build_reports_the_running_one(two_notes):
    from flashdeck.files.lock import lock

    two_notes.built()
    two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    before = state(two_notes.root)
    with lock(two_notes.root / "build" / ".lock"):
        shown = run(two_notes.root, "build")
    assert (shown.returncode, shown.stdout) == (1, "")
    assert f"another flashdeck build (process {os.getpid()}) is running here" in shown.stderr
    assert state(two_notes.root) == before


# Import into Anki


def test_row_33_compiled_cards_are_the_cards_in_anki(project):
    project.write("cards/notetypes/country.yaml", COUNTRY.replace(
        "back:", "back: x}\n  - {name: Back, front: '{{#Capital}}{{Capital}}{{/Capital}}', back:"
    ))  # fmt: skip
    project.write(
        "cards/deck.yaml",
        """\
        notes:
          - {q: one, a: way, id: aaaaaaaaaa01}
          - {q: two, a: ways, reverse: true, id: aaaaaaaaaa02}
          - {cloze: "{{c1::a}} {{c3::b}}", id: aaaaaaaaaa03}
          - {notetype: Country, fields: {Country: x}, id: aaaaaaaaaa04}
          - {notetype: Country, fields: {Country: x, Capital: y}, id: aaaaaaaaaa05}
        """,
    )
    project.built()
    with Learner() as learner:
        assert learner.import_package(project.package).new == 5
        ordinals = [[card.ordinal for card in learner.cards(guid)] for guid in learner.guids()]
        assert ordinals == [[0], [0, 1], [0, 2], [0], [0, 1]]
        assert learner.check_database() == ""
        assert learner.empty_cards() == []


def test_rows_38_and_56_an_edited_question_stays_the_note_that_it_was(two_notes):
    two_notes.built()
    with Learner() as learner:
        learner.import_package(two_notes.package)
        guid = learner.guids()[0]
        learner.answer(guid)
        before = learner.card(guid).history
        two_notes.replace("cards/flask.yaml", "Who created Flask?", "Who wrote Flask?")
        two_notes.built()  # within the same second
        done = learner.import_package(two_notes.package)
        assert (done.new, done.updated) == (0, 1)
        assert learner.card(guid).history == before
        assert "Who wrote Flask?" in learner.render(guid).question


def test_rows_37_and_50_two_authors_decks_never_meet(project, tmp_path):
    packages = []
    for _ in range(2):
        project.write("flashdeck.yaml", "")
        (project.root / "flashdeck.lock").unlink(missing_ok=True)
        project.write("cards/deck.yaml", "deck: Spanish\nnotes:\n  - {q: ir, a: to go}\n")
        packages.append(tmp_path / f"{len(packages)}.apkg")
        project.built(output=packages[-1])
    with Learner() as learner:
        assert [learner.import_package(package).new for package in packages] == [1, 1]
        assert len(set(learner.guids())) == 2


def test_row_40_two_equal_notes_are_two_notes(project):
    project.write("cards/deck.yaml", "notes:\n  - {q: a, a: b}\n  - {q: a, a: b}\n")
    project.built()
    with Learner() as learner:
        assert learner.import_package(project.package).new == 2
        project.replace("cards/deck.yaml", "a: b", "a: c")
        project.built()
        assert learner.import_package(project.package).updated == 2


def test_row_51_a_renamed_deck_is_reported_with_instructions(two_notes):
    two_notes.built()
    two_notes.replace("cards/flask.yaml", "deck: Flask", "deck: Flask::Web")
    moved = [problem for problem in two_notes.built().diagnostics if problem.rule == "deck-moved"]
    assert moved
    assert "'Flask'" in moved[0].message


def test_row_54_a_released_note_type_cannot_get_another_field(project):
    project.write("cards/notetypes/country.yaml", f"{COUNTRY}reserve: 0\n")
    project.write("cards/deck.yaml", "notes:\n  - {notetype: Country, fields: {Country: a}}\n")
    project.built()
    project.replace("cards/notetypes/country.yaml", "Capital]", "Capital, Flag]")
    before = state(project.root)
    problems = errors(project.build().diagnostics)
    assert [problem.rule for problem in problems] == ["schema-change"]
    assert "'Flag'" in problems[0].message
    assert state(project.root) == before


def test_row_55_another_kind_is_another_note_and_the_import_goes_on(two_notes):
    two_notes.built()
    with Learner() as learner:
        learner.import_package(two_notes.package)
        two_notes.replace(
            "cards/flask.yaml",
            "q: Who created Flask?\n    a: Armin Ronacher",
            'cloze: "{{c1::Armin}} created Flask."',
        )
        problems = two_notes.built().diagnostics
        assert "changed-kind" in {problem.rule for problem in problems}
        done = learner.import_package(two_notes.package)
        assert (done.new, done.updated, done.conflicting) == (1, 1, 0)


def test_row_57_an_unedited_note_keeps_changes_by_learners(two_notes):
    two_notes.built()
    with Learner() as learner:
        learner.import_package(two_notes.package)
        first, second = learner.guids()
        learner.add_tag(second, "mine")
        two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
        two_notes.now += 86_400
        two_notes.built()
        learner.import_package(two_notes.package)
        assert learner.note(first).fields[1] == "Armin"
        assert "mine" in learner.note(second).tags


def test_row_58_a_removed_cloze_is_reported(two_notes):
    two_notes.built()
    two_notes.replace("cards/flask.yaml", "{{c2::Jinja2}}", "Jinja2")
    problems = two_notes.built().diagnostics
    assert [problem.rule for problem in problems] == ["cloze-removed"]


def test_row_60_ids_are_valid_times_in_anki(two_notes):
    two_notes.now = 0
    with pytest.raises(FlashdeckError, match="the clock says 0 seconds"):
        two_notes.build()
    two_notes.now = NOW
    two_notes.built()
    with Learner() as learner:
        learner.import_package(two_notes.package)
        assert learner.check_database() == ""


def test_row_61_notes_are_learned_in_order(project):
    project.write("cards/deck.yaml", "notes:\n  - {q: a, a: b}\n  - {q: c, a: d}\n")
    project.built()
    with Learner() as learner:
        learner.import_package(project.package)
        project.write("cards/deck.yaml", project.read("cards/deck.yaml") + "  - {q: e, a: f}\n")
        project.now += 86_400
        project.built()
        learner.import_package(project.package)
        due = {learner.note(guid).fields[0]: learner.card(guid).due for guid in learner.guids()}
        assert due["a"] < due["c"] < due["e"]


def test_rows_62_to_68_a_picture_is_imported_under_a_unique_name(media):
    media.write("cards/deck.yaml", single("![](map.png) ![](img/city.png)"))
    media.built()
    with Learner() as learner:
        learner.import_package(media.package)
        first = set(learner.media())
        (media.root / "cards" / "map.png").write_bytes(PNG + b"another")
        media.now += 86_400
        media.built()
        learner.import_package(media.package)
        (new,) = set(learner.media()) - first
        assert learner.media()[new] == PNG + b"another"
        assert new in learner.render(learner.guids()[0]).question


def test_the_rows_are_numbered_and_named_once():
    assert len({row.name for row in ROWS}) == len(ROWS)
