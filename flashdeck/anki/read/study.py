"""Reads what a learner's export has besides notes: schedules, reviews and filtered decks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from flashdeck.anki.read.archive import Archive, Unreadable
from flashdeck.anki.read.collection import CollectionReader
from flashdeck.anki.read.container import open_container
from flashdeck.anki.read.database import DATABASE_LIMIT, Database
from flashdeck.diagnostics import FlashdeckError, reason
from flashdeck.model import Collection

Review: TypeAlias = tuple[int, ...]
"""A row of the review log: its id, card, usn, ease, interval, last interval, factor, time, kind."""

_INTEGERS: Final = (
    *("id", "did", "mod", "type", "queue", "due", "ivl", "factor", "reps", "lapses", "left"),
    *("odue", "odid", "flags"),
)
_CARDS: Final = (*(f"CAST({name} AS INTEGER)" for name in _INTEGERS), "data")
_CARD_TYPES: Final = (*(int for _ in _INTEGERS), str)
_REVLOG: Final = ("id", "cid", "usn", "ease", "ivl", "lastIvl", "factor", "time", "type")
_REVIEWS: Final = tuple(f"CAST({name} AS INTEGER)" for name in _REVLOG)


class Schedule(NamedTuple):
    """The schedule of a card, as in the columns of Anki's table, and its flag.

    `deck` is the id of the deck that it is in; `home` is 0 unless that is a filtered one. `due` of
    reviews counts days since the collection was created. `data` has the memory state of FSRS.
    """

    card: int
    deck: int
    mod: int
    kind: int
    queue: int
    due: int
    interval: int
    factor: int
    reviews: int
    lapses: int
    left: int
    home_due: int
    home: int
    flags: int
    data: str


class Study(NamedTuple):
    """The schedules of cards and their reviews, oldest first, by the ids of cards.

    `created` is when the collection was created, in seconds. `is_new` says whether an Anki from
    26.09 on exported it; packages of older ones have no `meta`.
    """

    created: int
    is_new: bool
    schedules: Mapping[int, Schedule]
    reviews: Mapping[int, tuple[Review, ...]]


NOTHING: Final = Study(0, False, {}, {})  # noqa: FBT003 - the fields are named above


def read_studied(
    path: Path, names: Mapping[int, str] = MappingProxyType({})
) -> tuple[Collection, Study]:
    """Read a package with the schedules of its cards, without media.

    `names` are those of decks, by id: the export of a filtered deck may lack the home decks.
    Raises `FlashdeckError` if the package can't be read.
    """
    try:
        with path.open("rb") as stream:
            archive = Archive(stream)
            is_new = "meta" in archive.names
            database = Database(open_container(archive).image(DATABASE_LIMIT))
    except OSError as error:
        message = f"{path} can't be opened: {reason(error)}"
        raise FlashdeckError(message) from error
    except Unreadable as problem:
        raise _unreadable(path, problem) from problem
    try:
        (notetypes, decks, notes), _ = CollectionReader(database, names).read()
        return Collection(notetypes, decks, notes), _study(database, is_new=is_new)
    except Unreadable as problem:
        raise _unreadable(path, problem) from problem
    finally:
        database.close()


def _unreadable(path: Path, problem: Unreadable) -> FlashdeckError:
    return FlashdeckError(f"{path} can't be read: {problem}", problem.hint)


def _study(database: Database, *, is_new: bool) -> Study:
    ((created,),) = database.rows("col", ("crt",), (int,))
    schedules = {row[0]: Schedule(*row) for row in database.rows("cards", _CARDS, _CARD_TYPES)}
    reviews: dict[int, list[Review]] = defaultdict(list)
    for row in database.rows("revlog", _REVIEWS, (int,) * len(_REVLOG)):
        reviews[row[1]].append(row)
    return Study(created, is_new, schedules, {card: tuple(rows) for card, rows in reviews.items()})
