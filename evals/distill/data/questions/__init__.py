"""Questions about what a passage says, made by rules and without a model, in a reader's varied wording."""
