"""Distillation: `data` makes the examples that a student learns from, `run` goes from documents to a verdict."""
