"""The tiny checkpoint taught new answers for real: resumed after SIGKILL, in a budget, with adapters, and served."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from core.errors import ConfigurationError, ServingError
from core.types import Message
from serving.checkpoint.lineage import describe_lineage, read_lineage
from serving.distill.examples import TrainingExample, write_examples
from serving.distill.knowledge import Knowledge
from serving.distill.request import TrainingRequest
from serving.distill.result import DistillationResult, read_result
from serving.distill.run import prepare, train
from serving.get.folders import served_name, sized_name
from testing.serving.checkpoints import of_bytes, write_checkpoint
from testing.serving.examples import Message as Turn
from testing.serving.vllm_server import running_vllm

QUESTIONS = 4
"""Of two groups each; those of a group have the same passages."""
ANSWER = "Ask the team of the office. [2]"


class Reports:
    """Keeps what is reported, and does something after each step."""

    def __init__(self, after: Callable[[int], None] = lambda done: None) -> None:
        self.notes: list[str] = []
        self.done: list[int] = []
        self._after = after

    def steps(self, done: int, total: int) -> None:
        self.done.append(done)
        self._after(done)

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Any:
    """Threads of a tiny model wait for one another longer than they compute, where cores are shared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture(scope="module")
def data(app_conversations: Sequence[Sequence[Turn]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the app's prompts with other questions and an answer that the checkpoint does not know."""
    examples = []
    for group, conversation in enumerate(app_conversations[:2]):
        *before, last, _ = conversation
        for number in range(QUESTIONS):
            asked = Message("user", f"{last['content']} And what about number {number}?")
            messages = (*(Message(turn["role"], turn["content"]) for turn in before), asked)  # type: ignore[arg-type]
            name = f"{group}-{number}"
            examples.append(TrainingExample(name, "fact", messages, ANSWER))
            if number == 0:
                examples.append(TrainingExample(f"{name}-held-out", "fact", messages, ANSWER, "validation"))
    file = tmp_path_factory.mktemp("data") / "examples.jsonl"
    write_examples(file, examples)
    return file


@pytest.fixture(scope="module")
def request_(tiny_checkpoint_dir: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingRequest:
    return TrainingRequest(
        model=tiny_checkpoint_dir,
        data=data,
        out=tmp_path_factory.mktemp("taught") / "taught",
        method="full",
        epochs=4,
        batch_examples=4,
        max_answer_tokens=16,
        learning_rate=1e-3,
        evaluations=2,
        evaluation_prompts=2,
        save_seconds=0,
        checkpoints=tmp_path_factory.mktemp("checkpoints"),
    )


@pytest.fixture(scope="module")
def taught(request_: TrainingRequest, train_python: Path) -> DistillationResult:
    """Return the result of a training that nothing disturbed."""
    return train(prepare(request_, train_python), Reports(), train_python)


def test_the_model_learns_the_answers(taught: DistillationResult, request_: TrainingRequest) -> None:
    assert taught == read_result(request_.out)
    first, last = taught.points[0], taught.points[-1]
    assert (first["step"], last["step"], taught.steps) == (0, 8, 8)
    assert last["loss"] < 0.75 * first["loss"]
    assert [step for step, _ in taught.losses] == list(range(1, 9))
    assert taught.examples_seen == 32
    assert taught.tokens_computed < 0.6 * taught.tokens_seen
    assert request_.checkpoints is not None
    kept = {folder.name for folder in request_.checkpoints.iterdir()}
    assert kept == {f"checkpoint-{point['step']}" for point in taught.points[1:]}
    assert served_name(request_.out) == sized_name("taught-distilled", taught.parameters)


def test_the_folder_has_the_files_of_the_base_and_loads(
    taught: DistillationResult, request_: TrainingRequest, tiny_checkpoint_dir: Path
) -> None:
    for name in ("config.json", "tokenizer.json", "chat_template.jinja"):
        assert (request_.out / name).read_bytes() == (tiny_checkpoint_dir / name).read_bytes()
    model = AutoModelForCausalLM.from_pretrained(request_.out)
    tokenizer = AutoTokenizer.from_pretrained(request_.out)
    point = taught.best
    assert point is not None
    assert model.dtype == torch.bfloat16
    assert tokenizer.eos_token == "<|end|>"
    assert not list(request_.out.parent.glob(".taught*"))


def test_a_killed_training_goes_on_to_the_same_losses_and_weights(
    taught: DistillationResult, request_: TrainingRequest, train_python: Path, tmp_path: Path
) -> None:
    again = replace(request_, out=tmp_path / "again")
    work = tmp_path / ".again.training"

    def kill(done: int) -> None:
        if done == 6:
            os.kill(worker_of(work), signal.SIGKILL)

    with pytest.raises(ServingError, match="status -9"):
        train(prepare(again, train_python), Reports(kill), train_python)
    assert not again.out.exists()
    reports = Reports()
    result = train(prepare(again, train_python), reports, train_python)
    assert any(note.startswith("Continuing after step") for note in reports.notes)
    assert 1 < reports.done[0] <= 7
    assert result.losses == taught.losses
    assert [point["loss"] for point in result.points] == [point["loss"] for point in taught.points]
    assert (again.out / "model.safetensors").read_bytes() == (request_.out / "model.safetensors").read_bytes()
    assert not work.exists()


def worker_of(work: Path) -> int:
    """Return the process that writes to a folder of checkpoints."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(work).encode() in command and b"worker/__main__.py" in command:
            return int(process.name)
    raise AssertionError(f"no worker has {work}")


def test_adapters_are_trained_within_the_budget_and_merged(
    request_: TrainingRequest, train_python: Path, tmp_path: Path, tiny_checkpoint_dir: Path
) -> None:
    merged = replace(
        request_,
        out=tmp_path / "merged",
        method="lora",
        merge=True,
        budget_seconds=15.0,
        epochs=100_000,
        save_seconds=300,
    )
    result = train(prepare(merged, train_python), Reports(), train_python)
    # The machine may prove faster than it was measured before the first step, and then there are more than planned.
    assert 0 < result.plan["steps"] < 100_000
    assert 0 < result.steps < 100_000
    # A busy machine takes longer than the budget until the first evaluation; then there is one step and one evaluation.
    assert result.seconds < max(15.0, 3 * result.points[0]["seconds"])
    assert result.method == "lora+merge"
    assert result.trained_parameters < result.parameters / 2
    before, after = (load_file(folder / "model.safetensors") for folder in (tiny_checkpoint_dir, merged.out))
    assert before.keys() == after.keys()
    changed = {name for name, tensor in before.items() if not torch.equal(tensor, after[name])}
    assert changed
    assert all("proj" in name for name in changed)


def test_the_same_request_is_not_trained_again_and_another_one_is_refused(
    taught: DistillationResult, request_: TrainingRequest, train_python: Path
) -> None:
    reports = Reports()
    assert train(prepare(request_, train_python), reports, train_python) == taught
    assert reports.done == []
    with pytest.raises(ConfigurationError, match="was made from another model, data or settings"):
        prepare(replace(request_, seed=1), train_python)


@pytest.mark.long
def test_vllm_serves_the_taught_model_and_it_answers(
    taught: DistillationResult, request_: TrainingRequest, vllm_python: Path, data: Path, tmp_path: Path
) -> None:
    from serving.distill.examples import read_examples

    example = read_examples(data)[0]
    with running_vllm(request_.out, tmp_path / "vllm.log", vllm_python) as server:
        asked = {"model": server.model, "messages": example.chat(), "max_tokens": 16, "temperature": 0}
        reply = httpx2.post(f"{server.url}/v1/chat/completions", json=asked, timeout=60).json()
    assert reply["choices"][0]["message"]["content"] == ANSWER


def test_a_student_whose_teacher_is_itself_has_nothing_to_learn_from_it(
    request_: TrainingRequest, tiny_checkpoint_dir: Path, train_python: Path, tmp_path: Path
) -> None:
    knowledge = Knowledge(tiny_checkpoint_dir, weight=1.0)
    request = replace(request_, out=tmp_path / "same", epochs=1, evaluations=0, knowledge=knowledge)
    result = train(prepare(request, train_python), Reports(), train_python)
    # Without a teacher the first step of the same training has the loss of answers that the model does not know. In
    # later ones the student is another model: AdamW makes a full step from a gradient of almost nothing.
    assert result.losses[0][1] < 0.1
    assert result.hyperparameters["teacher"] == str(tiny_checkpoint_dir.resolve())
    assert describe_lineage(read_lineage(request.out)).endswith(f"full, teacher {tiny_checkpoint_dir.name})")


def test_a_teacher_that_does_not_fit_into_memory_is_refused_before_the_start(
    request_: TrainingRequest, tiny_checkpoint_dir: Path, train_python: Path, tmp_path: Path
) -> None:
    large = write_checkpoint(tmp_path / "large", of_bytes(10**13))
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        (large / name).write_bytes((tiny_checkpoint_dir / name).read_bytes())
    request = replace(request_, out=tmp_path / "out", knowledge=Knowledge(large))
    with pytest.raises(ServingError, match=r"10\d{3}\.\d of them for the teacher large, .*smaller teacher"):
        prepare(request, train_python)
    assert not (tmp_path / "out").exists()
