"""What the service keeps of its answers: records, feedback, and what is read out of them."""
