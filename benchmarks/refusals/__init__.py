"""Fit the answerability of a question on several corpora, and measure refusals on each."""
