"""The built-in note types, their style and their script."""
