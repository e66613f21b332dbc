"""Code as HTML, with a class for each kind of word, and the colors of these classes."""
