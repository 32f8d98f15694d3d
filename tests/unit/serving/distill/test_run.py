"""A request is prepared: everything that ends before the work begins."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ConfigurationError, ServingError
from core.types import Message
from serving.distill import refusals, run
from serving.distill.console import expectation
from serving.distill.estimate import estimate
from serving.distill.examples import TrainingExample, read_examples, write_examples
from serving.distill.request import TrainingRequest
from serving.distill.run import prepare
from testing.serving.checkpoints import SHAPES, write_checkpoint

PYTHON = Path(sys.executable)
PASSAGES = "You answer from sources. " + "The leave lasts 16 weeks and starts on the day of birth. " * 20


def example(number: int, split: str = "train", start: str = PASSAGES) -> TrainingExample:
    messages = (Message("user", f"{start}Question {number}?"),)
    return TrainingExample(str(number), "fact", messages, "16 weeks. [1]", split)  # type: ignore[arg-type]


@pytest.fixture
def request_(tmp_path: Path) -> TrainingRequest:
    data = tmp_path / "examples.jsonl"
    write_examples(data, [*map(example, range(9)), example(9, "validation")])
    return TrainingRequest(write_checkpoint(tmp_path / "model"), data, tmp_path / "out")


def test_a_small_model_is_trained_whole_and_a_large_one_by_adapters(
    request_: TrainingRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert prepare(request_, PYTHON).method == "full"
    assert prepare(replace(request_, method="lora"), PYTHON).method == "lora"
    monkeypatch.setattr(refusals, "available_memory", lambda: 1e12)
    monkeypatch.setattr(run, "available_memory", lambda: 1e12)
    large = {**SHAPES, "model.layers.0.mlp.up_proj.weight": (40_000, 30_000)}
    prepared = prepare(replace(request_, model=write_checkpoint(tmp_path / "large", large)), PYTHON)
    assert prepared.method == "lora"
    assert prepared.learning_rate == run.LORA_RATE


def test_all_weights_that_do_not_fit_into_the_memory_are_not_chosen(
    request_: TrainingRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = prepare(request_, PYTHON).estimate.memory
    monkeypatch.setattr(run, "available_memory", lambda: needed)
    assert prepare(request_, PYTHON).method == "lora"


def test_too_little_memory_is_refused_before_it_begins(
    request_: TrainingRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "available_memory", lambda: 1e8)
    with pytest.raises(ServingError, match=r"of memory are needed, 0.1 GB are free.*--method lora"):
        prepare(replace(request_, method="full"), PYTHON)


def test_too_little_disk_is_refused_before_it_begins(
    request_: TrainingRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "free_disk", lambda place: 1000.0)
    with pytest.raises(ServingError, match="Name a folder on a larger disk"):
        prepare(request_, PYTHON)


def test_a_missing_environment_is_named_with_its_command(request_: TrainingRequest, tmp_path: Path) -> None:
    with pytest.raises(ServingError, match="make env-train"):
        prepare(request_, tmp_path / "no-python")


def test_a_folder_that_something_else_made_is_never_written_into(request_: TrainingRequest) -> None:
    request_.out.mkdir()
    with pytest.raises(ConfigurationError, match="is not a finished training"):
        prepare(request_, PYTHON)


def test_a_model_without_a_chat_template_is_refused(request_: TrainingRequest, tmp_path: Path) -> None:
    bare = write_checkpoint(tmp_path / "bare", template=False)
    with pytest.raises(ConfigurationError, match="has no chat template"):
        prepare(replace(request_, model=bare), PYTHON)


def test_more_tokens_than_the_model_has_positions_are_refused(request_: TrainingRequest) -> None:
    with pytest.raises(ConfigurationError, match=r"--max-tokens is 40000.*32768 positions"):
        prepare(replace(request_, max_tokens=40_000), PYTHON)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0.0}, "--epochs is 0.0"),
        ({"batch_examples": 0}, "--batch is 0"),
        ({"row_tokens": 10}, "--row-tokens is 10"),
        ({"max_tokens": 0}, "--max-tokens is 0"),
        ({"patience": 0}, "--patience is 0"),
        ({"lora_rank": 0}, "--lora-rank is 0"),
        ({"learning_rate": 0.0}, "--learning-rate is 0.0"),
        ({"learning_rate": float("nan")}, "--learning-rate is nan"),
        ({"merge": True, "method": "full"}, "--merge adds adapters"),
    ],
)
def test_a_number_without_a_meaning_is_refused(
    request_: TrainingRequest, change: dict[str, float], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        prepare(replace(request_, **change), PYTHON)  # type: ignore[arg-type]


def test_data_without_an_example_to_train_on_are_refused_and_without_held_out_ones_warned_of(
    request_: TrainingRequest,
) -> None:
    write_examples(request_.data, [example(0, "validation")])
    with pytest.raises(ConfigurationError, match=r"None of the 1 examples .* has the split 'train'"):
        prepare(request_, PYTHON)
    write_examples(request_.data, [example(0)])
    assert "nothing is evaluated during the training" in prepare(request_, PYTHON).warnings[0]


def test_the_budget_does_not_decide_which_checkpoints_a_training_continues_from(request_: TrainingRequest) -> None:
    prepared = prepare(request_, PYTHON)
    assert prepare(replace(request_, budget_seconds=60.0), PYTHON).fingerprint == prepared.fingerprint
    assert prepare(replace(request_, save_seconds=1.0), PYTHON).fingerprint == prepared.fingerprint
    assert prepare(replace(request_, seed=1), PYTHON).fingerprint != prepared.fingerprint
    write_examples(request_.data, [example(0), example(1, "validation")])
    assert prepare(request_, PYTHON).fingerprint != prepared.fingerprint


def test_each_example_keeps_the_number_of_its_line(request_: TrainingRequest) -> None:
    text = request_.data.read_text(encoding="utf-8")
    request_.data.write_text("\n" + text, encoding="utf-8")
    assert '"line": 1' in prepare(request_, PYTHON).lines[0]


def test_common_beginnings_count_once_in_the_estimate(request_: TrainingRequest) -> None:
    prepared = prepare(request_, PYTHON)
    assert prepared.estimate.examples == 9
    assert prepared.estimate.computed_tokens < 0.3 * prepared.estimate.tokens
    alone = [example(number, start=f"{number} {PASSAGES}") for number in range(9)]
    other = estimate(prepared.checkpoint, request_, "full", alone, bfloat16=True)
    assert other.computed_tokens == other.tokens


def test_longer_rows_and_more_epochs_take_more(request_: TrainingRequest) -> None:
    examples = read_examples(request_.data)
    checkpoint = prepare(request_, PYTHON).checkpoint
    small = estimate(checkpoint, request_, "full", examples, bfloat16=True)
    assert (
        estimate(checkpoint, replace(request_, row_tokens=8192), "full", examples, bfloat16=True).memory > small.memory
    )
    assert estimate(checkpoint, request_, "full", examples, bfloat16=True, accelerator=True).seconds is None


def test_the_expectation_says_what_is_trained_and_what_it_takes(request_: TrainingRequest) -> None:
    line = expectation(prepare(replace(request_, budget_seconds=3600.0), PYTHON))
    assert line.startswith("model, all weights, on 9 examples")
    assert "ended after 60 minutes" in line
    assert "GB of memory" in line
