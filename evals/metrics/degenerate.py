"""Degenerate answers: loops, cut-off answers, and answers without a citation.

All three are counted over answers of either kind, so that a model and the documents' own sentences can be compared;
an extractive answer neither loops nor is cut off. An answer of a model of which nothing is shown, because an extractive
one or a refusal replaces it, counts as what the model wrote, and not in the answers without a citation. A loop is what
the service takes for one (`app/answer/generated/degenerate.py`); it ends an answer there, so that its reason counts
too. An answer is cut off where it reached the limit of tokens, be it at the end of a sentence.

Not covered: answers that are empty or repeat the prompt, which "degraded answers" has; loops of paraphrases.
"""

from __future__ import annotations

from app.answer.generated.degenerate import find_loop
from evals.metrics.contribution import Contribution, Contributions
from evals.response import CaseResponse

OF_THE_MODEL = ("loops", "cut-off answers")
"""The metrics of what a model wrote, be it shown or replaced."""
_REPLACED = ("looping", "cut", "empty", "echo")
"""Reasons for which an extractive answer replaces one that a model wrote."""


def measure_degeneration(response: CaseResponse) -> Contributions:
    """Measure an answer; nothing for questions back, and for refusals but those in place of what a model wrote."""
    is_replaced = response.mode == "extractive" and response.degraded_reason in _REPLACED
    if response.kind != "answer" and not is_replaced:
        return {}
    loops = response.degraded_reason == "looping" or find_loop(response.content) is not None
    is_cut = response.degraded_reason == "cut" or response.finish_reason == "length"
    return {
        "loops": Contribution(float(loops)),
        "cut-off answers": Contribution(float(is_cut)),
        **({} if is_replaced else {"answers without a citation": Contribution(float(not response.citations))}),
    }
