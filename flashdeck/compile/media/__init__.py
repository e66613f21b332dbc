"""Pictures, sounds and fonts: from what an author names to the files that a package holds."""
