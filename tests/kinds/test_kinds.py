"""Consistency of the definitions of all kinds of notes."""

from __future__ import annotations

import pytest
from conftest import ROOT

from flashdeck.kinds.registry import KINDS, Shape
from flashdeck.notetypes.built_in import built_in

BUILT_IN = [kind for kind in KINDS if kind.notetype]


@pytest.mark.parametrize("kind", BUILT_IN, ids=[kind.name for kind in BUILT_IN])
def test_the_fields_of_a_kind_exist_in_its_note_type_and_hold_texts(kind):
    notetype = built_in("Words", "", lambda *_: 1)[kind.notetype]
    texts = {key.name for key in kind.keys if key.shape in (Shape.TEXT, Shape.ANSWER)}
    assert kind.fields.keys() <= {field.name for field in notetype.fields}
    assert set(kind.fields.values()) <= texts


def test_every_built_in_kind_has_golden_cases():
    paths = (ROOT / "tests/cases/problems").glob("*.txt")
    text = "".join(path.read_text("utf-8") for path in paths)
    assert [kind.name for kind in BUILT_IN if f"{kind.name} note has no" not in text] == []
