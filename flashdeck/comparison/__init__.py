"""Differences between two collections, and the steps that learners must take by hand."""
