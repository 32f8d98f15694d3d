"""How far the start of vLLM is, in a few words, from what it has written to its log.

The lines are those of vLLM 0.32. Not covered: how long a stage takes, which vLLM does not say.
"""

from __future__ import annotations

import re

_FIRST = "starting vLLM"
# In the order in which vLLM writes them; the last that is in the log is the present stage.
_STAGES = (
    (re.compile(r"Initializing a V1 LLM engine"), "starting its engine"),
    (re.compile(r"Starting to load model"), "loading the weights"),
    (re.compile(r"Loading weights took"), "preparing the weights"),
    (re.compile(r"Warming up model for the compilation|Start compiling|torch\.compile takes"), "compiling its kernels"),
    (re.compile(r"Warming up done|Capturing CUDA graphs|Graph capturing finished"), "preparing its cache"),
    (re.compile(r"Starting vLLM server|Application startup complete"), "answering a first request"),
)
_SHARDS = re.compile(r"Loading safetensors checkpoint shards:\s+(\d+)% Completed")


def stage_of(log: str) -> str:
    """Return the stage of a start from its log, with the share of the weights while they are loaded."""
    stage = _FIRST
    for line, name in _STAGES:
        if line.search(log):
            stage = name
    shares = _SHARDS.findall(log)
    return f"{stage} ({shares[-1]}%)" if shares and stage == "loading the weights" else stage
