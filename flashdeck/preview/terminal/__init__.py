"""Cards as text in the terminal: their content without their layout.

Depends on the model, the template language and the card frame. The command line does the printing.
"""

from flashdeck.preview.terminal.draw import draw

__all__ = ["draw"]
