"""Media before and after: files that came, went, or have other content."""

from __future__ import annotations

from collections.abc import Collection as Container
from collections.abc import Iterable

from flashdeck.anki.html_text import display_name
from flashdeck.anki.template.references import references
from flashdeck.comparison.changes import Entry, ReplacedMedia
from flashdeck.model import Media


def compare_media(
    old: Iterable[Media], new: Iterable[Media], changed: Container[str], present: Iterable[Entry]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[ReplacedMedia, ...]]:
    """Give the names of the files that were added and removed, and the replaced files.

    A name with a digest in it is another name when the content changes; one that goes and one that
    comes with the same words are one file. Under an unchanged name Anki takes a new file only along
    with a note that changed and names it, and one that begins with `_` never; `changed` holds the
    GUIDs of the notes that changed.
    """
    before = {media.name: media.sha256 for media in old}
    after = {media.name: media.sha256 for media in new}
    went = {display_name(name): name for name in before if name not in after}
    came = {display_name(name): name for name in after if name not in before}
    renewed = [ReplacedMedia(went[one], came[one], reaches=True) for one in went if one in came]
    same_name = [one for one in after if one in before and before[one] != after[one]]
    if same_name:
        carried = {
            name
            for entry in present
            if entry.note.guid in changed
            for text in entry.note.fields
            for name in references(text)
            if not name.startswith("_")
        }
        renewed += [ReplacedMedia(one, one, one in carried) for one in same_name]
    done = {name for one in renewed for name in (one.old, one.new)}
    return (
        tuple(name for name in after if name not in before and name not in done),
        tuple(name for name in before if name not in after and name not in done),
        tuple(sorted(renewed, key=lambda one: one.new)),
    )
