"""A/B tests and limited roll-outs: who gets which arm, what stops an arm, and what an experiment found."""
