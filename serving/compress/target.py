"""What the compressed model will run on, and whether vLLM has a kernel for it there.

Of the CPU it is known by trial: vLLM 0.32 on x86 served each scheme's checkpoint, or did not (docs/compression.md).
Of GPUs it is what the planner knows: INT8 ends with compute capability 10.0 (Blackwell).
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from typing import Literal

from core.errors import ServingError
from serving.compress.methods import Wish
from serving.plan.hardware import Unsupported, arithmetic, find_gpus

_BLACKWELL = 10.0
_NO_CPU_KERNEL = {
    "fp8-block": "vLLM has no kernel for FP8 in blocks (ScaledMM) on a CPU",
    "nvfp4": "vLLM has no kernel for NVFP4 on a CPU",
    "mxfp4": "vLLM has no kernel for MXFP4 on a CPU",
}


@dataclass(frozen=True, slots=True)
class Target:
    """A processor. `capability` is CUDA's compute capability of a GPU that was found; `listed` a name of gpus.yaml."""

    name: str
    kind: Literal["cpu", "gpu"]
    capability: float | None = None
    listed: str | None = None

    def missing_kernel(self, wish: Wish) -> str | None:
        """Why vLLM cannot serve this here; None where it can."""
        scheme = wish.method.name
        if self.kind == "cpu":
            return _NO_CPU_KERNEL.get(scheme)
        if self.listed is not None:
            found = arithmetic(find_gpus([self.listed])[0], wish.method.storage)
            return found.reason if isinstance(found, Unsupported) else None
        if scheme == "w8a8" and self.capability is not None and self.capability >= _BLACKWELL:
            return f"INT8 is not supported on Blackwell ({self.name}, compute capability {self.capability}): use fp8"
        return None


def find_target(gpu: str | None) -> Target:
    """The GPU that is named, the first one of this machine, or its CPU. Raises ConfigurationError, ServingError."""
    if gpu is not None:
        return Target(find_gpus([gpu])[0].name, "gpu", listed=gpu)
    smi = shutil.which("nvidia-smi")
    if smi is None:
        return Target("this CPU", "cpu")
    command = [smi, "--query-gpu=name,compute_cap", "--format=csv,noheader"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    first = done.stdout.strip().splitlines()
    if done.returncode != 0 or not first:
        raise ServingError(
            f"nvidia-smi is there but tells of no GPU ({done.stderr.strip() or done.stdout.strip() or 'no output'}). "
            "Mend the driver, or name the GPU that will serve with --gpu."
        )
    name, _, capability = first[0].rpartition(",")
    return Target(name.strip(), "gpu", capability=float(capability))
