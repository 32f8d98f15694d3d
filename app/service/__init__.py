"""The running process: documents and their jobs, model and its load, recipes, metrics, and how it starts."""
