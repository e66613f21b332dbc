"""`flashdeck export`: decks for other programs."""
