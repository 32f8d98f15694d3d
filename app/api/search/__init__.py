"""Search without an answer."""
