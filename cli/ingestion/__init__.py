"""`groundwork ingest`: the command, one run of it, and runs whenever documents change (`--watch`)."""
