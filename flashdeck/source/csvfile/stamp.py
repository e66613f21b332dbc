"""Puts ids into a table: what is put in is new, every other character stays."""

from __future__ import annotations

from collections.abc import Mapping

from flashdeck.source.csvfile.rows import Row, Table, parse_table
from flashdeck.yamlnode import Edit, splice


def with_ids(table: Table, column: int | None, name: str, ids: Mapping[int, str]) -> str | None:
    """Give a table's text with ids, by the place of their rows, in the column of that name.

    Where there is no such column (None), it becomes the last one. None where the new text would
    say more or less than the old one; that is our bug.
    """
    place = column if column is not None else len(table.header.cells)
    edits = [_put(table, table.rows[number], place, value) for number, value in ids.items()]
    if column is None:
        edits.append(_put(table, table.header, place, name))
    text = splice(table.text, edits)
    added = name if column is None else None
    return text if _says(text, table, place, added, ids) else None


def _put(table: Table, row: Row, place: int, value: str) -> Edit:
    if place < len(row.cells):
        cell = row.cells[place]
        return Edit(cell.start.index, cell.end.index, value)
    missing = place - len(row.cells) + 1
    return Edit(row.end, row.end, table.separator * missing + value)


def _says(text: str, before: Table, place: int, name: str | None, ids: Mapping[int, str]) -> bool:
    """Whether a text holds the table as it was, but for the ids and the name of a new column."""
    after = parse_table(text, sum(len(row.cells) + place + 1 for row in before.rows) + place + 9)
    if not isinstance(after, Table) or len(after.rows) != len(before.rows):
        return False
    wanted = [_values(before.header, place, name)]
    wanted += [_values(row, place, ids.get(number)) for number, row in enumerate(before.rows)]
    return wanted == [_values(row, place, None) for row in (after.header, *after.rows)]


def _values(row: Row, place: int, value: str | None) -> list[str]:
    """Give a row's texts, with that one in its place, without the empty ones at its end."""
    values = [cell.value for cell in row.cells]
    if value is not None:
        values += [""] * (place + 1 - len(values))
        values[place] = value
    while values and not values[-1]:
        values.pop()
    return values
