"""The one way to write a deck file: the same words, laid out anew, with every comment."""

from flashdeck.formatting.layout import formatted
from flashdeck.formatting.proof import difference

__all__ = ["difference", "formatted"]
