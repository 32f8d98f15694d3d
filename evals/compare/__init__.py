"""Compare two runs over the same cases."""
