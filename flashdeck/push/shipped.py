"""What was shipped: the versions of notes that learners may have, by digests from the lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flashdeck.project.digest import short_digest, tag_digest
from flashdeck.project.lockfile import MOST_EARLIER, Lock, NoteEntry
from flashdeck.source.names import OUR_TAG

_EMPTY = "-"
_UNKNOWN = "?"


class Version(NamedTuple):
    """Digests of a note as it was shipped; `fields` and `tags` are None where they are unknown."""

    fields: tuple[str, ...] | None
    tags: frozenset[str] | None
    deck: str

    @classmethod
    def read(cls, text: str) -> Version:
        """Read a version from the lock."""
        fields, tags, deck = text.split("/")
        return cls(
            None if fields == _UNKNOWN else tuple(fields.split(",")),
            None if tags == _UNKNOWN else frozenset(tags.split(",")) - {_EMPTY},
            deck,
        )

    def field(self, index: int) -> str | None:
        """The digest of a field, None if it is unknown."""
        if self.fields is None or index >= len(self.fields):
            return None
        return self.fields[index]


class Shipped(NamedTuple):
    """The versions of a note: of the build, of the last push, and all that are known.

    `last` is None for a note that was never pushed into this profile. `complete` says whether all
    versions are known: those before the lock recorded them are not.
    """

    now: Version
    last: Version | None
    known: tuple[Version, ...]
    complete: bool

    def has_field(self, index: int, text: str) -> bool:
        """Whether some version had this text in a field."""
        digest = field_digest(text)
        return any(version.field(index) == digest for version in self.known)

    def may_be_edited(self, index: int) -> bool:
        """Whether a field may have been edited since the version that the learner had."""
        now = self.now.field(index)
        return not self._is_certain or any(one.field(index) != now for one in self._before)

    def has_deck(self, name: str) -> bool:
        """Whether we put the cards of the note into a deck: last, or ever if that is unknown."""
        digest = short_digest(name)
        return any(version.deck == digest for version in self._before)

    def dropped(self, tag: str) -> bool:
        """Whether a tag is one that was shipped and is not any more."""
        if tag == OUR_TAG:
            return True
        digest = tag_digest(tag)
        return any(version.tags and digest in version.tags for version in self.known)

    def always_had(self, tag: str) -> bool:
        """Whether a tag was in the version that the learner had: without it they removed it."""
        digest = tag_digest(tag)
        return self._is_certain and all(
            version.tags is not None and digest in version.tags for version in self._before
        )

    @property
    def _before(self) -> tuple[Version, ...]:
        """The versions of which the learner had one."""
        return (self.last,) if self.last is not None else self.known

    @property
    def _is_certain(self) -> bool:
        return self.last is not None or self.complete


def field_digest(text: str) -> str:
    """Digest of a field, as in the lock."""
    return short_digest(text) if text else _EMPTY


def shipped(entry: NoteEntry, last: Lock | None) -> Shipped:
    """Return the versions of a note; `last` is the lock at the last push into this profile."""
    before = last.notes.get(entry.id) if last is not None else None
    texts = [entry.version, *entry.earlier]
    if before is not None:
        texts += [before.version, *before.earlier]
    known = tuple(map(Version.read, dict.fromkeys(texts)))
    has_tags = all(version.tags is not None for version in known)
    return Shipped(
        Version.read(entry.version),
        Version.read(before.version) if before is not None else None,
        known,
        complete=len(entry.earlier) < MOST_EARLIER and (has_tags or not entry.changed),
    )


def notetype_digests(lock: Lock, last: Lock | None) -> Mapping[int, frozenset[str]]:
    """Return the digests that each note type had, by its id."""
    known: dict[int, frozenset[str]] = {}
    for one in (lock, last or Lock()):
        for entry in one.notetypes.values():
            digests = {entry.content, *entry.earlier}
            known[entry.id] = known.get(entry.id, frozenset()) | digests
    return known
