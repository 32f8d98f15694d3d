"""Examples that need a rule of their own: comparisons, follow-ups, absent details, conflicts, yes or no."""
