"""The model: compressed, launched, measured, planned and distilled. Talks to the rest over HTTP only."""
