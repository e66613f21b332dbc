"""Rendered texts are kept between builds, and never believed where they should not be."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from flashdeck import markup

TEXTS = """\
deck: Flask
notes:
  - q: What is $x$?
    a: |
      Code:

      ```python
      print(1 < 2)
      ```
    id: aaaaaaaa1
  - cloze: "A {{c1::$y$}} | {{c2::b}}"
    id: aaaaaaaa2
"""


@pytest.fixture
def parsed(monkeypatch):
    """Gather the texts that took the engine."""
    texts = []
    parse = markup.parse

    def gather(source, **how):
        texts.append(source)
        return parse(source, **how)

    monkeypatch.setattr(markup, "parse", gather)
    return texts


@pytest.fixture
def built(project):
    project.write("cards/flask.yaml", TEXTS)
    project.built()
    return project


def kept(project):
    return project.root / "build" / ".texts"


def test_an_edit_renders_one_text(built, parsed):
    built.replace("cards/flask.yaml", "$x$", "$z$")
    built.built()
    assert parsed == ["What is $z$?"]


def test_what_is_kept_makes_the_same_package(built, tmp_path):
    built.replace("cards/flask.yaml", "$x$", "$z$")
    other = tmp_path / "other"
    shutil.copytree(built.root, other)
    shutil.rmtree(other / "build")
    warm = built.built().packages[0].sha256
    assert replace(built, root=other).built().packages[0].sha256 == warm


def test_texts_that_are_gone_are_forgotten(built):
    built.replace("cards/flask.yaml", "$x$", "x")
    built.built()
    assert not any("$x$" in text for text in json.loads(kept(built).read_bytes())["texts"])


@pytest.mark.parametrize(
    "data", [b"", b'{"seal": [', b"[]", b'{"seal": 1, "texts": {}}', b"[" * 100_000]
)
def test_a_damaged_cache_does_no_harm(built, parsed, data):
    kept(built).write_bytes(data)
    built.replace("cards/flask.yaml", "$x$", "$z$")
    built.built()
    assert len(parsed) == 3


def test_a_cache_from_elsewhere_is_not_believed(built, parsed):
    poisoned = kept(built).read_bytes().replace(b"print", b"<script>x</script>")
    kept(built).rename(kept(built).with_name("elsewhere"))  # its place on the disk stays taken
    kept(built).write_bytes(poisoned)
    built.replace("cards/flask.yaml", "$x$", "$z$")
    built.built()
    assert len(parsed) == 3


def test_problems_are_said_each_time(built, parsed):
    built.replace("cards/flask.yaml", "python", "pyhton")
    for _ in range(2):
        assert [one.rule for one in built.built().diagnostics] == ["unknown-language"]
        built.write("cards/more.yaml", "notes:\n  - {q: 1, a: 2, id: aaaaaaaa3}\n")
    assert sum("pyhton" in text for text in parsed) == 2


def test_a_text_that_names_a_picture_is_looked_at_each_time(built):
    (built.root / "cards" / "map.png").write_bytes(b"map")
    built.write("cards/map.yaml", "notes:\n  - {q: '![a map](map.png)', a: 2, id: aaaaaaaa3}\n")
    first = built.built()
    (built.root / "cards" / "map.png").write_bytes(b"another")
    assert built.built().packages[1].sha256 != first.packages[1].sha256
