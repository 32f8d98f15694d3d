"""What the compressed model will run on, and whether vLLM has a kernel for it there.

Of what was found on this machine, `serving.kernels` knows it; of a GPU that is named, the planner's table.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from serving.compress.methods import Wish
from serving.kernels import missing_on_card, missing_on_processor
from serving.machine import find_cards, find_flags
from serving.plan.hardware import Unsupported, arithmetic, find_gpus


@dataclass(frozen=True, slots=True)
class Target:
    """A processor, with its flags of /proc/cpuinfo, or a GPU.

    `capability` is CUDA's compute capability of a GPU that was found; `listed` a name of gpus.yaml.
    """

    name: str
    kind: Literal["cpu", "gpu"]
    capability: float | None = None
    listed: str | None = None
    flags: frozenset[str] = frozenset()

    def missing_kernel(self, wish: Wish) -> str | None:
        """Why vLLM cannot serve this here; None where it can."""
        if self.kind == "cpu":
            return missing_on_processor(wish.method.storage.name, self.flags)
        if self.listed is not None:
            found = arithmetic(find_gpus([self.listed])[0], wish.method.storage)
            return found.reason if isinstance(found, Unsupported) else None
        return missing_on_card(wish.method.storage.name, self.name, self.capability or 0.0)


def find_target(gpu: str | None) -> Target:
    """The GPU that is named, the first one of this machine, or its CPU. Raises ConfigurationError, ServingError."""
    if gpu is not None:
        return Target(find_gpus([gpu])[0].name, "gpu", listed=gpu)
    cards = find_cards(os.environ)
    return Target(cards[0].name, "gpu", capability=cards[0].capability) if cards else this_processor()


def this_processor() -> Target:
    """The CPU of this machine."""
    return Target("this CPU", "cpu", flags=find_flags())
