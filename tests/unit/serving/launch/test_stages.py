import pytest

from serving.launch.stages import stage_of

LINES = [
    ("", "starting vLLM"),
    ("(APIServer pid=1) INFO 11-29 [model.py:733] Resolved architecture: LlamaForCausalLM", "starting vLLM"),
    ("(EngineCore pid=2) INFO 11-29 [core.py:133] Initializing a V1 LLM engine (v0.32.0) with", "starting its engine"),
    ("(Worker pid=3) INFO 11-29 [cpu_model_runner.py:68] Starting to load model /m...", "loading the weights"),
    ("Loading safetensors checkpoint shards:  50% Completed | 1/2 [00:00<00:00]", "loading the weights (50%)"),
    ("(Worker pid=3) INFO 11-29 [default_loader.py:501] Loading weights took 0.22 seconds", "preparing the weights"),
    ("(Worker pid=3) INFO 11-29 [x.py:87] Warming up model for the compilation...", "compiling its kernels"),
    ("(Worker pid=3) INFO 11-29 [cpu_model_runner.py:91] Warming up done.", "preparing its cache"),
    ("(APIServer pid=1) INFO 11-29 [entry.py:140] Starting vLLM server on http://x", "answering a first request"),
]


@pytest.mark.parametrize("count", range(1, len(LINES) + 1))
def test_the_last_line_that_is_known_names_the_stage(count: int) -> None:
    log = "\n".join(line for line, _ in LINES[:count])
    assert stage_of(log) == LINES[count - 1][1]
