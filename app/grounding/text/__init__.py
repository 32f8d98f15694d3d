"""Text becomes tokens: normalisation, scanning, words, and the marks that make no claim."""
