"""The report of a run: one HTML file, from a number to its questions, and from a question to its passages."""
