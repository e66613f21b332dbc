"""Readers: each of them turns one kind of source into what a `Collection` is made of."""
