"""Creation of new projects."""
