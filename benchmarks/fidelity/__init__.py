"""What readers of documents lose, add and change. See `__main__`."""
