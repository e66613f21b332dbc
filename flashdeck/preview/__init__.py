"""`flashdeck preview`: every card as Anki shows it."""
