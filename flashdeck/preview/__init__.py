"""`flashdeck preview`: what every card looks like."""
