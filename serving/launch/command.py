"""A request on a machine becomes a LaunchPlan: the flags of vLLM, each with the reason for it.

The plan is a value: it is printed, started by the supervisor, and can be written into a compose file. Its flags are
those of vLLM 0.32; a test lets the installed vLLM parse them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from serving.launch.adapters import rank_limit
from serving.launch.basis import Basis
from serving.launch.limits import Limit, limit_chunk, limit_queued_requests, limit_queued_tokens, limit_sequences
from serving.launch.quantization import kernel_notes
from serving.launch.request import LaunchRequest, Profile
from serving.launch.speculation import Speculation
from serving.plan.kv_cache import bytes_per_request, bytes_per_token, users_by_memory
from serving.vllm import LOOPBACK, Hardware

DRAIN_SECONDS = 30
"""What is being answered when it is told to stop is answered within this time, or cut off."""
_POLLED = "/health,/metrics"
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of vLLM; `value` "" for a switch, `more` for what follows the first value."""

    name: str
    value: str
    reason: str
    more: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """As they stand on a command line."""
        return tuple(filter(None, (self.name, self.value, *self.more)))


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """How to serve a checkpoint. `notes`: what its user should know beyond the flags."""

    request: LaunchRequest
    profile: Profile
    flags: tuple[Flag, ...]
    notes: tuple[str, ...]

    @property
    def arguments(self) -> tuple[str, ...]:
        """What vLLM's server is given."""
        return tuple(word for flag in self.flags for word in flag.words)

    @property
    def hardware(self) -> Hardware:
        """Which of vLLM's packages serves it."""
        return "cpu" if self.profile == "cpu" else "cuda"

    @property
    def url(self) -> str:
        """Where vLLM listens."""
        return f"http://{LOOPBACK}:{self.request.port}"


def plan_launch(basis: Basis) -> LaunchPlan:
    """Decide every flag."""
    sequences = _sequences(basis)
    flags = (
        *_who_is_served(basis),
        *_memory(basis, sequences),
        *_batch(basis, sequences),
        *_speculation(basis),
        *_spread(basis),
        *_adapters(basis.request),
        *_operation(basis),
    )
    return LaunchPlan(basis.request, basis.profile, flags, tuple(_notes(basis)))


def _who_is_served(basis: Basis) -> Iterator[Flag]:
    request = basis.request
    yield Flag("--model", str(basis.checkpoint.folder), f"the checkpoint, weights in {basis.checkpoint.quantization}")
    yield Flag("--served-model-name", request.served_name, "the value for LLM_MODEL")
    yield Flag(
        "--host", LOOPBACK, "the API key guards /v1 only, /invocations answers anybody: only the app may reach it"
    )
    yield Flag("--port", str(request.port), "the port in LLM_BASE_URL")
    if basis.profile == "cpu" or basis.checkpoint.wide:
        yield Flag(
            "--dtype", "bfloat16", "half the memory of 32 bits, with its range; float16 overflows in some models"
        )
    yield Flag(
        "--generation-config", "vllm", "the recipe sets sampling; a checkpoint's repetition penalty punishes copying"
    )


def _memory(basis: Basis, sequences: Limit) -> Iterator[Flag]:
    room, shape = basis.room, basis.checkpoint.shape
    each = bytes_per_token(shape, basis.cache_type, room.tensor)
    reads = f"; the model reads {shape.context_limit:,}" if shape.context_limit else ""
    yield Flag(
        "--max-model-len", str(basis.context), f"the longest prompt and answer, {each / 1024:,.0f} KiB a token{reads}"
    )
    if basis.cache_type == "fp8":
        why = "the checkpoint has scales for it" if basis.checkpoint.quantization.fp8_cache else "as asked"
        yield Flag("--kv-cache-dtype", "fp8", f"{why}: half the cache of 16 bits")
    if room.share is None:
        longest = bytes_per_request(shape, basis.context, basis.cache_type)
        cache = min(room.cache, sequences.value * longest)
        tokens = cache / each
        why = f"{tokens:,.0f} tokens: "
        why += f"{sequences.value} of the longest requests" if cache < room.cache else "what the memory leaves"
        yield Flag("--kv-cache-memory-bytes", str(int(cache) // _MIB * _MIB), why)
    else:
        held = users_by_memory(room.cache, bytes_per_request(shape, basis.context, basis.cache_type, room.tensor))
        why = f"of each GPU; after {room.weights / 1e9:,.1f} GB of weights a copy holds {held} of the longest requests"
        yield Flag("--gpu-memory-utilization", f"{room.share:g}", why)
    yield Flag(
        "--enable-prefix-caching", "", "every prompt begins with the same rules, and a conversation with its past"
    )


def _sequences(basis: Basis) -> Limit:
    if basis.roofline is not None:
        return limit_sequences(basis.profile, basis.room, basis.roofline, basis.request.slo)
    tokens = basis.request.prompt_tokens + basis.request.answer_tokens
    request = bytes_per_request(basis.checkpoint.shape, tokens, basis.cache_type, basis.room.tensor)
    return Limit(max(1, users_by_memory(basis.room.cache, request)), "the cache holds no more usual requests")


def _batch(basis: Basis, sequences: Limit) -> Iterator[Flag]:
    yield Flag("--max-num-seqs", str(sequences.value), sequences.reason)
    roofline, slo, copies = basis.roofline, basis.request.slo, basis.room.copies
    if roofline is None:
        waiting = 2 * sequences.value * copies
        yield Flag("--max-num-queued-reqs", str(waiting), "as many wait as run: there is no estimate for this GPU")
        return
    chunk = limit_chunk(basis.profile, sequences.value, roofline, slo)
    yield Flag("--max-num-batched-tokens", str(chunk.value), chunk.reason)
    requests = limit_queued_requests(sequences.value, copies, roofline, slo)
    yield Flag("--max-num-queued-reqs", str(requests.value), f"{requests.reason}; one more is told at once (503)")
    if (tokens := limit_queued_tokens(copies, roofline, slo)) is not None:
        yield Flag("--max-num-queued-tokens", str(tokens.value), tokens.reason)


def _speculation(basis: Basis) -> Iterator[Flag]:
    chosen = basis.request.speculation or Speculation("ngram" if basis.profile == "latency" else "none")
    reasons = {
        "ngram": "answers copy spans of the passages: what followed the same words in the prompt is guessed",
        "draft": "a smaller model guesses",
        "eagle3": "a head that was trained for this model guesses",
    }
    if chosen.method != "none":
        yield Flag("--speculative-config", chosen.value(), f"{reasons[chosen.method]}, and one step checks it")


def _spread(basis: Basis) -> Iterator[Flag]:
    room = basis.room
    if room.tensor > 1:
        yield Flag("--tensor-parallel-size", str(room.tensor), f"GPUs a copy: {basis.layout}")
    if room.copies > 1:
        yield Flag("--data-parallel-size", str(room.copies), f"copies side by side: {basis.layout}")


def _adapters(request: LaunchRequest) -> Iterator[Flag]:
    if not request.adapters:
        return
    yield Flag("--enable-lora", "", "adapters beside the model")
    yield Flag("--max-loras", str(len(request.adapters)), "all of them in one batch")
    yield Flag("--max-lora-rank", str(rank_limit(request.adapters)), "the largest rank among them")
    first, *more = (f"{adapter.name}={adapter.folder}" for adapter in request.adapters)
    yield Flag("--lora-modules", first, "a request's `model` names one of them", tuple(more))


def _operation(basis: Basis) -> Iterator[Flag]:
    if basis.card is None and not basis.machine.compiles:
        yield Flag("--enforce-eager", "", "there is no C++ compiler (g++), which compiled kernels need")
    yield Flag("--shutdown-timeout", str(DRAIN_SECONDS), "seconds for what is being answered when it is told to stop")
    yield Flag("--disable-access-log-for-endpoints", _POLLED, "both are asked every second or two")


def _notes(basis: Basis) -> Iterator[str]:
    yield from kernel_notes(basis.checkpoint.quantization, basis.card)
    if basis.roofline is None and basis.card is not None:
        yield f"{basis.card.name} is not in serving/plan/gpus.yaml: the limits follow memory, not {basis.request.slo}."
    elif basis.roofline is not None:
        alone = basis.roofline.load(1).latency
        if missed := basis.request.slo.missed(alone):
            yield (
                f"Even a single request is estimated to miss {' and '.join(missed)}: TTFT {alone.ttft:,.0f} ms, ITL "
                f"{alone.itl:,.0f} ms for {basis.request.prompt_tokens} + {basis.request.answer_tokens} tokens. "
                "Shorten prompts, serve a smaller model, or relax --slo."
            )
    if basis.card is not None and basis.room.tensor * basis.room.copies < len(basis.machine.cards):
        idle = len(basis.machine.cards) - basis.room.tensor * basis.room.copies
        yield f"{idle} GPU(s) stay idle: other models of card, or not a multiple of {basis.room.tensor}."
