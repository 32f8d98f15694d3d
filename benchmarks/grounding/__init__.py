"""How good and how fast the grounding checker is. See `__main__`."""
