"""Examples that need more than one statement: comparisons, follow-ups, details that no passage has, conflicts."""
