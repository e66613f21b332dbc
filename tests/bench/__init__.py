"""Speed: decks of any size, programs that flashdeck is held against, and the table of ratios."""
