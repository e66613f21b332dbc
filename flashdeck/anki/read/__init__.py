"""Readers of Anki packages."""
