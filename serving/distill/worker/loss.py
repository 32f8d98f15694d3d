"""The loss of a row: cross-entropy of the answers' tokens, with logits only at the places that predict them."""

from __future__ import annotations

from typing import Any

from .tree import Row


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
