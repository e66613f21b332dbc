"""HTML: its tags, the addresses in it, and text written as HTML."""
