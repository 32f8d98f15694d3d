"""How fast a model is served, in which format, and what the app adds: see `__main__`."""
