"""What this project repairs in vLLM 0.32 on a processor, as one of vLLM's own plugins.

vLLM runs it in each of its processes: it finds the entry point in `groundwork_vllm-1.dist-info`, since this folder is
on its import path (`serving/vllm.py`). Nothing here may import the project: vLLM's environment does not have it.

Its faults concern requests that are not greedy, the first two where tokens are guessed:

    expand         The temperature, `top_k` and `top_p` of a request are repeated for each guessed token by a function
                   that writes into a copy of its output. The logits are then divided by whatever was in memory, and
                   tokens are drawn that the model finds impossible (findings/vllm-cpu-speculation-loses-the-
                   temperature.sh).
    of_some_rows   A filter of the likeliest tokens fails where a step has no guess, and the engine ends.
    Seeded         What a request with a seed has drawn for a prompt that is not read to its end is taken back by an
                   offset, which generators of a GPU have and those of a processor do not; the engine ends.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

import torch

_EXPAND = "vllm.utils.cpu_triton_utils", "_expand_kernel_impl"
_FILTER = "vllm.v1.sample.ops.topk_topp_sampler", "apply_top_k_only"
_REQUEST = "vllm.v1.worker.gpu_input_batch", "CachedRequestState"
_REPAIRED = "repaired_by_groundwork"
_log = logging.getLogger("vllm.groundwork")


def register() -> None:
    """Repair this process's vLLM, if it is for a processor; a second call changes nothing more."""
    from vllm.platforms import current_platform

    if not current_platform.is_cpu():
        return
    if module := _with(*_EXPAND):
        setattr(module, _EXPAND[1], expand)
    if module := _with(*_FILTER):
        setattr(module, _FILTER[1], of_some_rows(getattr(module, _FILTER[1])))
    if module := _with(*_REQUEST):
        with_seeds(getattr(module, _REQUEST[1]))


def expand(
    output: torch.Tensor,
    values: torch.Tensor,
    cumulative: torch.Tensor,
    replace_from: float,
    replace_to: float,
    most: int | None = None,
) -> None:
    """Write the value of each request once for each of its guessed tokens, with `replace_to` for `replace_from`.

    output      (tokens,), of the type of `values`
    values      (requests,)
    cumulative  (requests,), the guessed tokens of a request and of those before it
    most        guessed tokens of a request: an argument of vLLM's function, of no use here
    """
    del most
    counts = torch.diff(cumulative.to(torch.int64), prepend=torch.zeros(1, dtype=torch.int64))
    replaced = torch.where(values == replace_from, torch.full_like(values, replace_to), values)
    output.copy_(replaced.repeat_interleave(counts))


def of_some_rows(filtered: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Return a filter of logits that leaves those without a row as they are."""
    if hasattr(filtered, _REPAIRED):
        return filtered

    @wraps(filtered)
    def filtered_if_any(logits: torch.Tensor, *arguments: Any) -> torch.Tensor:
        return filtered(logits, *arguments) if logits.shape[0] else logits

    setattr(filtered_if_any, _REPAIRED, True)
    return filtered_if_any


class Seeded(torch.Generator):
    """A generator that goes back to its seed when what was drawn is taken back.

    vLLM takes draws back while it reads a prompt, before a token of the answer is drawn; so the same seed gives the
    same answer, however the prompt was divided. Of a request that is read again after it was interrupted, the draws
    begin again from the start.
    """

    _first: torch.Tensor

    @classmethod
    def like(cls, other: torch.Generator) -> Seeded:
        """Return a generator that continues where another one is."""
        made = cls()
        made._first = other.get_state()
        made.set_state(made._first)
        return made

    def get_offset(self) -> int:
        """Return 0, from which vLLM subtracts what it takes back."""
        return 0

    def set_offset(self, offset: int) -> torch.Generator:
        """Go back to the beginning, whatever the offset."""
        del offset
        return self.set_state(self._first)


def with_seeds(request: Any) -> None:
    """Let each request that has a seed have a generator whose draws can be taken back."""
    if hasattr(request, _REPAIRED):
        return
    initialized = request.__post_init__

    @wraps(initialized)
    def initialize(self: Any) -> None:
        initialized(self)
        if self.generator is not None:
            self.generator = Seeded.like(self.generator)

    request.__post_init__ = initialize
    setattr(request, _REPAIRED, True)


def _with(name: str, attribute: str) -> ModuleType | None:
    """Return the module of this name if it has the attribute; otherwise say that there is nothing to repair."""
    try:
        module = importlib.import_module(name)
    except ImportError:
        module = None
    if module is not None and hasattr(module, attribute):
        return module
    _log.warning("This vLLM has no %s.%s to repair: see whether serving/vllm_plugin is still needed.", name, attribute)
    return None
