"""Documents become chunks, vectors and points in the index."""
