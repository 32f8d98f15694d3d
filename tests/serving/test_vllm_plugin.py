"""The plugin in the processes of the real vLLM: `serving/vllm_plugin` is found, and its functions are those in use."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from serving import vllm
from serving.environments import variables

_SHOW = """
import json
from vllm.plugins import load_general_plugins
load_general_plugins()
import torch
from vllm.utils import cpu_triton_utils
from vllm.v1.sample.ops import topk_topp_sampler
from vllm.v1.worker.gpu_input_batch import CachedRequestState

output = torch.full((3,), -1.0)
guessed = torch.tensor([2, 3], dtype=torch.int32)
cpu_triton_utils._expand_kernel_impl(output, torch.tensor([0.25, 0.5]), guessed, 0, 1)
seeded = CachedRequestState("a", [1], [], None, torch.Generator().manual_seed(1), ([0],), 0, [])
seeded.generator.set_offset(seeded.generator.get_offset() - 4)
print(json.dumps([output.tolist(), hasattr(topk_topp_sampler.apply_top_k_only, "repaired_by_groundwork")]))
"""


def test_temperatures_are_repeated_for_guessed_tokens_and_draws_can_be_taken_back(vllm_python: Path) -> None:
    folder = Path(vllm.__file__).parent / "vllm_plugin"
    given = variables(os.environ, VLLM_NO_USAGE_STATS="1", VLLM_LOGGING_LEVEL="ERROR", PYTHONPATH=str(folder))
    done = subprocess.run(
        [vllm_python, "-c", _SHOW], env=given, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    expanded, filters = json.loads(done.stdout.splitlines()[-1])
    assert expanded == [0.25, 0.25, 0.5]
    assert filters
    assert "to repair: see whether" not in done.stderr + done.stdout
