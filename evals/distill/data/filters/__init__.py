"""Filters of training examples: what a student must not learn is dropped, and counted by reason.

    filter_examples(candidates, context) -> Filtered(kept, dropped, counts)

Each filter is a function `(candidate, context)` in a file of its own that returns the reason for which it drops an
example, or None. They are asked in the order of FILTERS, and the first reason counts.
"""

from evals.distill.data.filters.candidate import Candidate, Place
from evals.distill.data.filters.context import FilterContext, Limits
from evals.distill.data.filters.run import FILTERS, Dropped, Filtered, filter_examples

__all__ = [
    "FILTERS",
    "Candidate",
    "Dropped",
    "FilterContext",
    "Filtered",
    "Limits",
    "Place",
    "filter_examples",
]
