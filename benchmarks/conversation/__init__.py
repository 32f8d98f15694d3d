"""Measure questions in a conversation: follow-ups, changes of topic, and questions that name no topic."""
