"""The one layout of deck files, for what authors write and for what flashdeck writes."""

from flashdeck.formatting.layout import formatted

__all__ = ["formatted"]
