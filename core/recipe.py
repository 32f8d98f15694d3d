"""The recipe: every tunable of the answer path in one frozen value.

An A/B arm, an ablation and an evaluation run are each `dataclasses.replace(recipe, …)`. The annotations are the bounds
and descriptions of the table `[recipe]` in domain.toml; they are checked where that file is read (`core/domain.py`).

Not covered: `replace` itself checks no bounds.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Field

GroundingPolicy: TypeAlias = Literal["annotate", "retry", "withhold", "refuse"]
ChosenPrompt: TypeAlias = Literal["standard", "small", "distilled"]
PromptKind: TypeAlias = Literal["auto", "standard", "small", "distilled"]


@dataclass(frozen=True, slots=True)
class RecipeTable:
    """How a question becomes an answer; every tunable of the answer path."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    top_k: Annotated[
        int,
        Field(
            strict=True,
            ge=1,
            le=100,
            examples=[8],
            description="Passages that the model is given, and from which an extractive answer is made. "
            "Near-duplicates do not count.",
        ),
    ] = 6
    candidates: Annotated[
        int,
        Field(
            strict=True,
            ge=1,
            le=1000,
            examples=[100],
            description="Hits taken from each ranking, the one by meaning and the one by words, before the rankings "
            "are fused.",
        ),
    ] = 50
    rrf_k: Annotated[
        int,
        Field(
            strict=True,
            ge=1,
            le=1000,
            examples=[60],
            description="The constant of reciprocal rank fusion. 2 beat or equalled 60 on most of the sets it was "
            "tried on.",
        ),
    ] = 2
    correct_spelling: Annotated[
        bool,
        Field(strict=True, description="Search for words of the documents in place of misspelled words of a question."),
    ] = True
    rerank: Annotated[
        int,
        Field(
            strict=True,
            ge=0,
            le=200,
            examples=[40],
            description="Best hits that the reranker of RERANKER_BASE_URL orders; without a reranker it has no "
            "effect. 0: none.",
        ),
    ] = 20
    refuse_below: Annotated[
        float,
        Field(
            strict=True,
            ge=0,
            le=1,
            allow_inf_nan=False,
            examples=[0.25],
            description="How likely the documents have to answer the question, from 0 to 1; below this the answer is "
            "a refusal. 0: no question is refused before the model has read its passages.",
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
            strict=True,
            ge=1,
            le=20,
            examples=[5],
            description="Most excerpts (sentences, lists, tables) of an extractive answer.",
        ),
    ] = 3
    temperature: Annotated[
        float,
        Field(
            strict=True,
            ge=0,
            le=2,
            allow_inf_nan=False,
            examples=[0.3],
            description="Sampling temperature of the model. 0: the most likely word each time; answers of a higher "
            "one are not cached.",
        ),
    ] = 0.0
    max_tokens: Annotated[
        int,
        Field(
            strict=True,
            ge=1,
            le=32_768,
            examples=[800],
            description="Most tokens of the model's answer; a longer one is cut, and said to be.",
        ),
    ] = 512
    grounding: Annotated[
        GroundingPolicy,
        Field(
            description="What happens to sentences that the passages do not support. annotate: they are shown with "
            "flags. retry: the model is asked a second time, and the better answer is shown. withhold: they are "
            "removed. refuse: the refusal is shown in place of the answer."
        ),
    ] = "annotate"
    prompt: Annotated[
        PromptKind,
        Field(
            description="standard: prompts/system.md. small: for models below a billion parameters, with fewer and "
            "shorter passages, an example and a repetition penalty. distilled: for models that were taught this "
            "prompt on your documents, with more passages, without the example and the penalty. auto: by the word "
            "`distilled` or the size in the model's name."
        ),
    ] = "auto"
    passage_characters: Annotated[
        int,
        Field(
            strict=True,
            ge=0,
            le=100_000,
            examples=[1200],
            description="Most characters of a passage in the prompt; of a longer one, the sentences in a row that have "
            "most words of the question. 0: whole passages.",
        ),
    ] = 0
    model: Annotated[
        str,
        Field(
            max_length=500,
            examples=["handbook-distilled-135M"],
            description="The model that writes the answers, by one of the names that the server of LLM_BASE_URL lists: "
            "a LoRA adapter, for example. Empty: LLM_MODEL.",
        ),
    ] = ""
    repetition_penalty: Annotated[
        float,
        Field(
            strict=True,
            ge=1,
            le=2,
            allow_inf_nan=False,
            examples=[1.1],
            description="Penalty for words that the model has written already (vLLM). 1: none.",
        ),
    ] = 1.0


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its source and its right answer, which a small model reads before the real one."""

    heading: Annotated[str, Field(examples=["Museum > Opening hours"], description="The headings above the source.")]
    source: Annotated[
        str, Field(examples=["The museum is open from 10:00 to 18:00."], description="The text of the source.")
    ]
    question: Annotated[str, Field(examples=["When does the museum close?"], description="The question.")]
    answer: Annotated[
        str, Field(examples=["The museum closes at 18:00 [1]."], description="The answer, with its citation.")
    ]


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

    @property
    def is_for_small_models(self) -> bool:
        """Whether the model is given the small prompt in place of the system prompt."""
        return self.prompt in ("small", "distilled")

    @property
    def shown_example(self) -> Example | None:
        """The example that the model is shown before the question; a distilled one has learned from many."""
        return self.example if self.prompt == "small" else None

    @property
    def sha256(self) -> str:
        """The hash of all values and prompts, by which two processes find out whether they have the same recipe."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
