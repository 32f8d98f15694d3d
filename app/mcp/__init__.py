"""The documents as tools for language models: the Model Context Protocol over the service's own HTTP API."""
