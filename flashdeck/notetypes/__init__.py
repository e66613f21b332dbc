"""The built-in note types with their style and script."""
