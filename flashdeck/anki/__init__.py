"""Anki's packages, template language and text formats."""
