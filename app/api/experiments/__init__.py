"""Experiments and what they found."""
