"""Latency and rate of one replica, estimated from first principles.

Decoding: a step gives one token to each of the n requests in flight. Its layers run one after the other, and each
part takes the time of its reading or of its arithmetic, whichever is longer:

    step(n) = max(weights / bandwidth, 2 n parameters / arithmetic)        matrices and output head
            + max(n cache / bandwidth, n attention / arithmetic)           attention
            + all-reduces between GPUs + a fixed cost

Prompts: arithmetic, 2 parameters a token and the attention's causal half, or one reading of the weights if that takes
longer.

A replica alternates between the two. With n requests always in flight (each user asks again at once), an answer of o
tokens takes

    e2e = prompt + (n - 1) prompt + (o - 1) step(n)

because each of the others reads its prompt once meanwhile; the rate is n / e2e. The time to the first token is the
prompt plus the wait for others' prompts, as in a queue with Poisson arrivals and equal service times (M/D/1): load /
(2 (1 - load)) prompts. The latencies are means.

The efficiencies below are calibrated on the single-request rows (concurrency 1) of one public measurement, vLLM 0.30
with Qwen3-8B on an H100 in bf16 and FP8 (github.com/tgarg01/silybench-data, 2026-09-24); the error on its other rows
and on other hardware is in docs/capacity.md. FP4 and INT8 take FP8's figure, unmeasured.

`Corrections` are factors that a running server was seen to need (`groundwork model plan --actual`). Of each prompt,
`cached_tokens` are in the prefix cache: they are attended to, but not computed.

Not covered: the arithmetic of state spaces and linear attention beside their matrices, speculative decoding,
preemption, requests that share the memory of their common prefix, unequal lengths, overlap of communication, expert
parallelism.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from serving.hardware.replica import Replica
from serving.model.kv_cache import bytes_per_request
from serving.model.schemes import Arithmetic, Scheme, bytes_read
from serving.model.shape import ModelShape
from serving.performance.slo import Latency

COMPUTE_EFFICIENCY: Mapping[Arithmetic, float] = {"bf16": 0.50, "fp8": 0.35, "int8": 0.35, "fp4": 0.35}
"""Share of the data sheet's operations a second that a long prompt reaches."""

BANDWIDTH_EFFICIENCY = 0.90
"""Share of the data sheet's bandwidth at which weights and cache are read."""

STEP_SECONDS = 0.002
"""Fixed cost of a step: scheduling, kernel launches, sampling."""

LINK_EFFICIENCY = 0.7
"""Share of the link's bandwidth that an all-reduce reaches. An assumption."""

ALL_REDUCE_SECONDS = 10e-6
"""Fixed cost of an all-reduce; there are two in a layer. An assumption."""

ACTIVATION_BYTES = 2


@dataclass(frozen=True, slots=True)
class Load:
    """A replica with `in_flight` requests: answers a second (`rate`) and latency."""

    in_flight: float
    rate: float
    latency: Latency


@dataclass(frozen=True, slots=True)
class Corrections:
    """Recorded over estimated, 1 where both agree.

    prompt      the seconds to read a prompt
    step        the seconds of a decoding step
    cache       the tokens for which the replica has a cache
    """

    prompt: float = 1.0
    step: float = 1.0
    cache: float = 1.0


@dataclass(frozen=True, slots=True)
class Roofline:
    """A model under a scheme on a replica, for prompts and answers of one length.

    `arithmetic` is the type in which the GPU multiplies, `kv_type` the type of the cache.
    """

    shape: ModelShape
    scheme: Scheme
    replica: Replica
    arithmetic: Arithmetic
    prompt_tokens: int
    answer_tokens: int
    kv_type: str = "bf16"
    cached_tokens: int = 0
    corrections: Corrections = Corrections()

    def load(self, in_flight: float) -> Load:
        """Return rate and mean latency with `in_flight` requests, 1 or more, at any time."""
        prompt = self.prompt_seconds()
        service = prompt / self.replica.pipeline
        e2e = prompt + (in_flight - 1) * service + (self.answer_tokens - 1) * self.step_seconds(in_flight)
        busy = (in_flight - 1) * service / e2e
        ttft = prompt + service * busy / (2 * (1 - busy))
        itl = (e2e - ttft) / (self.answer_tokens - 1)
        return Load(in_flight, in_flight / e2e, Latency(1000 * ttft, 1000 * itl, 1000 * e2e))

    def prompt_seconds(self) -> float:
        """Return the seconds to read one prompt, alone, through all stages."""
        tokens = max(1, self.prompt_tokens - self.cached_tokens)
        matrices = 2 * self.shape.active_parameters * tokens / self._flops(self.arithmetic)
        operations = sum(
            (causal_pairs(self.prompt_tokens, layer.window) - causal_pairs(self.cached_tokens, layer.window))
            * layer.prefill_flops_per_pair
            for layer in self.shape.attention
        )
        attention = operations / self._flops("bf16")
        reading = bytes_read(self.shape, self.scheme, tokens) / self._bandwidth
        seconds = max(matrices + attention, reading) + self._all_reduce(tokens) + STEP_SECONDS
        return self.corrections.prompt * seconds

    def step_seconds(self, in_flight: float) -> float:
        """Return the seconds to give each of `in_flight` requests its next token, through all stages.

        The stages of a pipeline work on different requests at the same time, each on a part of them.
        """
        batch = max(1.0, in_flight / self.replica.pipeline)
        context = self.prompt_tokens + self.answer_tokens / 2
        active = self.shape.active_parameters + self.shape.head_parameters
        held = bytes_per_request(self.shape, context, self.kv_type, self.replica.tensor)
        operations = sum(
            (context if layer.window is None else min(context, layer.window)) * layer.decode_flops_per_pair
            for layer in self.shape.attention
        )
        matrices = max(
            bytes_read(self.shape, self.scheme, batch) / self._bandwidth,
            2 * batch * active / self._flops(self.arithmetic),
        )
        attention = max(
            batch * held / self._bandwidth,
            batch * operations / self._flops("bf16"),
        )
        seconds = matrices + attention + self._all_reduce(batch) + STEP_SECONDS
        return self.corrections.step * seconds

    @property
    def _bandwidth(self) -> float:
        return self.replica.tensor * self.replica.gpu.data_sheet.bandwidth * BANDWIDTH_EFFICIENCY

    def _flops(self, kind: Arithmetic) -> float:
        return self.replica.tensor * self.replica.gpu.data_sheet.flops[kind] * COMPUTE_EFFICIENCY[kind]

    def _all_reduce(self, tokens: float) -> float:
        """Return the seconds of two all-reduces a layer, in a ring: each GPU sends 2 (t - 1) / t of the activations."""
        gpus = self.replica.tensor
        if gpus == 1:
            return 0.0
        sent = 2 * (gpus - 1) / gpus * tokens * self.shape.hidden * ACTIVATION_BYTES
        link = self.replica.gpu.data_sheet.link * LINK_EFFICIENCY
        return 2 * self.shape.layers * (ALL_REDUCE_SECONDS + sent / link)


def causal_pairs(tokens: int, window: int | None) -> float:
    """Return the pairs of a token and one that it attends to, itself in part: n^2 / 2, cut at the window."""
    if window is None or window >= tokens:
        return tokens * tokens / 2
    return window * window / 2 + (tokens - window) * window
