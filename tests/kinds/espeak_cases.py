"""Recordings by a real engine, run by `make speech`."""

from __future__ import annotations

import shutil

from test_speech import speak, spoken  # noqa: F401 - a fixture


def test_espeak_speaks_languages_with_and_without_a_country(spoken, capsys):  # noqa: F811
    found = shutil.which("espeak-ng")
    assert found, "speech needs an engine: install espeak-ng, as in 'apt-get install espeak-ng'"
    spoken.write("cards/b.yaml", "speak: de_DE\nnotes: [{q: '-v der Hund', a: a dog}]")
    spoken.engine = "espeak-ng"
    assert speak(spoken) == 0
    sizes = [(spoken.root / name).stat().st_size for name in capsys.readouterr().out.split()]
    assert len(sizes) == 3
    assert min(sizes) > 10_000
    spoken.built()
