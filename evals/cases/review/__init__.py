"""Decide on drafts at the terminal: a person accepts, edits or rejects each."""
