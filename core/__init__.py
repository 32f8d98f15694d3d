"""What every other package shares: settings, domain, types, errors, the embedder and the index."""
