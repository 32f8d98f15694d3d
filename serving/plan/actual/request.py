"""What is compared: the plan of a model under a scheme on a replica, and the counters of one that runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import ConfigurationError, ServingError
from serving.hardware.dtype import Dtype
from serving.hardware.gpu import Gpu, Unsupported, arithmetic
from serving.hardware.replica import replicas
from serving.launch.speed import PROCESSOR
from serving.model.schemes import Scheme
from serving.model.shape import ModelShape
from serving.performance.capacity import Capacity, estimate_capacity
from serving.performance.roofline import Roofline
from serving.performance.slo import Slo
from serving.plan.actual.scrape import Counters, read_scrape
from serving.plan.costs import Prices
from serving.plan.request import Workload


@dataclass(frozen=True, slots=True)
class ActualRequest:
    """What was planned, on which replica it runs, and what was counted there.

    roofline    the estimate, with the lengths of the plan
    prices      None where the replica has no price: a processor
    """

    roofline: Roofline
    workload: Workload
    slo: Slo
    prices: Prices | None
    counters: Counters


def read_counters(sources: Sequence[str], now: float) -> Counters:
    """Read one or two scrapes; of two the first is the earlier one. Raises ConfigurationError and ServingError."""
    if len(sources) not in (1, 2):
        raise ConfigurationError(
            f"--actual is given {len(sources)} times. Name one scrape (since the server's start), or two: the earlier "
            "one first."
        )
    scrapes = [read_scrape(source, now) for source in sources]
    return Counters(scrapes[0] if len(scrapes) == 2 else None, scrapes[-1])


def stored_in(dtype: Dtype, scheme: Scheme, kv_type: str) -> tuple[Scheme, str]:
    """Return scheme and type of the cache as they are served with activations of a type.

    What the scheme does not quantize is stored in this type, and so is the cache unless it is in fp8.
    """
    return scheme.in_type(dtype), dtype if dtype == "float32" and kv_type == "bf16" else kv_type


def make_roofline(
    model: ModelShape, scheme: Scheme, gpu: Gpu, gpus: int | None, work: Workload, slo: Slo, kv_type: str
) -> Roofline:
    """Return the estimate for a replica of so many GPUs.

    None: the fewest that serve within the service level, else the fewest that hold the model.
    Raises ServingError for a scheme that the GPU cannot multiply, ConfigurationError for a number of GPUs that cannot
    share the model.
    """
    # As in `model serve`: a processor was measured in one type, which is taken for every scheme.
    kind = "bf16" if gpu.name == PROCESSOR else arithmetic(gpu, scheme)
    if isinstance(kind, Unsupported):
        raise ServingError(f"--actual: {kind.reason}")
    possible = list(replicas(gpu, model))
    named = [replica for replica in possible if gpus in (None, replica.gpus)]
    if not named:
        counts = ", ".join(str(replica.gpus) for replica in possible)
        raise ConfigurationError(f"--gpus is {gpus}; {model.name} can be spread over {counts} {gpu.name}.")
    rooflines = [
        Roofline(model, scheme, replica, kind, work.prompt_tokens, work.answer_tokens, kv_type) for replica in named
    ]
    capacities = [estimate_capacity(roofline, slo) for roofline in rooflines]
    holding = [pair for pair in zip(rooflines, capacities, strict=True) if isinstance(pair[1], Capacity)]
    serving = [roofline for roofline, capacity in holding if isinstance(capacity, Capacity) and capacity.serves]
    return (serving or [roofline for roofline, _ in holding] or rooflines[-1:])[0]
