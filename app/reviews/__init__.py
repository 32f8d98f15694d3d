"""The review queue: people label answers, and labelled answers become gold cases and an error rate."""
