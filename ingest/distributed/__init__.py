"""The stages of an ingestion on Ray Data, beyond one machine: see `run.py`."""
