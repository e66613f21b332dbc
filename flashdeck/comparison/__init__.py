"""What differs between two collections, and what of it learners must do by hand."""
