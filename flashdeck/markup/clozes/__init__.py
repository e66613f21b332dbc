"""Clozes: where Anki finds them in a text, and their problems."""
