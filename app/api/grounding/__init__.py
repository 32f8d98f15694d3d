"""The grounding check alone."""
