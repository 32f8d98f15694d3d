"""Text, Markdown, JSON and notebooks: files that people write or read as characters."""
