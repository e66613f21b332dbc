"""Brings packages into a running Anki: what changes, what stays, and the way back."""
