"""The recipe: every tunable of the answer path in one frozen value.

An A/B arm, an ablation and an evaluation run are each `dataclasses.replace(recipe, …)`. The annotations are the bounds
and descriptions of the table `[recipe]` in domain.toml; they are checked where that file is read (`core/domain.py`).

Not covered: `replace` itself checks no bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Field

GroundingPolicy: TypeAlias = Literal["annotate", "retry", "withhold", "refuse"]
PromptKind: TypeAlias = Literal["auto", "standard", "small"]


@dataclass(frozen=True, slots=True)
class RecipeTable:
    """How a question becomes an answer: the table [recipe]."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    top_k: Annotated[int, Field(strict=True, ge=1, le=100, description="Passages given to the model.")] = 6
    candidates: Annotated[
        int,
        Field(strict=True, ge=1, le=1000, description="Hits taken from each ranking before the rankings are fused."),
    ] = 50
    rrf_k: Annotated[
        int,
        Field(
            strict=True,
            ge=1,
            le=1000,
            description="The constant of reciprocal rank fusion. 2 beat or equalled 60 on most of the sets it was "
            "tried on.",
        ),
    ] = 2
    correct_spelling: Annotated[
        bool,
        Field(strict=True, description="Whether misspelled words of a question become words of the documents."),
    ] = True
    rerank: Annotated[
        int,
        Field(
            strict=True,
            ge=0,
            le=200,
            description="Best hits that the reranker orders, where one is configured. 0: none.",
        ),
    ] = 20
    refuse_below: Annotated[
        float,
        Field(
            strict=True,
            ge=0,
            le=1,
            allow_inf_nan=False,
            description="How likely the documents have to answer the question; below this the answer is a refusal.",
        ),
    ] = 0.15
    clarify: Annotated[
        bool, Field(strict=True, description="Ask what is meant by a question that names no topic, with choices.")
    ] = True
    rewrite_follow_ups: Annotated[
        bool,
        Field(strict=True, description="Let the model rewrite a follow-up as a question of its own, for the search."),
    ] = True
    sentences: Annotated[
        int,
        Field(
            strict=True, ge=1, le=20, description="Most excerpts (sentences, lists, tables) of an extractive answer."
        ),
    ] = 3
    temperature: Annotated[
        float, Field(strict=True, ge=0, le=2, allow_inf_nan=False, description="Sampling temperature of the model.")
    ] = 0.0
    max_tokens: Annotated[
        int, Field(strict=True, ge=1, le=32_768, description="Most tokens of the model's answer.")
    ] = 512
    grounding: Annotated[
        GroundingPolicy, Field(description="What happens to sentences that the passages do not support.")
    ] = "annotate"
    prompt: Annotated[
        PromptKind,
        Field(
            description="standard: prompts/system.md. small: for models below a billion parameters, with fewer and "
            "shorter passages, an example and a repetition penalty. auto: by the size in the model's name."
        ),
    ] = "auto"
    passage_characters: Annotated[
        int,
        Field(
            strict=True,
            ge=0,
            le=100_000,
            description="Most characters of a passage in the prompt; of a longer one, the sentences in a row that have "
            "most words of the question. 0: whole passages.",
        ),
    ] = 0
    repetition_penalty: Annotated[
        float,
        Field(
            strict=True,
            ge=1,
            le=2,
            allow_inf_nan=False,
            description="Penalty for words that the model has written already (vLLM). 1: none.",
        ),
    ] = 1.0


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its source and its right answer, which a small model reads before the real one."""

    heading: Annotated[str, Field(description="The headings above the source.")]
    source: Annotated[str, Field(description="The text of the source.")]
    question: Annotated[str, Field(description="The question.")]
    answer: Annotated[str, Field(description="The answer, with its citation.")]


@dataclass(frozen=True, slots=True)
class Recipe(RecipeTable):
    """A recipe with its name and the stable first part of its prompt, which the domain's `prompts/` gives.

    `small_prompt` and `example` are for small models; without them a small model reads the system prompt alone.

    `refuse_below` is chosen by `python -m benchmarks.refusals` (figures in docs/retrieval.md); the grounding policies
    are in `app/answer/policy.py`.
    """

    name: str = "default"
    system_prompt: str = ""
    small_prompt: str = ""
    example: Example | None = None
