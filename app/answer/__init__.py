"""Turn a question into an answer. `pipeline.py` reads from top to bottom."""
