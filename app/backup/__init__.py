"""Backup and restore: index, database, uploads and the other files of the data directory in one archive."""
