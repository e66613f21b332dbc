"""Adoption of what learners already have by notes that were never built here."""
