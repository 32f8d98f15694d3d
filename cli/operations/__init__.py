"""Operate a service: its keys and audit log, the answers that are kept, and experiments. A file for each topic."""
