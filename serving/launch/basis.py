"""What the flags are decided on: a profile, a context length, a place for weights and cache, and an estimated speed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core.errors import ConfigurationError, ServingError
from serving.launch.checkpoint import Checkpoint, weight_bytes
from serving.launch.limits import limit_sequences
from serving.launch.quantization import check_card_kernels, check_processor_kernels
from serving.launch.request import CONTEXT, LaunchRequest, Profile
from serving.launch.room import Room, card_rooms, processor_room
from serving.launch.speed import Measured, card_as_gpu, processor_as_gpu
from serving.machine import GraphicsCard, Machine
from serving.plan.hardware import Gpu, Replica, Unsupported, arithmetic
from serving.plan.kv_cache import bytes_per_request
from serving.plan.roofline import Roofline

_FP8_CACHE_FLAGS = frozenset({"avx512f", "amx_tile"})
_MOST_CARDS = 8


@dataclass(frozen=True, slots=True)
class Basis:
    """`card` is None on a processor; `roofline` is None for a GPU that the planner's table does not have.

    `layout`: why the GPUs are spread as `room` says.
    """

    request: LaunchRequest
    checkpoint: Checkpoint
    machine: Machine
    profile: Profile
    context: int
    cache_type: str
    room: Room
    card: GraphicsCard | None
    roofline: Roofline | None
    layout: str = ""


def find_basis(
    request: LaunchRequest, checkpoint: Checkpoint, machine: Machine, measure: Callable[[], Measured]
) -> Basis:
    """Choose where to serve. `measure` is called for a processor only.

    Raises ServingError for what this machine cannot serve, with the reason and the mend.
    """
    profile = request.profile or ("latency" if machine.cards else "cpu")
    if profile != "cpu" and not machine.cards:
        raise ServingError(f"--profile {profile} is for GPUs, and there is none here. Leave it out, or say cpu.")
    context = _context(request, checkpoint)
    cache_type = "fp8" if request.cache_type == "fp8" or checkpoint.quantization.fp8_cache else "bf16"
    weights: float = checkpoint.weight_bytes
    if request.speculation is not None and request.speculation.folder is not None:
        weights += weight_bytes(request.speculation.folder)
    if profile == "cpu":
        room = _processor(checkpoint, machine, weights, context, cache_type)
        roofline = _roofline(request, checkpoint, processor_as_gpu(measure(), machine), 1, cache_type)
        return Basis(request, checkpoint, machine, profile, context, cache_type, room, None, roofline)
    room, card, estimate, layout = _cards(request, checkpoint, machine, profile, weights, context, cache_type)
    return Basis(request, checkpoint, machine, profile, context, cache_type, room, card, estimate, layout)


def _context(request: LaunchRequest, checkpoint: Checkpoint) -> int:
    reads = checkpoint.shape.context_limit
    usual = request.prompt_tokens + request.answer_tokens
    wanted = request.context or min(CONTEXT, reads or CONTEXT)
    if reads is not None and max(wanted, usual) > reads:
        raise ConfigurationError(
            f"{max(wanted, usual)} tokens are asked for; {checkpoint.shape.name} reads {reads} "
            "(max_position_embeddings). Lower --context, --prompt-tokens or --answer-tokens."
        )
    return max(wanted, usual)


def _processor(checkpoint: Checkpoint, machine: Machine, weights: float, context: int, cache_type: str) -> Room:
    check_processor_kernels(checkpoint.quantization, machine.flags)
    if cache_type == "fp8" and not _FP8_CACHE_FLAGS & machine.flags:
        raise ServingError(
            "A cache in fp8 needs AVX-512 or AMX on a processor, and this one has neither. Leave --kv-cache-dtype out, "
            "or serve a checkpoint without a kv_cache_scheme."
        )
    return processor_room(machine, weights, bytes_per_request(checkpoint.shape, context, cache_type))


def _cards(
    request: LaunchRequest,
    checkpoint: Checkpoint,
    machine: Machine,
    profile: Profile,
    weights: float,
    context: int,
    cache_type: str,
) -> tuple[Room, GraphicsCard, Roofline | None, str]:
    """How to spread copies over the GPUs of the first one's model."""
    cards = tuple(card for card in machine.cards if card.name == machine.cards[0].name)
    card = cards[0]
    check_card_kernels(checkpoint.quantization, card)
    shape = checkpoint.shape
    counts = [1 << power for power in range(_MOST_CARDS.bit_length()) if 1 << power <= len(cards)]
    least = {count: bytes_per_request(shape, context, cache_type, count) for count in counts}
    rooms = card_rooms(cards, shape, weights, least)
    gpu = card_as_gpu(card)
    if gpu is None:
        return rooms[0], card, None, "the fewest GPUs that hold a copy"
    gpu = replace(gpu, memory=card.memory)
    layouts = [(room, _roofline(request, checkpoint, gpu, room.tensor, cache_type)) for room in rooms]
    (room, estimate), why = _best_layout(request, profile, layouts)
    return room, card, estimate, why


def _best_layout(
    request: LaunchRequest, profile: Profile, layouts: Sequence[tuple[Room, Roofline]]
) -> tuple[tuple[Room, Roofline], str]:
    """The one with the most answers a second, for latency among those that meet the service level; and why."""

    def answers_a_second(layout: tuple[Room, Roofline]) -> float:
        room, estimate = layout
        sequences = limit_sequences(profile, room, estimate, request.slo)
        return room.copies * estimate.load(sequences.value).rate

    if profile == "throughput":
        return max(layouts, key=answers_a_second), "the layout with the most answers a second by estimate"
    meeting = [layout for layout in layouts if not request.slo.missed(layout[1].load(1).latency)]
    if not meeting:
        quickest = min(layouts, key=lambda layout: layout[1].load(1).latency.ttft)
        return quickest, f"no layout meets {request.slo} by estimate; this one is the quickest"
    best = max(meeting, key=answers_a_second)
    return best, f"the layout with the most answers a second within {request.slo} by estimate"


def _roofline(request: LaunchRequest, checkpoint: Checkpoint, gpu: Gpu, tensor: int, cache_type: str) -> Roofline:
    scheme = checkpoint.quantization.scheme
    # What a processor multiplies was measured in bf16; how much faster it is in INT8 is not known here.
    multiplies = "bf16" if gpu.name == "processor" else arithmetic(gpu, scheme)
    if isinstance(multiplies, Unsupported):
        raise ServingError(f"{multiplies.reason}.")
    return Roofline(
        checkpoint.shape,
        scheme,
        Replica(gpu, tensor),
        multiplies,
        request.prompt_tokens,
        request.answer_tokens,
        cache_type,
    )
