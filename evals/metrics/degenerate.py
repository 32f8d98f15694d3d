"""Degenerate answers of a model: loops, cut-off answers, and answers without a citation.

Loops and cut-off answers are counted over the answers that a model wrote, those included of which nothing is shown
because an extractive answer replaces them; answers without a citation over those that are shown. A loop is what the
service takes for one (`app/answer/generated/degenerate.py`); it ends an answer there, so that its reason counts too. An
answer is cut off where it reached the limit of tokens, be it at the end of a sentence.

Not covered: answers that are empty or repeat the prompt, which "degraded answers" has; loops of paraphrases.
"""

from __future__ import annotations

from app.answer.generated.degenerate import find_loop
from evals.metrics.contribution import Contribution, Contributions
from evals.response import CaseResponse

_REPLACED = ("looping", "cut", "empty", "echo")
"""Reasons for which an extractive answer replaces one that a model wrote."""


def measure_degeneration(response: CaseResponse) -> Contributions:
    """Measure an answer of a model; nothing for extractive answers, refusals and questions back."""
    is_shown = response.mode == "generated"
    if response.kind != "answer" or not (is_shown or response.degraded_reason in _REPLACED):
        return {}
    loops = response.degraded_reason == "looping" or (is_shown and find_loop(response.content) is not None)
    is_cut = response.degraded_reason == "cut" or response.finish_reason == "length"
    return {
        "loops": Contribution(float(loops)),
        "cut-off answers": Contribution(float(is_cut)),
        **({"answers without a citation": Contribution(float(not response.citations))} if is_shown else {}),
    }
