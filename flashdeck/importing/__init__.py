"""`flashdeck import`: a collection becomes sources and a lock."""
