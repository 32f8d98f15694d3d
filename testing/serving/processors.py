"""vLLM as on a processor that has AVX2 and nothing newer, whatever processor this is.

oneDNN, PyTorch and Inductor read ONEDNN_MAX_CPU_ISA and ATEN_CPU_CAPABILITY. vLLM reads neither: it chooses one of
three builds of its extension (`_C`, `_C_AVX512`, `_C_AVX2`) and its kernels by what `torch.cpu` says, so that a
`sitecustomize` makes that deny what is newer, in the server and in the engine.

Not covered: the rate of the processor's clock, and caches. vLLM's Python code runs as everywhere.
"""

from __future__ import annotations

import shlex
from pathlib import Path

AVX2 = frozenset({"sse4_2", "avx", "avx2", "fma", "f16c"})
"""What /proc/cpuinfo of such a processor lists, as far as anything here asks for it."""
_NEWER = (
    "_is_avx512_supported",
    "_is_avx512_bf16_supported",
    "_is_vnni_supported",
    "_is_amx_tile_supported",
    "_is_amx_fp16_supported",
)
_SITECUSTOMIZE = f"import torch\nfor name in {_NEWER}:\n    setattr(torch.cpu, name, lambda: False)\n"
_VARIABLES = "ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2"


def avx2_python(folder: Path, python: Path) -> Path:
    """Write a program that runs a Python so restricted, for --python; return its path."""
    (folder / "sitecustomize.py").write_text(_SITECUSTOMIZE, encoding="utf-8")
    program = folder / "python-avx2"
    program.write_text(
        f"#!/bin/sh\n{_VARIABLES} PYTHONPATH={shlex.quote(str(folder))}${{PYTHONPATH:+:$PYTHONPATH}} "
        f'exec {shlex.quote(str(python))} "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    return program
