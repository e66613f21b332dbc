"""The proof: authors edit, learners study, and after every import what was promised must hold.

Knows flashdeck only by what its users know: folders of text, builds, packages.
"""
