"""The running process: what it holds, its jobs, its load and its metrics, and how it starts."""
