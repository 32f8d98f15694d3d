"""The learning rate as a share of its highest value: up in a few steps, then down to 0 along half a cosine."""

from __future__ import annotations

import math

WARM_UP = 0.05
"""Share of the steps in which the rate goes up; at most `_MOST`."""
_MOST = 30


class Decay:
    """A function of the step whose end can be moved: what is left is then gone down from where it is until there.

    Its attributes are saved with a checkpoint (PyTorch's LambdaLR does that), so that a run that goes on has them.
    """

    def __init__(self, steps: int) -> None:
        self.warm_up = min(_MOST, max(1, math.ceil(WARM_UP * steps)))
        self.start = self.warm_up
        self.top = 1.0
        self.end = steps

    def __call__(self, step: int) -> float:
        """Return the share at a step, counted from 0."""
        if step < self.warm_up and self.top == 1.0:
            return (step + 1) / (self.warm_up + 1)
        share = (step - self.start) / max(1, self.end - self.start)
        return self.top * 0.5 * (1 + math.cos(math.pi * min(1.0, max(0.0, share))))

    def end_at(self, end: int, step: int) -> None:
        """Go down to 0 until `end`, from the rate of `step` on."""
        self.top, self.start, self.end = self(step), step, end
