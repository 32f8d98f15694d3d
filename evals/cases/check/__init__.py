"""Check a file of gold questions: what makes its figures wrong (errors), and what makes them weak (warnings)."""
