"""The review queue: people label answers, and decide about drafted cases, pairs of answers and training examples.

Labelled answers become gold cases and an error rate. An accepted case becomes a gold case, too; what becomes of the
other decisions is up to those who posted the items.
"""
