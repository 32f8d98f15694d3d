"""Records of the promotion gate, and which of them the service answers with."""
