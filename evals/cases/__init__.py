"""Gold questions: their format, and reading, drafting and checking them."""
