"""Sends a package to a phone in the same network."""
