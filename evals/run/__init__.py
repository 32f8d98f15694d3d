"""Ask the service the gold questions, measure the responses, and report."""
