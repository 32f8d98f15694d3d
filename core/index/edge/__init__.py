"""The embedded index: Qdrant Edge, the Qdrant engine in this process (`index.py`), and its generations (`store.py`)."""
