"""Cards as an outline in the terminal: what they say, not how they look.

Knows the waist, the template language and the card frame. The command line prints what is drawn.
"""

from flashdeck.preview.terminal.draw import draw

__all__ = ["draw"]
