"""The parts of the preview: sessions, watching, the one-file page, editors and the command."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from browsing import SILENCE, UNSCALED, serving
from conftest import NOW
from playwright.sync_api import expect

from flashdeck.cli.run import run
from flashdeck.compile.media.cache import MediaCache
from flashdeck.files.watch import Watched, changes
from flashdeck.model import Card, Collection, Deck, Field, Note, NoteType, Template
from flashdeck.preview import session
from flashdeck.preview.preview import PreviewedSources
from flashdeck.preview.serve.editor import editor_command, editor_link, editor_parts
from flashdeck.preview.serve.onefile import OneFile, one_file
from flashdeck.preview.serve.pagefiles import page_file
from flashdeck.preview.serve.snapshot import Snapshot
from flashdeck.preview.serve.store import PreviewStore
from flashdeck.preview.session import PreviewSession
from flashdeck.project import project as project_module


def fresh(project):
    return PreviewSession(project.root).compile()


@pytest.fixture
def decks(two_notes):
    two_notes.write("flashdeck.yaml", "id: recompiletest\nname: Test\n")
    two_notes.replace(
        "cards/flask.yaml", "    a: Armin Ronacher\n", "    a: Armin\n    id: aaaaaaaa1\n"
    )
    two_notes.write("cards/more.yaml", "deck: More\nnotes:\n  - {q: one, a: two, id: bbbbbbbb1}\n")
    return two_notes


EDITS = [
    ("a: Armin", "a: Ronacher"),
    ("q: Who created Flask?", "q: Who made $x$?"),
    ("{{c2::Jinja2}}", "{{c3::Jinja2}} and {{c4::Click}}"),
    ("tags: [web]", "tags: [net]"),
    ("deck: Flask", "deck: Fläschchen"),
    ("id: aaaaaaaa1", "id: bbbbbbbb1"),
    ("    a: Armin\n", "    a: Armin\n    reverse: true\n"),
    ("q: Who", "q: 'Who"),
    ("a: Armin", "b: Armin"),
]


@pytest.mark.parametrize(("old", "new"), EDITS)
def test_compiling_changed_files_equals_compiling_everything(decks, old, new):
    previewed = PreviewSession(decks.root)
    previewed.compile()
    path = decks.root / "cards" / "flask.yaml"
    decks.replace("cards/flask.yaml", old, new)
    partly, wholly = previewed.compile([path]), fresh(decks)
    assert partly == wholly
    assert places(partly) == places(wholly)
    decks.replace("cards/flask.yaml", new, old)
    assert previewed.compile([path]) == fresh(decks)


LINES = """\
  - q: one
    a: two
    id: cccccccc1
  - {q: flow, a: style, id: cccccccc2}
  - cloze: "{{c1::a}} gap"
    id: cccccccc3
    a: |
      - q: text that looks like a note
      more
    a: 'never closed
    a: closed'
  - q: "several

      lines"
    extra: >+

  # a comment
  # flashdeck: ignore short-id
tags: [late]
---
...
- q: further left
      - q: further right
  -
    q: below
    tags: [a, b]
    deck: ::Deeper
    reverse: true
    a: ![a picture](none.png)
deck: Flask
notes:
""".splitlines(keepends=True)


def test_successive_edits_equal_compiling_everything(decks):
    decks.built()
    settled = decks.read("cards/flask.yaml") + "".join(
        f"  - q: question {number}\n    a: answer\n    id: number{number:03d}\n"
        for number in range(6)
    )
    dice = random.Random(7)
    path = decks.write("cards/flask.yaml", settled)
    previewed = PreviewSession(decks.root)
    previewed.compile()
    for _ in range(150):
        lines = decks.read("cards/flask.yaml").splitlines(keepends=True)
        at = dice.randrange(len(lines) + 1)
        match dice.randrange(6):
            case 0:
                lines[at:at] = dice.choices(LINES, k=dice.choice((1, 1, 2)))
            case 1:
                del lines[at : at + dice.choice((1, 2, 3))]
            case 2 | 3 if at < len(lines):
                lines[at] = lines[at].replace("e", dice.choice(("x", "é", "*x*")), 1)
            case 4 if at < len(lines):
                lines[at] = dice.choice(LINES)
            case _:
                lines = settled.splitlines(keepends=True)
        path.write_text("".join(lines), "utf-8")
        partly, wholly = previewed.compile([path]), fresh(decks)
        assert partly == wholly, "".join(lines)
        assert places(partly) == places(wholly), "".join(lines)


FLOW = "  - {q: flow, a: style, id: cccccccc1}\n"
BLOCK = "  - q: block\n    id: cccccccc2\n    a: |\n      some\n"
PLAIN = "  - q: plain\n    id: cccccccc3\n    a: text\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            PLAIN + FLOW + "tags: [late]\n",
            PLAIN.replace("text", "edited") + FLOW + "tags: [late]\n",
        ),
        (BLOCK + FLOW + PLAIN, f"{BLOCK}    {FLOW}{PLAIN}"),
        (f"{BLOCK}    {FLOW}{PLAIN}", BLOCK + FLOW + PLAIN),
        (PLAIN + FLOW, f"{PLAIN}---\ndeck: Next\nnotes:\n{FLOW}"),
        (f"{PLAIN}---\ndeck: Next\nnotes:\n{FLOW}", f"{PLAIN}---\ndeck: Last\nnotes:\n{FLOW}"),
        (PLAIN + BLOCK + FLOW, PLAIN + FLOW),
        (PLAIN + BLOCK + FLOW, FLOW + BLOCK + PLAIN),
        (PLAIN + BLOCK + FLOW, PLAIN + BLOCK[:-1] + FLOW),
        (PLAIN + BLOCK + FLOW, PLAIN + BLOCK + FLOW.replace("cccccccc1", "cccccccc3")),
        (PLAIN + BLOCK, "  # a comment\n" + PLAIN + "\n\n" + BLOCK),
        (BLOCK + PLAIN, BLOCK.replace("|", "|+") + "\n\n" + PLAIN),
        (BLOCK.replace("|", "|+") + "\n\n" + PLAIN, BLOCK.replace("|", "|+") + PLAIN),
        (PLAIN + BLOCK, (PLAIN + BLOCK).replace("\n  ", "\n")),
        (PLAIN + BLOCK, PLAIN + BLOCK + "    # flashdeck: ignore empty-front\n"),
    ],
)
def test_unedited_parts_of_a_file_are_kept(decks, before, after):
    head = "deck: Flask\nnotes:\n"
    path = decks.write("cards/flask.yaml", head + before)
    decks.built()
    previewed = PreviewSession(decks.root)
    previewed.compile()
    path.write_text(head + after, "utf-8")
    partly, wholly = previewed.compile([path]), fresh(decks)
    assert partly == wholly
    assert places(partly) == places(wholly)


def test_text_after_the_notes_of_an_indented_deck_is_read(decks):
    notes = "".join(f"  - {{q: {letter}, a: two, id: {letter * 9}}}\n" for letter in "cde")
    text = f"  deck: Flask\n  notes:\n{notes}  tags: [late]\n"
    path = decks.root / "cards" / "flask.yaml"
    path.write_text(text, "utf-8")
    previewed = PreviewSession(decks.root)
    previewed.compile()
    path.write_text(text.replace("q: d", "q: edited"), "utf-8")
    partly = previewed.compile([path])
    assert partly == fresh(decks)
    assert {note.tags for note in partly.collection.notes} == {("late",), ()}


def test_an_edit_that_makes_a_deck_too_large_is_reported(decks):
    settings = decks.read("flashdeck.yaml")
    decks.write("flashdeck.yaml", settings + "limits: {nodes: 40}\n")
    notes = "".join(f"  - {{q: {letter}, a: two, id: {letter * 9}}}\n" for letter in "cdef")
    path = decks.write("cards/flask.yaml", "notes:\n" + notes)
    previewed = PreviewSession(decks.root)
    assert not previewed.compile().problems
    decks.replace("cards/flask.yaml", "q: d", "tags: [h, i, j, k, l, m, n, o, p], q: d")
    partly = previewed.compile([path])
    assert partly == fresh(decks)
    assert [problem.rule for problem in partly.problems] == ["limit"]


def test_an_edit_of_a_long_deck_parses_only_the_edited_notes(decks, monkeypatch):
    head = "deck: Long\nnotes:\n"
    notes = [f"  - q: question {n}\n    a: answer\n    id: number{n:03d}\n" for n in range(100)]
    path = decks.write("cards/flask.yaml", head + "".join(notes))
    previewed = PreviewSession(decks.root)
    decks.built()
    previewed.compile()
    read = []
    read_yaml = project_module.read_yaml
    monkeypatch.setattr(
        project_module,
        "read_yaml",
        lambda *args, **kwargs: read.append(args[1]) or read_yaml(*args, **kwargs),
    )
    notes[50] = notes[50].replace("answer", "another\n    extra: more")
    path.write_text(head + "".join(notes), "utf-8")
    state = previewed.compile([path])
    assert read == [(head + notes[50]).encode()]
    assert state == fresh(decks)
    assert places(state) == places(fresh(decks))


def places(state):
    return [note.source for note in state.collection.notes]


def test_new_and_deleted_files_are_detected(decks):
    previewed = PreviewSession(decks.root)
    previewed.compile()
    path = decks.write("cards/new.yaml", "deck: New\nnotes:\n  - {q: a, a: b, id: cccccccc1}\n")
    assert len(previewed.compile([path]).collection.notes) == 4
    path.unlink()
    assert len(previewed.compile([path]).collection.notes) == 3


def edits(snapshot):
    rows = PreviewStore(snapshot).everything()["cards"]
    return {row["id"]: row["edit"] for row in rows if row["edit"]}


def test_only_new_and_edited_notes_have_changed_since_the_last_build(decks):
    assert list(edits(fresh(decks)).values()) == ["new"] * 3
    decks.built()
    assert edits(fresh(decks)) == {}
    decks.replace("cards/more.yaml", "two", "three")
    assert edits(fresh(decks)) == {"bbbbbbbb1": "edited"}


def broken(*_, **__):
    raise OSError("no notifications here")


def silent(*_, stop_event, **__):
    stop_event.wait(10)
    yield from ()


@pytest.mark.parametrize("notifier", [broken, silent])
def test_changes_are_detected_without_file_system_events(project, notifier):
    path = project.write("cards/a.yaml", "notes: []\n")
    stop = Event()

    def write_then(*paths, **settings):
        path.write_text("notes: []\n# more\n")
        return notifier(*paths, **settings)

    watched = Watched((project.root / "cards",), (project.root,))
    assert next(changes(watched, stop, write_then)) == {str(path)}
    stop.set()


def test_a_store_keeps_keys_while_notes_are_edited(decks):
    store = PreviewStore(fresh(decks))
    before = {row["key"]: row["id"] for row in store.everything()["cards"]}
    decks.replace("cards/flask.yaml", "a: Armin", "a: Ronacher")
    store.update(fresh(decks))
    (event,) = store.wait(0, 0)
    assert [row["id"] for row in event["rows"]] == ["aaaaaaaa1"]
    assert event["order"] is None
    assert {row["key"]: row["id"] for row in store.everything()["cards"]} == before
    store.update(fresh(decks))
    assert store.wait(1, 0) == []
    assert store.wait(-60, 0) == [{"version": 1, "reload": True}]


@pytest.mark.parametrize(
    ("editor", "command"),
    [
        ("code", ["code", "--goto", "/p/a b.yaml:12:3"]),
        ("/usr/bin/code --wait", ["/usr/bin/code", "--wait", "--goto", "/p/a b.yaml:12:3"]),
        ("subl", ["subl", "/p/a b.yaml:12:3"]),
        ("pycharm", ["pycharm", "--line", "12", "/p/a b.yaml"]),
        ("gvim", ["gvim", "+12", "/p/a b.yaml"]),
        ("mine -l {line} -c {column} {file}", ["mine", "-l", "12", "-c", "3", "/p/a b.yaml"]),
        ("'my editor' {file}", ["my editor", "/p/a b.yaml"]),
    ],
)
def test_each_editor_gets_the_position_in_its_own_syntax(editor, command):
    assert editor_command(editor_parts(editor), Path("/p/a b.yaml"), 12, 3) == command


def test_the_link_for_vs_code_can_hold_any_folder():
    assert editor_link(Path("/p/Ä b#c")) == "vscode://file/p/%C3%84%20b%23c"


def hexes(block):
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def luminance(color):
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", [0, 1], ids=["day", "night"])
def test_text_has_enough_contrast(theme):
    colors = hexes(re.findall(r":root[^{]*\{(.*?)\}", page_file("page.css"), re.DOTALL)[theme])
    pairs = [
        (ink, back)
        for ink in ("ink", "soft", "accent", "grave", "warm", "fresh")
        for back in ("paper", "panel")
    ]
    pairs += [
        ("accent", "tint"),
        ("soft", "tint"),
        ("grave", "grave-tint"),
        ("ink", "grave-tint"),
        ("panel", "accent"),
    ]
    weak = {}
    for ink, back in pairs:
        light, dark = sorted((luminance(colors[ink]), luminance(colors[back])), reverse=True)
        if (light + 0.05) / (dark + 0.05) < 4.5:
            weak[ink, back] = round((light + 0.05) / (dark + 0.05), 2)
    assert weak == {}
    edge, paper = luminance(colors["edge"]), luminance(colors["paper"])
    light, dark = max(edge, paper), min(edge, paper)
    assert (light + 0.05) / (dark + 0.05) >= 3


PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="10"/>'


@pytest.fixture
def published(decks, monkeypatch):
    decks.write("cards/map.svg", PICTURE)
    decks.write(
        "cards/p.yaml", 'deck: P\nnotes:\n  - {q: "![](map.svg) $x^2$", a: "$y$", id: pppppppp1}\n'
    )
    monkeypatch.chdir(decks.root)
    return decks.root


@pytest.mark.parametrize("media", [[], ["--media", "beside/pictures"]])
def test_the_one_file_page_shows_the_deck_without_requests(published, page, capsys, media):
    assert run(["preview", "--html", "deck.html", *media]) == 0
    assert capsys.readouterr().out == "deck.html\n"
    asked = []

    def hear(request):
        asked.append(request.url)

    page.on("request", hear)
    page.goto((published / "deck.html").as_uri())
    expect(page.locator("#count")).to_have_text("5 cards")
    page.locator("[data-group=deck] button", has_text="P").click()
    shown = page.frame_locator(".tile[aria-posinset='1'] .question iframe")
    expect(shown.locator("mjx-container")).to_be_visible()
    expect(shown.locator("img")).to_have_js_property("naturalWidth", 30)
    page.locator(".tile:visible .open").first.click()
    page.keyboard.press("Space")
    expect(page.frame_locator("#single iframe").locator("#answer")).to_be_attached()
    expect(page.locator(".source")).to_have_count(0)
    remote = [url for url in asked if not url.startswith(("data:", "file:"))]
    assert remote == []
    page.remove_listener("request", hear)
    if media:
        assert [path.read_text() for path in (published / "beside/pictures").iterdir()] == [PICTURE]
    assert str(published) not in (published / "deck.html").read_text("utf-8")


@pytest.mark.parametrize("media", [[], ["--media", "beside"]])
def test_the_one_file_page_keeps_choices_and_plays_sounds(published, page, media):
    (published / "cards" / "beep.wav").write_bytes(SILENCE)
    (published / "cards" / "p.yaml").write_text(
        "deck: P\nnotes:\n  - {q: Which?, choices: [one, two], a: one, id: pppppppp1}\n"
        '  - {q: "Hear ![](beep.wav)", a: b, id: pppppppp2}\n'
    )
    assert run(["preview", "--html", "deck.html", *media]) == 0
    page.set_viewport_size(UNSCALED)
    page.goto((published / "deck.html").as_uri() + "#deck=P")
    page.locator(".tile[aria-posinset='1'] .open").click()
    expect(page.locator("#single .screen[data-shown]")).to_be_visible()
    shown = page.frame_locator("#single iframe")
    shown.get_by_text("two").click()
    page.keyboard.press("Enter")
    expect(shown.locator("#answer")).to_be_attached()
    expect(shown.get_by_role("radio", name="two")).to_be_checked()
    page.locator("[title='→']").click()
    shown.locator(".replay-button").click()
    playing = re.compile(r"^beep-[0-9a-f]{12}\.wav$")
    expect(page.locator("#single .screen")).to_have_attribute("data-playing", playing)


def test_in_print_the_question_is_on_the_left_and_the_answer_on_the_right(published, page):
    assert run(["preview", "--html", "deck.html"]) == 0
    page.goto((published / "deck.html").as_uri())
    expect(page.locator("#count")).to_have_text("5 cards")
    assert page.evaluate("Print.prepare()") == 5
    page.emulate_media(media="print")
    expect(page.locator(".bar")).to_be_hidden()
    first = page.locator(".pair").first.locator("> div")
    question, answer = first.nth(0).bounding_box(), first.nth(1).bounding_box()
    assert question["x"] + question["width"] <= answer["x"]
    assert question["y"] == answer["y"]
    expect(first.nth(0)).to_have_text("Who created Flask?")
    expect(first.nth(1)).to_have_text("Armin")
    expect(page.locator("#print mjx-container")).to_have_count(2)


def test_in_print_code_wraps_and_collapsed_text_is_open_beside_the_answer(decks, page):
    line = "x = " + " + ".join(["1"] * 90)
    decks.write(
        "cards/flask.yaml",
        f"notes:\n  - q: Ask\n    a: |\n      ```python\n      {line}\n      ```\n"
        "\n      <details><summary>Why</summary>Because</details>\n    hint: H\n"
        "    id: aaaaaaaa1\n",
    )
    with serving(PreviewedSources(decks.root, allow_scripts=False)) as running:
        page.goto(running.address)
        expect(page.locator("#count")).to_have_text("2 cards")
        page.evaluate("Print.prepare()")
        page.emulate_media(media="print")
        pair = page.locator(".pair").first.locator("> div")
        expect(pair.nth(0)).to_have_text("Ask")
        expect(pair.nth(1).get_by_text("Because")).to_be_visible()
        assert page.evaluate(
            "(one => one.scrollWidth <= one.clientWidth)("
            "document.querySelectorAll('.pair > div')[1].shadowRoot.querySelector('pre'))"
        )


def test_text_that_closes_scripts_is_escaped(tmp_path, page):
    kind = NoteType(1, "K", (Field("F"),), (Template("T", "{{F}}", "{{F}}"),))
    text = "&lt;/script&gt;</script><!--<script> %%MATHJAX%% <!--SCRIPTS-->"
    note = Note("g", 1, (f"Words {text}",), (), (Card(0, "D</script>"),))
    snapshot = Snapshot("</script>", Collection((kind,), (Deck("D</script>"),), (note,)))
    path = tmp_path / "x.html"
    path.write_text(one_file(snapshot, OneFile()), "utf-8")
    page.goto(path.as_uri())
    expect(page.locator("#count")).to_have_text("1 card")
    shown = page.frame_locator(".tile .question iframe").locator("#qa")
    expect(shown).to_contain_text("Words </script>")


def get(address):
    """Request an address; returns status and body."""
    _, _, place, path = address.split("/", 3)
    connection = http.client.HTTPConnection(place, timeout=20)
    connection.request("GET", f"/{path}")
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.fixture
def started(two_notes):
    """Start the command in a new process; returns the process and its first line."""
    processes = []

    def start(*arguments, **more):
        process = subprocess.Popen(
            [sys.executable, "-m", "flashdeck", "preview", "--no-browser", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=two_notes.root,
            env={**os.environ, "SOURCE_DATE_EPOCH": str(NOW), "VISUAL": "", **more},
        )
        processes.append(process)
        return process, process.stdout.readline().strip()

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_the_first_line_is_the_address_and_ctrl_c_ends_it(started):
    process, address = started()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{22}/", address)
    assert "<title>flashdeck</title>" in get(address)[1]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert err == "serving 3 cards; the page follows every save (Ctrl-C to stop)\n"


def test_the_message_names_the_package_that_is_served(two_notes, started):
    two_notes.built()
    process, _ = started(str(two_notes.package))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert err == f"serving 3 cards of {two_notes.package} (Ctrl-C to stop)\n"


def test_the_first_line_can_be_json(started):
    process, line = started("--json", "--quiet")
    assert json.loads(line)["cards"] == 3
    assert "<title>flashdeck</title>" in get(json.loads(line)["url"])[1]
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("", "")


def test_a_port_in_use_is_an_error(started):
    port = started()[1].split(":")[2].split("/")[0]
    process, line = started("--port", port)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, line) == (1, "")
    assert err.startswith(f"error: port {port} is already in use")
    assert "Traceback" not in err


def test_problems_are_reported_and_other_cards_shown(two_notes, started):
    two_notes.replace("cards/flask.yaml", "q: Who created", "q: `Who` created")
    _, address = started()
    text = get(f"{address}data")[1]
    assert "unquoted-start" in text
    assert "Werkzeug" in text


def test_an_unreadable_package_is_an_error(two_notes, capsys, monkeypatch):
    monkeypatch.chdir(two_notes.root)
    (two_notes.root / "x.apkg").write_bytes(b"PK no")
    assert run(["preview", "x.apkg", "--no-browser"]) == 1
    assert capsys.readouterr().err.startswith("error: x.apkg can't be read")


def test_media_without_a_file_is_wrong_usage(two_notes, monkeypatch):
    monkeypatch.chdir(two_notes.root)
    assert run(["preview", "--media", "x"]) == 2


def test_a_client_without_the_secret_gets_nothing(started):
    _, address = started()
    assert get(address.rsplit("/", 2)[0] + "/data")[0] == 404


def test_visual_sets_the_editor(two_notes, started):
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(20)
    port = listener.getsockname()[1]
    script = two_notes.write(
        "editor.py",
        "import socket, sys\n"
        f"socket.create_connection(('127.0.0.1', {port})).sendall(sys.argv[1].encode())\n",
    )
    _, address = started(VISUAL=f"{sys.executable} {script} {{file}}:{{line}}:{{column}}")
    place, secret = address.split("/")[2:4]
    connection = http.client.HTTPConnection(place, timeout=20)
    headers = {"X-Flashdeck": secret, "Content-Type": "application/json"}
    connection.request("POST", f"/{secret}/open", '{"card": 1}', headers)
    answer = json.loads(connection.getresponse().read())
    assert answer == {"opened": "cards/flask.yaml:4", "editor": Path(sys.executable).name}
    connection.close()
    editor, _ = listener.accept()
    with listener, editor, editor.makefile() as command:
        assert command.read() == f"{two_notes.root}/cards/flask.yaml:4:5"


def test_pictures_are_read_once_per_session(decks, monkeypatch):
    picture = decks.root / "cards" / "map.png"
    picture.write_bytes(b"map")
    os.utime(picture, ns=(1, 1))
    decks.write("cards/map.yaml", "notes:\n  - {q: '![a map](map.png)', a: 2, id: eeeeeeee1}\n")
    counted = []
    keep = MediaCache.keep

    def gather(cache, path, entry):
        counted.append(path)
        return keep(cache, path, entry)

    monkeypatch.setattr(MediaCache, "keep", gather)
    previewed = PreviewSession(decks.root)
    previewed.compile()
    for answer in ("one", "two", "three"):
        path = decks.write("cards/more.yaml", f"notes:\n  - {{q: a, a: {answer}, id: bbbbbbbb1}}\n")
        later = path.stat().st_ctime_ns + 10**9
        monkeypatch.setattr(session, "_latest", lambda _, later=later: later)
        previewed.compile([path])
    # The first compilation does not know the disk's time yet.
    assert counted == ["cards/map.png"] * 2
    picture.write_bytes(b"another")
    assert previewed.compile([picture]) == fresh(decks)


@pytest.mark.parametrize(
    ("editor", "words"),
    [
        ("code '", 'the editor "code \'" is not a command: it has no closing quotation'),
        ("code \\", "is not a command: it has no escaped character"),
        ("'' {file}", "is not a command: it names no program"),
    ],
)
@pytest.mark.parametrize("where", ["option", "environment"])
def test_an_editor_that_is_not_a_command_is_an_error_at_the_start(
    two_notes, monkeypatch, capsys, editor, words, where
):
    monkeypatch.chdir(two_notes.root)
    if where == "environment":
        monkeypatch.setenv("VISUAL", editor)
    option = ["--editor", editor] if where == "option" else []
    assert run(["preview", "--no-browser", *option]) == 1
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.out == ""
