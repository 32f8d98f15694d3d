"""Compare the answers of any number of models in pairs, and rank the models."""
