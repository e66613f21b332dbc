"""Export of decks to the formats of other programs."""
