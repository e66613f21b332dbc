"""The layout of deck files, of authors and of flashdeck alike."""

from flashdeck.formatting.layout import formatted

__all__ = ["formatted"]
