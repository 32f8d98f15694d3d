"""How good the drafts of gold questions are that templates make of three corpora."""
