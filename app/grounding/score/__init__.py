"""How likely a sentence is unsupported, from what was counted about it."""
