"""Files on disk: read with limits, published whole, watched, locked."""
