"""EleutherAI's lm-eval against the served model: our cases as a task of its own, and standard tasks."""
