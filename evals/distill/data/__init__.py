"""Make training examples from the ingested documents: the prompts that are served, and the answers that are wanted."""
