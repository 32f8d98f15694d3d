"""Answers that a language model writes: its prompt, and asking it a second time."""
