"""Is it good enough to ship? Retrieval, citations, grounding and refusals on gold questions."""
