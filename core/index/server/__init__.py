"""The index on a Qdrant server or cluster, through qdrant-client (`index.py`), and its generations (`store.py`)."""
