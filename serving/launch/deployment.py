"""Where and how a checkpoint is served: the profile, the context, the memory on which hardware, and the speed there.

The flags follow from these (flags).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.errors import ConfigurationError, ServingError
from serving.checkpoint.quantization import QUANTIZATION_KEYS
from serving.checkpoint.read import Checkpoint, read_checkpoint, served_bytes
from serving.hardware.dtype import COMPRESSED_TENSORS, Dtype, processor_dtype
from serving.hardware.gpu import Gpu, Unsupported, arithmetic
from serving.hardware.machine import Machine
from serving.hardware.replica import Replica
from serving.launch.limits import limit_sequences
from serving.launch.memory import MemoryBudget, gpu_budgets, processor_budget
from serving.launch.refusals import check_chat, check_gpu_kernels, check_guessing, check_processor_kernels
from serving.launch.request import CONTEXT, LaunchRequest, Profile
from serving.launch.speculation import Speculation
from serving.launch.speed import ProcessorSpeed, processor_as_gpu
from serving.model.architecture import read_shape
from serving.model.kv_cache import bytes_per_request, pool_bytes
from serving.model.schemes import Arithmetic
from serving.model.shape import ModelShape
from serving.performance.roofline import Roofline

_FP8_CACHE_FLAGS = frozenset({"avx512f", "amx_tile"})
_MOST_GPUS = 8


@dataclass(frozen=True, slots=True)
class Deployment:
    """What was chosen for a request.

    shape       None for a model that neither the library nor the formulas know: `unknown` says why
    context     tokens of the longest request; None: as long as vLLM finds
    dtype       of activations and of weights that are not quantized; None: what the checkpoint states
    cache_type  of the KV cache: "bf16", "float32" or "fp8"
    budget      memory for weights and cache, and over how many GPUs
    draft       the shape of the draft model, which has a cache of its own; None without one
    gpu         None on a processor
    roofline    the estimated speed; None for a GPU that gpus.yaml does not list
    layout      why the GPUs are divided as `budget` says
    """

    request: LaunchRequest
    checkpoint: Checkpoint
    shape: ModelShape | None
    machine: Machine
    profile: Profile
    context: int | None
    dtype: Dtype | None
    cache_type: str
    draft: ModelShape | None
    budget: MemoryBudget
    gpu: Gpu | None
    roofline: Roofline | None
    layout: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class _Need:
    """What has to be served, before the hardware is chosen. `weights` are bytes, a draft model's included."""

    request: LaunchRequest
    checkpoint: Checkpoint
    shape: ModelShape | None
    unknown: str
    context: int | None
    dtype: Dtype | None
    cache_type: str
    draft: ModelShape | None
    weights: float

    def least_cache(self, gpus: int) -> float:
        """Return the bytes of the longest request's cache over the GPUs of one copy; 0 where it is unknown."""
        if self.shape is None or self.context is None:
            return 0
        return bytes_per_request(self.shape, self.context, self.cache_type, gpus)


def choose_deployment(
    request: LaunchRequest, checkpoint: Checkpoint, machine: Machine, measure: Callable[[Dtype], ProcessorSpeed]
) -> Deployment:
    """Choose where and how to serve. `measure` is called with the type of the arithmetic, for a processor only.

    A model whose cache nothing here knows is served, too, with what vLLM chooses for it. Raises ConfigurationError for
    a context that the model does not read, ServingError for what this machine cannot serve; both with the fix.
    """
    shape, unknown = _shape_of(checkpoint)
    check_chat(checkpoint)
    profile = request.profile or ("latency" if machine.gpus else "cpu")
    if profile != "cpu" and not machine.gpus:
        raise ServingError(f"--profile {profile} is for GPUs, and this machine has none. Omit it, or use cpu.")
    dtype = _dtype(checkpoint, profile, machine)
    fp8_cache = request.cache_type == "fp8" or checkpoint.quantization.fp8_cache
    # vLLM's `auto` is the type of the activations.
    cache_type = "fp8" if fp8_cache else "float32" if dtype == "float32" else "bf16"
    number = 4 if dtype == "float32" else 2
    weights = served_bytes(checkpoint.tensors, number)
    draft = None
    if request.speculation is not None and request.speculation.folder is not None:
        guesser = read_checkpoint(request.speculation.folder)
        weights += served_bytes(guesser.tensors, number)
        _check_vocabulary(request.speculation, guesser, checkpoint)
        # On a GPU vLLM divides the memory itself.
        draft = _shape_of(guesser)[0] if profile == "cpu" else None
    if profile == "cpu":
        check_guessing(request.speculation, shape, checkpoint)
    need = _Need(request, checkpoint, shape, unknown, _context(request, shape), dtype, cache_type, draft, weights)
    if profile == "cpu":
        return _on_processor(need, machine, measure)
    return _on_gpus(need, machine, profile)


def _check_vocabulary(speculation: Speculation, guesser: Checkpoint, checkpoint: Checkpoint) -> None:
    """A draft model's tokens are the model's. An EAGLE-3 head may know fewer, and maps them."""
    theirs, ours = guesser.number("vocab_size"), checkpoint.number("vocab_size")
    if speculation.method == "draft" and theirs != ours:
        raise ServingError(
            f"--speculate: {guesser.folder} has a vocabulary of {theirs:,} tokens, {checkpoint.name} one of {ours:,}. "
            "Draft with a smaller model of the same family."
        )


def _shape_of(checkpoint: Checkpoint) -> tuple[ModelShape | None, str]:
    """Return the shape of a checkpoint, or why there is none. How its weights are stored is read from their files."""
    config = {name: value for name, value in checkpoint.config.items() if name not in QUANTIZATION_KEYS}
    try:
        return read_shape(config, checkpoint.name, checkpoint.source), ""
    except ConfigurationError as error:
        return None, str(error)


def _dtype(checkpoint: Checkpoint, profile: Profile, machine: Machine) -> Dtype | None:
    if profile == "cpu":
        method = str(checkpoint.stated.get("quant_method", COMPRESSED_TENSORS))
        return processor_dtype(machine.flags, checkpoint.quantization.kinds, method)
    return "bfloat16" if checkpoint.wide else None


def _context(request: LaunchRequest, shape: ModelShape | None) -> int | None:
    if shape is None:
        return request.context
    limit = shape.context_limit
    usual = request.prompt_tokens + request.answer_tokens
    wanted = request.context or min(CONTEXT, limit or CONTEXT)
    if limit is not None and max(wanted, usual) > limit:
        raise ConfigurationError(
            f"{max(wanted, usual)} tokens are asked for; {shape.name} reads {limit} (max_position_embeddings). Lower "
            "--context, --prompt-tokens or --answer-tokens."
        )
    return max(wanted, usual)


def _on_processor(need: _Need, machine: Machine, measure: Callable[[Dtype], ProcessorSpeed]) -> Deployment:
    check_processor_kernels(need.checkpoint.quantization, machine.flags)
    if need.cache_type == "fp8" and not _FP8_CACHE_FLAGS & machine.flags:
        raise ServingError(
            "A cache in fp8 needs AVX-512 or AMX on a processor, and this one has neither. Omit --kv-cache-dtype, or "
            "serve a checkpoint without a kv_cache_scheme."
        )
    dtype = need.dtype or "bfloat16"
    shapes = () if need.shape is None else (need.shape, need.draft)
    least = sum(pool_bytes(shape, need.context or 0, need.cache_type) for shape in shapes if shape)
    budget = processor_budget(machine, need.weights, least)
    if need.shape is None:
        return _deployment(need, machine, "cpu", budget, None, None)
    # What a processor multiplies was measured in this type; how much faster it is in INT8 is not known here.
    roofline = _roofline(need, need.shape, Replica(processor_as_gpu(measure(dtype), machine), 1), "bf16")
    return _deployment(need, machine, "cpu", budget, None, roofline)


def _on_gpus(need: _Need, machine: Machine, profile: Profile) -> Deployment:
    """Choose how to divide the GPUs of the first one's model among copies."""
    gpus = tuple(gpu for gpu in machine.gpus if gpu.name == machine.gpus[0].name)
    gpu = gpus[0]
    check_gpu_kernels(need.checkpoint.quantization, gpu)
    counts = [1 << power for power in range(_MOST_GPUS.bit_length()) if 1 << power <= len(gpus)]
    shape = need.shape
    possible = [count for count in counts if shape is None or shape.divides_among(count)]
    budgets = gpu_budgets(gpus, need.weights, {count: need.least_cache(count) for count in possible})
    if gpu.sheet is None or shape is None:
        return _deployment(need, machine, profile, budgets[0], gpu, None, "the fewest GPUs that hold a copy")
    multiplies = arithmetic(gpu, need.checkpoint.quantization.scheme)
    if isinstance(multiplies, Unsupported):
        raise ServingError(f"{multiplies.reason}.")
    layouts = [(budget, _roofline(need, shape, Replica(gpu, budget.tensor), multiplies)) for budget in budgets]
    (budget, roofline), why = _best_layout(need.request, profile, layouts)
    return _deployment(need, machine, profile, budget, gpu, roofline, why)


def _best_layout(
    request: LaunchRequest, profile: Profile, layouts: Sequence[tuple[MemoryBudget, Roofline]]
) -> tuple[tuple[MemoryBudget, Roofline], str]:
    """Return the layout with the most answers a second, for latency among those that meet the SLO; and why."""

    def answers_a_second(layout: tuple[MemoryBudget, Roofline]) -> float:
        budget, roofline = layout
        sequences = limit_sequences(profile, budget, roofline, request.slo)
        return budget.copies * roofline.load(sequences.value).rate

    if profile == "throughput":
        return max(layouts, key=answers_a_second), "the layout with the most answers a second by estimate"
    meeting = [layout for layout in layouts if not request.slo.missed(layout[1].load(1).latency)]
    if not meeting:
        quickest = min(layouts, key=lambda layout: layout[1].load(1).latency.ttft)
        return quickest, f"no layout meets {request.slo} by estimate; this one is the quickest"
    best = max(meeting, key=answers_a_second)
    return best, f"the layout with the most answers a second within {request.slo} by estimate"


def _roofline(need: _Need, shape: ModelShape, replica: Replica, multiplies: Arithmetic) -> Roofline:
    request = need.request
    return Roofline(
        shape,
        need.checkpoint.quantization.scheme.in_type(need.dtype or "bfloat16"),
        replica,
        multiplies,
        request.prompt_tokens,
        request.answer_tokens,
        need.cache_type,
    )


def _deployment(
    need: _Need,
    machine: Machine,
    profile: Profile,
    budget: MemoryBudget,
    gpu: Gpu | None,
    roofline: Roofline | None,
    layout: str = "",
) -> Deployment:
    return Deployment(
        need.request,
        need.checkpoint,
        need.shape,
        machine,
        profile,
        need.context,
        need.dtype,
        need.cache_type,
        need.draft,
        budget,
        gpu,
        roofline,
        layout,
        need.unknown,
    )
