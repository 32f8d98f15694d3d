"""From which cosine on two questions ask the same: what the leak filter of training examples compares."""
