"""Propose gold cases from the ingested documents, which a person accepts, edits or rejects."""
