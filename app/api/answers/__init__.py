"""What is kept of answers: feedback, export and deletion, explanations and gaps."""
