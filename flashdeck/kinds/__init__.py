"""Kinds of notes: the keys of each, and how its fields are composed."""
