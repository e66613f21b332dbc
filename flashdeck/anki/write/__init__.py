"""The writer of Anki packages."""
