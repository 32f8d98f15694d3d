"""A large model as the teacher: it writes the questions, and the answers that the student is to give."""
