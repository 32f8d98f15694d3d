"""Answers: OpenAI's chat API."""
