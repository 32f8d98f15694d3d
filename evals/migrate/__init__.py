"""Search for a prompt for another model, and report a gain only where held-out questions show it."""
