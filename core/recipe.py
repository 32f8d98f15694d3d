"""The recipe: every tunable of the answer path in one frozen value.

An A/B arm, an ablation and an evaluation run are each `dataclasses.replace(recipe, …)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

GroundingPolicy: TypeAlias = Literal["annotate", "retry", "withhold", "refuse"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a question becomes an answer.

    top_k          passages given to the model, 1 to 100
    candidates     passages taken from each ranking before fusion
    rrf_k          the constant of reciprocal rank fusion. 2 beat or equalled 60 on most of the sets it was tried on
    refuse_below   relevance (0..1) under which the answer is a refusal; calibrated in `app/answer/relevance.py`
    sentences      sentences in an extractive answer, at most
    temperature    of the model
    max_tokens     of the model's answer
    grounding      what happens to words that the passages do not carry; see `app/answer/policy.py`
    system_prompt  the stable first part of the prompt, from the domain's `prompts/`
    """

    name: str = "default"
    top_k: int = 6
    candidates: int = 50
    rrf_k: int = 2
    refuse_below: float = 0.03
    sentences: int = 3
    temperature: float = 0.0
    max_tokens: int = 512
    grounding: GroundingPolicy = "annotate"
    system_prompt: str = ""
