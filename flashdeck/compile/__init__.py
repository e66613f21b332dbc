"""Sources to a `Collection`."""
