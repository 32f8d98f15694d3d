"""What is refused before GuideLLM starts; its runs are in tests/serving."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ServingError
from serving.bench.guidellm import WAS_INTERRUPTED
from serving.bench.measure import _nothing_finished, measure, replay
from serving.bench.prompts import load_prompts
from serving.bench.replay import read_recording
from serving.bench.request import BenchRequest, ReplayRequest
from serving.bench.result import Failure
from serving.performance.slo import Slo


def test_a_missing_guidellm_is_named_before_the_server_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    file.write_text('{"timestamp": 0, "messages": [{"role": "user", "content": "x"}]}\n', encoding="utf-8")
    prompts, recording, nowhere = load_prompts(file), read_recording(file), tmp_path / "no-python"
    missing = r"^GuideLLM's environment is missing .* Run: make env-bench$"
    with pytest.raises(ServingError, match=missing):
        measure(BenchRequest("http://m", "m", Slo()), prompts, "a", tmp_path / "out", print, nowhere)
    with pytest.raises(ServingError, match=missing):
        replay(ReplayRequest("http://m", "m", Slo(), recording), "a", tmp_path / "out", print, nowhere)


@pytest.mark.parametrize(
    ("failure", "advice"),
    [
        (Failure("sweep", "no request succeeded"), "a slow server needs more --seconds."),
        (Failure("replay", "no request succeeded"), "may be longer than the model reads."),
        (Failure("sweep", WAS_INTERRUPTED), "it was interrupted."),
    ],
)
def test_the_advice_where_nothing_was_measured_fits_the_failure(failure: Failure, advice: str) -> None:
    assert _nothing_finished("http://server", failure).endswith(advice)
