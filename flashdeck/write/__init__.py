"""Writers: what they take is a `Collection`, and none of them knows where it came from."""
