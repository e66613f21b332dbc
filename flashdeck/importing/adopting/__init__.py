"""What learners already have by notes that were never built here, and what is gone in Anki."""
