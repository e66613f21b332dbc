"""Spoken texts: Anki's tag beside them, or recordings that `flashdeck speak` made."""

from __future__ import annotations

import json
import shutil
import sys

import pytest
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.cli.run import run
from flashdeck.compile.compiler import compile_project
from flashdeck.project.project import load_project

NOUN = """\
notetype: Noun
fields: [Word, Sentence]
keys: {w: Word, s: Sentence}
templates:
  - {name: Card, front: "{{Word}}", back: "{{FrontSide}}<hr id=answer>{{Sentence}}"}
"""
VERSE = """\
notetype: Verse
kind: cloze
fields: [Text]
templates: [{name: Card, front: "{{cloze:Text}}", back: "{{cloze:Text}}"}]
"""


def fields(project):
    """The fields of each note, with the settings of the project."""
    compiled, problems = compile_project(load_project(project.root)[0])
    assert [problem.message for problem in problems if problem.severity == "error"] == []
    return [note.fields for note in compiled.collection.notes]


@pytest.mark.parametrize(
    ("deck", "spoken"),
    [
        ("speak: fr_FR\nnotes: [{q: un chien, a: a dog}]", {0: "un chien"}),
        ("notes: [{q: un chien, a: a dog, speak: fr_FR}]", {0: "un chien"}),
        ("notes: [{q: {text: un chien, speak: fr_FR}, a: a dog}]", {0: "un chien"}),
        ("notes: [{q: a dog, a: {text: un chien, speak: fr_FR}}]", {1: "un chien"}),
        ("speak: {a: fr_FR}\nnotes: [{q: a dog, a: un chien}]", {1: "un chien"}),
        ("speak: fr_FR\nnotes: [{q: un chien, a: a dog, speak: {}}]", {}),
        ("speak: fr_FR\nnotes: [{q: un chien, a: un, speak: {a: fr_FR}}]", {1: "un"}),
        ("speak: fr_FR\nnotes: [{q: '![](a.png)', a: a dog}]", {}),
        ("notes: [{q: '**un** `chien`', a: a, speak: fr_FR}]", {0: "un chien"}),
        ("notes: [{q: '{犬|いぬ}', a: a, speak: fr_FR}]", {0: "犬"}),
        ("notes: [{q: 'a < b `[sound:x.mp3]`', a: a, speak: fr_FR}]", {0: "a < b [sound:x.mp3]"}),
    ],
)
def test_anki_gets_language_and_text_beside_the_text(project, deck, spoken):
    project.write("cards/a.yaml", deck)
    (project.root / "cards/a.png").write_bytes(b"\x89PNG\r\n")
    package = project.built().packages[0].path
    with Learner() as learner:
        learner.import_package(package)
        (card,) = learner.collection.find_cards("")
        output = learner.collection.get_card(card).render_output()
    tags = {0: output.question_av_tags, 1: output.answer_av_tags[len(output.question_av_tags) :]}
    found = {side: tag for side, own in tags.items() for tag in own}
    assert {side: tag.field_text for side, tag in found.items()} == spoken
    assert {tag.lang for tag in found.values()} <= {"fr_FR"}


def test_the_text_itself_stays_and_is_shown_once(project):
    project.write("cards/a.yaml", "notes: [{q: un chien, a: a dog, speak: fr_FR}]")
    assert fields(project)[0][0] == "un chien [anki:tts lang=fr_FR]un chien[/anki:tts]"


def test_voices_and_speed_are_handed_on(project):
    project.write(
        "cards/a.yaml",
        "speak: fr_FR voices=Apple_Thomas,Microsoft_Hortense speed=0.8\nnotes: [{q: un, a: one}]",
    )
    with Learner() as learner:
        learner.import_package(project.build().packages[0].path)
        (card,) = learner.collection.find_cards("")
        (tag,) = learner.collection.get_card(card).question_av_tags()
    assert (tag.lang, tag.voices, tag.speed) == (
        "fr_FR",
        ["Apple_Thomas", "Microsoft_Hortense"],
        pytest.approx(0.8),
    )


def test_speech_is_around_a_cloze(project):
    project.write(
        "cards/a.yaml",
        "notes:\n  - {cloze: 'le {{c1::chien}} est {{c2::noir::couleur}}', typed: true, "
        "speak: fr_FR, id: dddddddddddd}\n",
    )
    with Learner() as learner:
        learner.import_package(project.build().packages[0].path)
        sides = []
        for ordinal in (0, 1):
            card = learner.collection.get_card(learner.card("dddddddddddd", ordinal).id)
            output = card.render_output()
            sides.append(
                [tag.field_text for tag in (*output.question_av_tags, *output.answer_av_tags)]
            )
        typed = learner.collection._backend.extract_cloze_for_typing(
            text=learner.note("dddddddddddd").fields[0], ordinal=1
        )
    assert sides == [
        ["le … est noir", "le chien est noir"],
        ["le chien est [couleur]", "le chien est noir"],
    ]
    assert typed == "chien"


def test_fields_and_short_keys_of_a_note_type_can_be_spoken(project):
    project.write("cards/notetypes/noun.yaml", NOUN)
    project.write(
        "cards/a.yaml",
        "notetype: Noun\nspeak: {s: fr_FR}\nnotes:\n  - {w: chien, s: Un chien.}\n"
        "  - fields: {Word: {text: chat, speak: fr_FR}, Sentence: Un chat.}\n"
        "  - {w: rat, s: Un rat., speak: fr_FR}\n",
    )
    assert [["tts" in text for text in each[:2]] for each in fields(project)] == [
        [False, True],
        [True, True],
        [True, False],
    ]


def test_a_column_of_a_table_is_the_language_of_its_row(project):
    project.write("cards/a.yaml", "table: a.csv\nspeak: fr_FR\n")
    project.write("cards/a.csv", "q,a,speak\nun,one,\neins,one,de_DE\n")
    assert ["fr_FR" in fields(project)[0][0], "de_DE" in fields(project)[1][0]] == [True, True]


def test_what_is_typed_has_no_speech(project):
    project.write("cards/a.yaml", "notes: [{q: dog, a: chien, typed: true, speak: {a: fr_FR}}]")
    assert fields(project)[0][3] == "chien"


def test_speech_counts_as_an_edit_and_a_build_with_the_cache_is_the_same(project):
    project.write("cards/a.yaml", "notes:\n  - {q: un, a: one, id: dddddddddddd}\n")
    project.build()
    project.replace("cards/a.yaml", "notes:", "speak: fr_FR\nnotes:")
    project.now += 1_000
    (package,) = project.build().packages
    assert package.counts.changed == 1
    warm = package.path.read_bytes()
    shutil.rmtree(project.root / "build")
    assert project.build().packages[0].path.read_bytes() == warm


@pytest.mark.parametrize(
    ("deck", "rule", "at"),
    [
        ("speak: french\nnotes: [{q: un, a: one}]", "speech-language", "1:8"),
        ("speak: fr-FR\nnotes: [{q: un, a: one}]", "speech-language", "1:8"),
        ("speak: fr_FR pitch=2\nnotes: [{q: un, a: one}]", "speech-language", "1:8"),
        ("speak: [fr_FR]\nnotes: [{q: un, a: one}]", "not-text", "1:8"),
        ("speak: {quest: fr_FR}\nnotes: [{q: un, a: one}]", "unknown-key", "1:9"),
        ("speak: {hint: fr_FR}\nnotes: [{q: un, a: one}]", "unknown-key", "1:9"),
        ("notes: [{q: un, a: one, speak: {cloze: fr_FR}}]", "unknown-key", "1:33"),
        ("notes: [{q: {text: un, say: fr_FR}, a: one}]", "unknown-key", "1:24"),
        ("notes: [{q: {text: un, speak: fr}, a: one}]", "speech-language", "1:31"),
        ("notes: [{q: {texte: un}, a: one}]", "not-text", "1:13"),
    ],
)
def test_a_mistake_is_reported_at_its_place(project, deck, rule, at):
    project.write("cards/a.yaml", deck)
    assert (rule, at) in [
        (problem.rule, f"{problem.span.line}:{problem.span.column}") for problem in project.check()
    ]


# Recordings


ENGINE = """\
import sys
language, file = sys.argv[1:]
open(file, "wb").write(b"RIFF" + (language + ":" + sys.stdin.read()).encode())
"""


@pytest.fixture
def spoken(project):
    """A project whose texts are recorded, and a command that records them."""
    engine = project.root.parent / "engine.py"
    engine.write_text(ENGINE)
    project.write("flashdeck.yaml", "id: 0123456789abcdef\nname: French\nspeech: wav\n")
    project.write(
        "cards/sub/a.yaml",
        "speak: fr_FR\nnotes:\n  - {q: un chien, a: a dog, id: dddddddddddd}\n"
        "  - {cloze: 'le {{c1::chat}}', id: cccccccccccc}\n",
    )
    project.engine = f"'{sys.executable}' '{engine}' {{language}} {{file}}"
    return project


def speak(project, *more):
    return run(["speak", "-C", str(project.root), "--engine", project.engine, *more])


def test_a_missing_recording_is_an_error_that_names_the_command(spoken):
    problems = spoken.check()
    assert [(problem.rule, problem.hint) for problem in problems] == [
        ("missing-speech", "run 'flashdeck speak'")
    ] * 2
    assert problems[0].span.line == 3
    assert "(fr_FR): cards/speech/un-chien-" in problems[0].message


def test_speak_writes_what_is_missing_and_build_packs_it(spoken, capsys):
    assert speak(spoken) == 0
    written = capsys.readouterr()
    assert written.err == "2 recordings written; 0 were there\n"
    names = written.out.split()
    contents = {(spoken.root / name).read_bytes() for name in names}
    assert contents == {b"RIFFfr_FR:un chien", b"RIFFfr_FR:le chat"}
    assert speak(spoken, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"written": [], "present": sorted(names)}
    collection = read_apkg(spoken.built().packages[0].path)
    question, cloze = (note.fields for note in collection.notes)
    assert question[0].startswith("un chien [sound:un-chien-")
    assert (cloze[0], cloze[1][:7]) == ("le {{c1::chat}}", "[sound:")
    assert len(collection.media) == 2


def test_a_build_packs_what_was_recorded_again(spoken, capsys):
    speak(spoken)
    name = next(name for name in capsys.readouterr().out.split() if "chien" in name)
    spoken.built()
    (spoken.root / name).write_bytes(b"RIFF another voice")
    (package,) = spoken.built().packages
    assert package.counts.changed == 1


def test_dry_run_lists_the_files_without_an_engine(spoken, capsys):
    assert run(["speak", "-C", str(spoken.root), "--dry-run"]) == 0
    assert len(capsys.readouterr().out.split()) == 2
    assert not (spoken.root / "cards/speech").exists()


def test_a_recording_never_reveals_the_clozes_of_a_note_type(spoken):
    spoken.write("cards/notetypes/verse.yaml", VERSE)
    spoken.write(
        "cards/b.yaml", "notetype: Verse\nspeak: fr_FR\nnotes: [{fields: {Text: 'le {{c1::rat}}'}}]"
    )
    speak(spoken)
    assert [problem.rule for problem in spoken.check()] == ["speech-cloze"]


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        ("", "no speech engine is named"),
        ("say {text}", "has no {file}"),
        ("say '{file}", "is not a command"),
        ("no-such-engine-here {file}", "can't be run"),
        ("{python} -c 'import sys; sys.exit(\"no such voice\")' {file}", "no such voice"),
        ("{python} -c pass {file}", "it wrote no file"),
    ],
)
def test_an_engine_that_fails_is_reported(spoken, capsys, engine, words):
    spoken.engine = engine.replace("{python}", sys.executable)
    assert speak(spoken) == 1
    assert words in capsys.readouterr().err
    assert not (spoken.root / "cards/speech").exists()


def test_a_text_is_no_command(spoken, capsys):
    spoken.replace("cards/sub/a.yaml", "un chien", "'$(touch x); -w y {file} {language}'")
    spoken.engine = spoken.engine.replace("{file}", "{file} {text}")
    engine = spoken.root.parent / "engine.py"
    engine.write_text('import sys\nopen(sys.argv[2], "w").write(sys.argv[3])\n')
    assert speak(spoken) == 0
    name = next(name for name in capsys.readouterr().out.split() if "touch" in name)
    assert (spoken.root / name).read_text() == "$(touch x); -w y {file} {language}"


def test_a_project_that_anki_speaks_needs_no_recordings(project, capsys):
    project.write("cards/a.yaml", "speak: fr_FR\nnotes: [{q: un, a: one}]")
    assert run(["speak", "-C", str(project.root), "--engine", "espeak-ng"]) == 1
    assert "needs no recordings" in capsys.readouterr().err


def test_an_import_of_the_package_gives_the_languages_back(project, tmp_path):
    project.write(
        "cards/a.yaml",
        "deck: French\nnotes:\n"
        "  - {q: un, a: one, hint: half, speak: {q: fr_FR, a: en_GB speed=0.8}}\n"
        "  - {q: deux, choices: ['1', '2'], a: '2', speak: fr_FR}\n"
        "  - {cloze: 'le {{c1::chien}} **noir**', speak: fr_FR, hint: dog}\n",
    )
    package = project.build().packages[0].path
    assert run(["import", str(package), "-o", str(tmp_path / "new"), "-q"]) == 0
    text = (tmp_path / "new/cards/french.yaml").read_text()
    assert text.count("fr_FR") == 3
    assert text.count("en_GB speed=0.8") == 1
    assert "anki:tts" not in text
