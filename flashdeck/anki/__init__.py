"""What Anki does: its packages, its template language, its text."""
