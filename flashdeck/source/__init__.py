"""What authors write: decks, notes, tables and note types, read but not rendered."""
