"""flashdeck: the compiler for Anki decks."""

__version__ = "0.1.0"
