"""A language model judges answers: correct or not, faithful to their passages or not, and which of two is better.

A judge is worth what its agreement with people is worth, so that each figure of a judge is printed beside it
(`evals/judge/agreement.py`).
"""
