"""What people write instead of what Anki stores: Markdown, short keys, kinds of notes."""
