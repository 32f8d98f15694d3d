"""From a query to passages with their calibrated relevance."""
