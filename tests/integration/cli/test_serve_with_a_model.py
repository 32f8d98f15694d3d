"""`groundwork serve --model` where the model does not start: the app runs on, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from testing.processes import groundwork, serving
from testing.serving.checkpoints import compressed, write_checkpoint
from testing.serving.launched import wait_until


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({}, "The model smollm2 is not on this machine yet. Run: groundwork model get smollm2"),
        ({"LLM_BASE_URL": "http://localhost:1/v1"}, "LLM_BASE_URL is http://localhost:1/v1, and --model starts"),
    ],
)
def test_a_model_that_cannot_be_meant_is_refused_before_anything_starts(
    ingested: dict[str, str], more: dict[str, str], message: str
) -> None:
    done = groundwork("serve", "--model", "smollm2", env=ingested | more)
    assert (done.code, done.out) == (2, "")
    assert message in " ".join(done.err.split())
    assert "Groundwork is at" not in done.err


def test_a_model_that_cannot_be_served_is_reported_and_answers_stay_extractive(
    own: dict[str, str], tmp_path: Path
) -> None:
    weights = {"type": "float", "num_bits": 4, "group_size": 16}
    model = write_checkpoint(tmp_path / "model", quantization_config=compressed(weights, weights))
    log = tmp_path / "log"
    with serving(own, log, options=["--model", str(model)]) as service:
        ended = "The model's server has ended before it was ready (status 1). Answers are extractive from now on."
        assert wait_until(lambda: ended in log.read_text(encoding="utf-8"), 60.0), log.read_text(encoding="utf-8")
        assert "no NVFP4 kernel" in log.read_text(encoding="utf-8")
        body = {"messages": [{"role": "user", "content": "How many days of annual leave are there?"}]}
        with service.client() as http:
            about = http.post("/v1/chat/completions", json=body).json()["groundwork"]
        assert (about["mode"], about["degraded_reason"]) == ("extractive", "unreachable")
        assert service.stop() == 128 + 15
