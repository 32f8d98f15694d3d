"""How doubtful a sentence and an answer are: features, trained weights, and the score of the whole answer."""
