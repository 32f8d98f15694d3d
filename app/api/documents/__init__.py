"""Documents, uploads and ingestion jobs."""
