"""JSON of fields, templates and presets in Anki's schema 11."""

from __future__ import annotations

from typing import Any

from flashdeck.anki.read.schema11 import FIELD_KEYS, MARK, TEMPLATE_KEYS
from flashdeck.model import Field, Preset, Template

_GATHER = {"deck": 0, "position": 1, "random": 3}
_SUSPEND, _TAG = 0, 1


def field_json(field: Field) -> dict[str, Any]:
    """Return the JSON of a field, without its ordinal."""
    options = given({key: getattr(field, name) for name, key in FIELD_KEYS.items()})
    return {"name": field.name, "rtl": field.rtl, "sticky": field.sticky, **options}


def template_json(template: Template) -> dict[str, Any]:
    """Return the JSON of a template, without its ordinal."""
    options = given({key: getattr(template, name) for name, key in TEMPLATE_KEYS.items()})
    return {"name": template.name, "qfmt": template.front, "afmt": template.back, **options}


def preset_json(preset: Preset) -> dict[str, Any]:
    """Return the JSON of a preset, complete for every version of Anki, and its mark."""
    return {
        "id": preset.id,
        "mod": 0,
        "usn": 0,
        "name": preset.name,
        "maxTaken": 60,
        "autoplay": True,
        "timer": 0,
        "replayq": True,
        "dyn": False,
        "new": {
            "bury": preset.bury,
            "delays": [step / 60 for step in preset.steps],
            "initialFactor": 2500,
            "ints": [1, 4, 0],
            "order": 1,
            "perDay": preset.new_per_day,
            "separate": True,
        },
        "rev": {
            "bury": preset.bury,
            "ease4": 1.3,
            "fuzz": 0.05,
            "hardFactor": 1.2,
            "ivlFct": 1.0,
            "maxIvl": 36500,
            "minSpace": 1,
            "perDay": preset.reviews_per_day,
        },
        "lapse": {
            "delays": [step / 60 for step in preset.relearning_steps],
            "leechAction": _SUSPEND if preset.leeches == "suspend" else _TAG,
            "leechFails": preset.leech_threshold,
            "minInt": 1,
            "mult": 0.0,
        },
        "buryInterdayLearning": preset.bury,
        "easyDaysPercentages": [1.0] * 7,
        "desiredRetention": preset.retention / 100,
        "newGatherPriority": _GATHER[preset.order],
        MARK: preset.chosen,
    }


def given(keys: dict[str, Any]) -> dict[str, Any]:
    """Return the keys with a value; None and false are what Anki assumes anyway."""
    return {key: value for key, value in keys.items() if value is not None and value is not False}
