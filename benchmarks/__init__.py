"""Measurements that are run by hand; each prints a table. None of them is a test."""
