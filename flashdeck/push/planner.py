"""Plans a push from a build, what was shipped, and a learner's collection; changes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import replace

from flashdeck.anki.deck_names import is_within
from flashdeck.anki.template.ordinals import shown_ordinals
from flashdeck.model import Collection, Note, NoteType
from flashdeck.project.digest import notetype_digest, short_digest
from flashdeck.project.lockfile import Lock, NoteEntry
from flashdeck.push.compose import Composer
from flashdeck.push.learner import Learner
from flashdeck.push.merge import merged, own_tags, places
from flashdeck.push.plan import EmptyCards, Kept, KindChange, Move, Plan, Removal, Rename
from flashdeck.push.shipped import Shipped, notetype_digests, shipped
from flashdeck.records import dataclass


@dataclass(frozen=True, slots=True)
class Build:
    """What is pushed: the notes of the packages, without removed ones, and the lock.

    `last` is the lock at the last push into the profile, None before the first. `removes` says
    whether removed notes are deleted.
    """

    collection: Collection
    lock: Lock
    last: Lock | None = None
    removes: bool = True


def plan(build: Build, learner: Learner, now: int, *, overwrite: bool = False) -> Plan:
    """Plan a push at `now`, in seconds; with `overwrite` ours replaces what both changed."""
    return _Planner(build, learner, now, overwrite=overwrite).plan()


class _Planner:
    def __init__(self, build: Build, learner: Learner, now: int, *, overwrite: bool) -> None:
        self._build = build
        self._learner = learner
        self._now = now
        self._overwrite = overwrite
        self._kept: list[Kept] = []
        self._skipped: list[Kept] = []
        self._kept_types: list[NoteType] = []
        self._changed_types: list[NoteType] = []
        self._layouts: dict[int, tuple[NoteType, tuple[int, ...] | None]] = {}
        digests = notetype_digests(build.lock, build.last)
        for ours in build.collection.notetypes:
            self._layouts[ours.id] = self._layout(ours, digests.get(ours.id, frozenset()))
        self._replacing = self._replacements()

    def plan(self) -> Plan:
        """Compare every note, and put the changes together."""
        theirs = self._learner.notes
        edits, conflicts, empty, new = [], [], [], []
        moves: dict[tuple[str, str], list[int]] = defaultdict(list)
        postponed: dict[tuple[str, str], list[int]] = defaultdict(list)
        there = 0
        for ours in self._build.collection.notes:
            note = theirs.get(ours.guid)
            if ours.guid in self._replacing:
                continue
            if note is None:
                new.append(self._placed(ours))
                continue
            there += 1
            notetype, fields = self._layouts[ours.notetype]
            if note.notetype != ours.notetype or fields is None:
                self._skipped.append(Kept(ours, _why_skipped(note, ours)))
                continue
            was = self._shipped(ours.guid)
            edit = merged(ours, note, fields, notetype, was, self._now, overwrite=self._overwrite)
            edits += [] if edit.is_empty else [edit]
            conflicts += [edit] if edit.conflicts else []
            if edit.kept:
                self._kept.append(Kept(note, f"you wrote {', '.join(edit.kept)}"))
            empty += self._empty(edit.after, notetype)
            self._place(ours, note, was, moves, postponed)
        kinds, removals = [*self._kinds()], [*self._removals()]
        leaving = {card for cards in moves.values() for card in cards}
        deleted = [removal.note for removal in removals]
        deleted += [kind.before for kind in kinds if not kind.keeps_old]
        leaving |= {card.id for note in deleted for card in note.cards}
        emptied = self._emptied(leaving)
        renames, rest = self._renames(moves, emptied)
        composer = Composer(self._build.collection, self._learner, self._types())
        composed, study = composer.compose(new, edits, kinds, self._changed_types)
        return Plan(
            notes=(there, len(self._build.collection.notes)),
            composed=composed,
            study=study,
            renames=tuple(renames),
            notetypes=tuple(self._changed_types),
            new=tuple(new),
            edits=tuple(edits),
            kinds=tuple(kinds),
            moves=tuple(rest),
            removals=tuple(removals),
            conflicts=tuple(conflicts),
            postponed=tuple(_moves(postponed)),
            kept=tuple(self._kept),
            skipped=tuple(self._skipped),
            kept_notetypes=tuple(self._kept_types),
            empty=tuple(empty),
            obsolete=tuple(sorted(self._obsolete(emptied), key=len, reverse=True)),
        )

    # Note types

    def _layout(
        self, ours: NoteType, shipped: frozenset[str]
    ) -> tuple[NoteType, tuple[int, ...] | None]:
        """Return the note type to import, and where it has our fields; None if it can't.

        It is ours where the collection has none, or one that we shipped; otherwise the learner's.
        """
        theirs = self._learner.notetypes.get(ours.id)
        if theirs is None:
            return ours, tuple(range(len(ours.fields)))
        digest = notetype_digest(theirs)
        fields = places(ours, theirs)
        if digest == notetype_digest(ours) or fields is None:
            return theirs, fields
        updated = replace(ours, mod=max(self._now, theirs.mod + 1))
        is_same_shape = _names(ours) == _names(theirs)
        # Older ones take fields of other names for another note type.
        takes_ours = digest in shipped and (is_same_shape or self._learner.study.is_new)
        if takes_ours or (self._overwrite and is_same_shape):
            self._changed_types.append(updated)
            return updated, fields
        self._kept_types.append(theirs)
        return theirs, fields

    def _types(self) -> Mapping[int, NoteType]:
        return {number: notetype for number, (notetype, _) in self._layouts.items()}

    def _placed(self, note: Note) -> Note:
        """Return a new note with its fields where the note type to import has them."""
        notetype, places_ = self._layouts[note.notetype]
        if places_ is None:
            return note
        texts = [""] * len(notetype.fields)
        for text, place in zip(note.fields, places_, strict=True):
            texts[place] = text
        return replace(note, fields=tuple(texts))

    # Notes of another kind, and removed ones

    def _shipped(self, guid: str) -> Shipped:
        return shipped(self._build.lock.notes[guid], self._build.last)

    def _replacements(self) -> dict[str, Note]:
        """Return the learner's notes that notes of the build replace, by the ids of these."""
        found: dict[str, Note] = {}
        lock, theirs = self._build.lock.notes, self._learner.notes
        for ours in self._build.collection.notes:
            entry: NoteEntry | None = lock.get(ours.guid)
            seen: set[str] = set()
            while entry is not None and entry.was and entry.was not in {*theirs, *seen}:
                seen.add(entry.was)
                entry = lock.get(entry.was)
            old = theirs.get(entry.was) if entry is not None else None
            if old is None or not self._is_removed(old):
                continue
            has_reviews = self._learner.reviews(old)
            note = theirs.get(ours.guid)
            if note is None or (has_reviews and self._is_untouched(note, ours)):
                found[ours.guid] = old
        return found

    def _is_untouched(self, theirs: Note, ours: Note) -> bool:
        """Whether a new note lacks the reviews that it replaces, and can be imported again."""
        return not self._learner.reviews(theirs) and theirs.fields == self._placed(ours).fields

    def _is_removed(self, note: Note) -> bool:
        entry = self._build.lock.notes.get(note.guid)
        return (
            self._build.removes
            and entry is not None
            and bool(entry.removed)
            and note.notetype in self._build.lock.notetypes
        )

    def _is_edited(self, note: Note) -> bool:
        """Whether the learner wrote something in a removed note."""
        was = self._shipped(note.guid)
        return any(
            text and not was.has_field(index, text) for index, text in enumerate(note.fields)
        )

    def _kinds(self) -> Iterator[KindChange]:
        theirs = self._learner.notes
        for ours in self._build.collection.notes:
            old = self._replacing.get(ours.guid)
            if old is None:
                continue
            was = self._shipped(old.guid)
            first = ours.cards[0]
            moved = old.cards and not was.has_deck(old.cards[0].deck)
            deck = old.cards[0].deck if moved else first.deck
            tags = own_tags(old.tags, was)
            note = replace(
                self._placed(ours),
                tags=tuple(sorted({*ours.tags, *tags})),
                cards=(replace(first, deck=deck), *ours.cards[1:]),
            )
            total = self._learner.reviews(old)
            reviews = len(self._learner.study.reviews.get(old.cards[0].id, ()))
            edited = self._is_edited(old)
            if edited:
                self._kept.append(Kept(old, "you wrote in it, and it is replaced by another"))
            yield KindChange(
                old,
                note,
                reviews,
                total - reviews,
                keeps_old=edited,
                again=ours.guid in theirs,
                loses_flag=not self._learner.study.is_new,
            )

    def _removals(self) -> Iterator[Removal]:
        replacing = {note.guid for note in self._replacing.values()}
        lock, theirs = self._build.lock.notes, self._learner.notes
        replaced = {
            lock[note.guid].was for note in self._build.collection.notes if note.guid in theirs
        }
        for note in theirs.values():
            if note.guid in replacing or not self._is_removed(note):
                continue
            if self._is_edited(note):
                self._kept.append(Kept(note, "you wrote in it, and it is removed"))
            else:
                yield Removal(note, self._learner.reviews(note), note.guid in replaced)

    # Cards and decks

    def _empty(self, note: Note, notetype: NoteType) -> list[EmptyCards]:
        if not note.cards:
            return []
        shown = shown_ordinals(notetype, note.fields, note.tags)
        ordinals = tuple(card.ordinal for card in note.cards if card.ordinal not in shown)
        return [EmptyCards(note, notetype, ordinals)] if ordinals and shown else []

    def _place(
        self,
        ours: Note,
        theirs: Note,
        was: Shipped,
        moves: dict[tuple[str, str], list[int]],
        postponed: dict[tuple[str, str], list[int]],
    ) -> None:
        """Sort out the cards of a note that are not in the deck of the build."""
        decks = {card.ordinal: card.deck for card in ours.cards}
        for card in theirs.cards:
            target = decks.get(card.ordinal, ours.cards[0].deck)
            if card.deck.casefold() == target.casefold():
                continue
            if was.has_deck(card.deck):
                group = postponed if card.id in self._learner.filtered else moves
                group[card.deck, target].append(card.id)
            else:
                self._kept.append(Kept(theirs, f"you moved it to “{card.deck}”"))
                return

    def _emptied(self, leaving: Container[int]) -> Callable[[str], bool]:
        """Return whether a deck has no cards of its own afterwards; `leaving` are those that go."""
        held = {
            card.deck
            for note in self._learner.notes.values()
            for card in note.cards
            if card.id not in leaving
        }
        return lambda deck: deck not in held

    def _renames(
        self, moves: Mapping[tuple[str, str], list[int]], emptied: Callable[[str], bool]
    ) -> tuple[list[Rename], list[Move]]:
        """Split moves into decks that are renamed as a whole, and others."""
        known = {name.casefold() for name in self._learner.deck_names}
        targets = Counter(old for old, _ in moves)
        renames, rest = [], []
        for move in _moves(moves):
            is_whole = emptied(move.old) and targets[move.old] == 1
            if is_whole and move.new.casefold() not in known:
                renames.append(Rename(*move))
            else:
                rest.append(move)
        return renames, rest

    def _obsolete(self, emptied: Callable[[str], bool]) -> set[str]:
        """Return decks of earlier builds that no card is in; never with others below them."""
        used = {card.deck for note in self._build.collection.notes for card in note.cards}
        entries = [*self._build.lock.notes.values()]
        entries += self._build.last.notes.values() if self._build.last is not None else []
        digests = {version.rpartition("/")[2] for entry in entries for version in entry.earlier}
        digests |= {short_digest(entry.deck) for entry in entries}
        decks = {
            name
            for name in self._learner.deck_names
            if short_digest(name) in digests
            and emptied(name)
            and not any(is_within(deck, name) for deck in used)
        }
        others = self._learner.deck_names - decks
        return {name for name in decks if not any(is_within(other, name) for other in others)}


def _moves(groups: Mapping[tuple[str, str], list[int]]) -> list[Move]:
    return [Move(old, new, tuple(cards)) for (old, new), cards in sorted(groups.items())]


def _names(notetype: NoteType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names in Anki of the fields and templates."""
    fields = tuple(field.anki or field.name for field in notetype.fields)
    return fields, tuple(template.anki or template.name for template in notetype.templates)


def _why_skipped(theirs: Note, ours: Note) -> str:
    if theirs.notetype != ours.notetype:
        return "it has another note type in Anki"
    return "its note type has other fields or cards in Anki"
