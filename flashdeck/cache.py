"""Texts that took the Markdown engine, and the HTML that it made of them, kept between builds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})


class TextCache:
    """HTML by the text that it was rendered from. What is not asked for any more is not kept."""

    def __init__(self, held: Mapping[str, str] = _NOTHING) -> None:
        self._held = held
        self._used: dict[str, str] = {}

    def get(self, text: str) -> str | None:
        """Give the HTML of a text, if it is known."""
        html = self._used.get(text)
        if html is None and (html := self._held.get(text)) is not None:
            self._used[text] = html
        return html

    def keep(self, text: str, html: str) -> None:
        """Keep the HTML of a text."""
        self._used[text] = html

    @property
    def is_news(self) -> bool:
        """Whether other texts are kept now than were held at first."""
        return self._used.keys() != self._held.keys()

    def renewed(self) -> TextCache:
        """Give a cache that holds what this one was asked for."""
        return TextCache(self._used)

    def encoded(self, seal: list[object]) -> bytes:
        """Write down what was asked for; `seal` is what must be the same when it is read."""
        return json.dumps({"seal": seal, "texts": self._used}, ensure_ascii=False).encode()


def decoded(data: bytes, seal: list[object]) -> TextCache:
    """Read what `encoded` wrote; an empty cache where it is damaged, or sealed otherwise."""
    try:
        found = json.loads(data)
        texts = found["texts"] if found["seal"] == seal else {}
    except (ValueError, KeyError, TypeError, RecursionError):
        return TextCache()
    good = isinstance(texts, dict) and all(isinstance(one, str) for one in texts.values())
    return TextCache(texts) if good else TextCache()
