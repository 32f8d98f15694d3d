"""The language model behind the answer path: the protocol, and the client of an OpenAI-compatible server."""
