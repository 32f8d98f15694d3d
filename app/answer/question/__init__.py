"""What a question asks: whether it depends on the conversation, and what is searched for."""
