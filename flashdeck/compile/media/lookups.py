"""Media that the texts of a note look up, recorded so that a cached note can be verified."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from flashdeck.compile.media.table import Resolvers
from flashdeck.markup.results import MediaRefusal, MediaResolver

_STATIC = "\0"  # begins the address of a file that is named where Anki does not look for media


class Lookups:
    """Records successful media look-ups, and which optional files are missing."""

    def __init__(self, resolvers: Resolvers) -> None:
        self.names: dict[str, str] = {}
        self._resolvers = resolvers
        self.resolvers = Resolvers(
            partial(self._recorded, resolvers.hashed),
            partial(self._recorded, resolvers.verbatim),
            partial(self._recorded, resolvers.static, mark=_STATIC),
            partial(self._recorded, resolvers.static_verbatim, mark=_STATIC),
            self._present,
            resolvers.fault,
        )

    def _present(self, name: str) -> str:
        self.names[name] = self._resolvers.present(name)
        return self.names[name]

    def _recorded(
        self, resolve: MediaResolver, destination: str, *, mark: str = ""
    ) -> str | MediaRefusal:
        name = resolve(destination)
        if isinstance(name, str):
            self.names[mark + destination] = name
        return name


def are_current(resolvers: Resolvers, media: Iterable[tuple[str, str]], *, verbatim: bool) -> bool:
    """Whether recorded look-ups would have the same results now."""
    resolve = resolvers.verbatim if verbatim else resolvers.hashed
    static = resolvers.static_verbatim if verbatim else resolvers.static
    for destination, name in media:
        if destination.startswith(_STATIC):
            if static(destination.removeprefix(_STATIC)) != name:
                return False
            continue
        # Only `present` returns the original name, or none, where names are hashed.
        is_plain = name and (verbatim or name != destination)
        if (resolve if is_plain else resolvers.present)(destination) != name:
            return False
        if verbatim and is_plain and resolvers.fault(destination) is not None:
            return False
    return True
