"""Time, memory and disk of a training, estimated before it begins.

    time     operations, divided by the rate that this processor has just reached on a matrix product
             6 · parameters · tokens with all weights, 4 · parameters · tokens with adapters, and of a teacher, which is
             computed forwards only, 2 · parameters · tokens
    memory   16 bytes a parameter that is trained: weights, gradients and AdamW's two moments in float32; what a token
             leaves in every layer for the backward pass; the logits of the answers
    disk     two checkpoints, the best weights twice while they are replaced, and the new folder

Tokens are estimated from characters, those that neighbouring examples begin with in common counted once.

Not covered: an accelerator (its time is reported as unknown), and how much other programs slow the training down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from serving.checkpoint.read import Checkpoint
from serving.compress.estimate import CHARACTERS_A_TOKEN, measured_operations_a_second
from serving.compress.matrices import compressible
from serving.distill.examples import TrainingExample
from serving.distill.knowledge import teacher_memory
from serving.distill.request import Method, TrainingRequest

EFFICIENCY = 0.6
"""Of the rate of a large matrix product: a training has smaller ones, and norms and activations between them."""
BFLOAT16_GAIN = 1.66
"""Products in bfloat16 where the processor has them (SmolLM2-135M: 336 tokens a second, 202 in float32)."""
TEMPLATE_TOKENS = 20
_BASE_BYTES = 0.8e9
_STATE = 16
_START_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens of one epoch (all, and with common ones counted once), seconds of all epochs, bytes."""

    examples: int
    tokens: int
    computed_tokens: int
    seconds: float | None
    memory: float
    disk: float


def estimate(
    checkpoint: Checkpoint,
    request: TrainingRequest,
    method: Method,
    examples: Sequence[TrainingExample],
    teacher: Checkpoint | None = None,
    *,
    bfloat16: bool,
    accelerator: bool = False,
) -> Estimate:
    """Estimate without loading a weight. `bfloat16`: the processor computes products in it."""
    train = [_text(example) for example in examples if example.split == "train"]
    tokens = sum(map(_tokens, train))
    computed = sum(map(_tokens, train)) - sum(_shared(train))
    rate = measured_operations_a_second() * EFFICIENCY * (BFLOAT16_GAIN if bfloat16 else 1.0)
    products = (6.0 if method == "full" else 4.0) * checkpoint.parameters + 2.0 * (teacher.parameters if teacher else 0)
    operations = products * computed * request.epochs
    return Estimate(
        examples=len(train),
        tokens=tokens,
        computed_tokens=computed,
        seconds=None if accelerator else _START_SECONDS + operations / rate,
        memory=memory(checkpoint, request, method, teacher, bfloat16=bfloat16),
        disk=disk(checkpoint, method),
    )


def memory(
    checkpoint: Checkpoint, request: TrainingRequest, method: Method, teacher: Checkpoint | None, *, bfloat16: bool
) -> float:
    """Return the bytes at the most: while a row of `row_tokens` is computed."""
    number = 2 if bfloat16 else 4
    if method == "full":
        # The copy in bfloat16 that is evaluated.
        weights = checkpoint.parameters * (_STATE + (2 if bfloat16 else 0))
    else:
        weights = checkpoint.parameters * number + adapter_parameters(checkpoint, request.lora_rank) * _STATE
    hidden, layers = checkpoint.number("hidden_size"), checkpoint.number("num_hidden_layers")
    inner = checkpoint.number("intermediate_size") or 4 * hidden
    # Inputs of products in the type of products; norms and sums in float32.
    token = layers * ((8 * hidden + 4 * inner) * number + 4 * hidden * 4)
    answer_tokens = request.row_tokens / 4
    logits = 3 * 4 * checkpoint.number("vocab_size") * answer_tokens
    taught = teacher_memory(teacher, answer_tokens, bfloat16=bfloat16) if teacher else 0.0
    return _BASE_BYTES + weights + token * request.row_tokens + logits + taught


def disk(checkpoint: Checkpoint, method: Method) -> float:
    """Return the bytes that are on the disk at the most."""
    checkpoints = 2 * 12 if method == "full" else 0
    return checkpoint.parameters * (checkpoints + 3 * 2)


def adapter_parameters(checkpoint: Checkpoint, rank: int) -> int:
    """Return the parameters of adapters for all matrices of the layers."""
    return rank * sum(sum(tensor.shape) for tensor in compressible(checkpoint))


def _text(example: TrainingExample) -> str:
    return "".join(message.content for message in example.messages) + example.answer


def _tokens(text: str) -> int:
    return len(text) // CHARACTERS_A_TOKEN + TEMPLATE_TOKENS


def _shared(texts: Sequence[str]) -> list[int]:
    """Return the tokens that each text has in common with the one before it, where these are most of it."""
    ordered = sorted(texts)
    found = []
    for one, other in pairwise(ordered):
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
        found.append(common // CHARACTERS_A_TOKEN if 2 * common >= min(len(one), len(other)) else 0)
    return found
