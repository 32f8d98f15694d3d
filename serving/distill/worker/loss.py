"""The loss of a row: cross-entropy of the answers' tokens, with logits only at the places that predict them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

from .attention import Branches
from .tree import Row

RowLoss: TypeAlias = Callable[[Any, Row, Any], Any]
"""The sum over the targets of a row, from the model, the row and the device: `row_loss`, or that with a teacher."""


def row_logits(model: Any, row: Row, device: Any) -> tuple[Any, Any]:
    """Return the logits (targets, vocabulary) in float32, and the targets; to be called in `Branches.along`."""
    from torch import tensor

    logits = model(
        input_ids=tensor([row.ids], device=device),
        position_ids=tensor([row.positions], device=device),
        use_cache=False,
        logits_to_keep=tensor(row.sources, device=device),
    ).logits
    return logits[0].float(), tensor(row.targets, device=device)


def row_loss(model: Any, row: Row, device: Any) -> Any:
    """Return the sum over the row's targets; the backward pass must be inside of `branches.along` as well."""
    from torch.nn.functional import cross_entropy

    logits, targets = row_logits(model, row, device)
    return cross_entropy(logits, targets, reduction="sum")


def gradients(
    model: Any,
    branches: Branches,
    rows: Sequence[Row],
    types: Callable[[], AbstractContextManager[Any]],
    backward: Callable[[Any], None],
    loss_of: RowLoss = row_loss,
) -> Any:
    """Add the gradients of the mean loss of all targets of the rows, one row after the other, and return that loss.

    `types` gives the context of the products' types, for the forward pass.
    """
    import torch

    device = next(model.parameters()).device
    count = sum(len(row.targets) for row in rows)
    total = torch.zeros((), device=device)
    for row in rows:
        # The backward pass computes attention again where gradients are checkpointed.
        with branches.along(row, device):
            with types():
                loss = loss_of(model, row, device) / count
            backward(loss)
        total += loss.detach()
    return total
