"""What was compiled before, kept in `build/`."""
