"""The preview: a page that shows every card as Anki will, from a server or as one file.

Knows the waist, the template language and the card frame. What is compiled, the clock and the
editor are given by whoever starts it.
"""
