"""Measure whether answers are good enough to ship: retrieval, citations, grounding and refusals on gold questions."""
