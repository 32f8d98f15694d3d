"""A person decides on a sample of training examples, and the decisions are applied to their file."""
