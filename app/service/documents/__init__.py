"""The documents of a running service: uploads, ingestion jobs, the library, original files and corpus health."""
