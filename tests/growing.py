"""A deck of countries whose note type grows by a field and a template, then by a field."""

from __future__ import annotations

DAY = 86_400
TYPE = """\
notetype: Country
fields: [Country, Capital, Region]
templates:
  - name: Country → Capital
    front: "{{Country}}"
    back: "{{FrontSide}}<hr id=answer>{{Capital}}"
  - name: Capital → Country
    front: "{{Capital}}"
    back: "{{FrontSide}}<hr id=answer>{{Country}}"
"""
FLAG = """\
  - name: Flag → Country
    front: "{{#Flag}}{{Flag}}{{/Flag}}"
    back: "{{FrontSide}}<hr id=answer>{{Country}}"
"""
DECK = """\
deck: World
notetype: Country
notes:
  - fields:
      Country: France
      Capital: Paris
      Region: Europe
    id: france000000

  - fields:
      Country: Spain
      Capital: Madrid
      Region: Europe
    id: spain0000000
"""
FRANCE, SPAIN = "france000000", "spain0000000"
KIND = "cards/notetypes/country.yaml"


def begin(project):
    """Write the first version of the sources; return the project."""
    project.write("flashdeck.yaml", "name: World\n")
    project.write(KIND, TYPE)
    project.write("cards/world.yaml", DECK)
    return project


def later(world, *edits):
    """Edit the sources a day later; return the diagnostics of a build by their rules."""
    world.now += DAY
    for path, old, new in edits:
        world.replace(path, old, new)
    return [(problem.rule, problem.message) for problem in world.build().diagnostics]


def add_flag(world):
    """Release a field and a template for it, with a text for France."""
    messages = later(
        world,
        (KIND, "[Country, Capital, Region]", "[Country, Flag, Capital, Region]"),
        ("cards/world.yaml", "Country: France", "Country: France\n      Flag: tricolore"),
        (KIND, "templates:\n", f"templates:\n{FLAG}"),
    )
    assert {rule for rule, _ in messages} == {"reserve-used"}
    return [message for _, message in messages]


def add_anthem(world):
    return later(
        world,
        (KIND, "Capital, Region]", "Capital, Region, Anthem]"),
        (KIND, "<hr id=answer>{{Capital}}", "<hr id=answer>{{Capital}} {{Anthem}}"),
        ("cards/world.yaml", "Capital: Madrid", "Capital: Madrid\n      Anthem: Marcha"),
    )
