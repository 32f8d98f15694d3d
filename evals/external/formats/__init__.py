"""One reader for each format of a public question set."""
