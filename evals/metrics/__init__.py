"""What one response contributes to each metric."""
