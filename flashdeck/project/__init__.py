"""A project on disk: its settings, its lock, its paths, its packages."""
