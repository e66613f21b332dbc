"""Files of notes that are not packages: Anki's plain text, and what `export` writes."""
