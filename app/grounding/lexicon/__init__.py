"""Word lists. Data only."""
