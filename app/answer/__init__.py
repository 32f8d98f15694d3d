"""A question becomes an answer. Read from top to bottom in `pipeline.py`."""
