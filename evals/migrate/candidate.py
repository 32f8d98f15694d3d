"""A prompt that is tried: a template, and the recipe in which the answer path uses it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from core.recipe import ChosenPrompt, Recipe

Origin: TypeAlias = Literal["present", "rule", "proposed"]
Place: TypeAlias = ChosenPrompt
"""Which prompt of a domain a template is: `prompts/system.md`, or `prompts/small.md` with what belongs to it (fewer and
shorter passages, for a model that is not distilled an example and a repetition penalty)."""

REFUSAL = "{refusal}"
"""What stands for the refusal in a template, as in the domain's files."""
PRESENT = "present"
"""The name of the candidate that is the recipe as it is."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A template by name; `what` says in words how it differs from the present one."""

    name: str
    origin: Origin
    place: Place
    template: str
    what: str

    def recipe(self, base: Recipe, refusal: str) -> Recipe:
        """Return the recipe with this prompt, under the candidate's name. The present one keeps all else as it is."""
        if self.origin == PRESENT:
            return replace(base, name=self.name)
        prompt = self.template.replace(REFUSAL, refusal)
        if self.place == "standard":
            return replace(base, name=self.name, prompt="standard", system_prompt=prompt)
        return replace(base, name=self.name, prompt=self.place, small_prompt=prompt)


def distinct(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates without those that have the place and the text of one before."""
    found: dict[tuple[Place, str], Candidate] = {}
    for candidate in candidates:
        found.setdefault((candidate.place, " ".join(candidate.template.split())), candidate)
    return tuple(found.values())
