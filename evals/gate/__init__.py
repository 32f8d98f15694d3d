"""Decide whether a candidate may replace the original: the promotion gate."""
