"""The review queue, and how good the answers are."""
