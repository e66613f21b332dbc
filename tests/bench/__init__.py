"""Benchmarks: generated decks, programs to compare with, and the table of ratios."""
