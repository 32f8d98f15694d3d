"""lm-eval with our requests: `python -m evals.harness.worker JOB.json RESULT.json`.

It is run by lm-eval's Python, and not imported by ours. The job has the model, its server and the tasks; the result has
lm-eval's own results by task, and each question with its answer, or which task could not be loaded and why. All tasks
are loaded before the model is asked anything.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import lm_eval
from lm_eval.models.openai_completions import LocalChatCompletion, LocalCompletionsAPI
from lm_eval.tasks import TaskManager

from evals.harness.conversation import unpack


class _Chat(LocalChatCompletion):  # type: ignore[misc] # The library is in an environment of its own.
    """A chat server, which is sent our conversations as they are."""

    def apply_chat_template(self, chat_history: Any, add_generation_prompt: bool = True) -> Any:
        return super().apply_chat_template(unpack(chat_history), add_generation_prompt)


class _Completions(LocalCompletionsAPI):  # type: ignore[misc] # The library is in an environment of its own.
    """A server of completions: conversations are written with the tokenizer's template."""

    def apply_chat_template(self, chat_history: Any, add_generation_prompt: bool = True) -> Any:
        return super().apply_chat_template(unpack(chat_history), add_generation_prompt)


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Run a job; return what the result file has."""
    manager = TaskManager(include_path=job["task_folder"])
    tasks: list[Any] = []
    for name in job["tasks"]:
        try:
            loaded = manager.load([name])
        except Exception as error:
            # Tasks are other people's code and data: whatever one raises, the parent says which it was.
            return {"failed": {"task": name, "error": type(error).__name__, "message": str(error)}}
        tasks += [*loaded["groups"].values()] or [*loaded["tasks"].values()]
    found = lm_eval.simple_evaluate(
        model=_model(job),
        tasks=tasks,
        limit=job["limit"],
        apply_chat_template=True,
        log_samples=True,
        task_manager=manager,
    )
    return {"results": found["results"], "samples": _samples(found), "lm_eval": lm_eval.__version__}


def _model(job: dict[str, Any]) -> Any:
    shared = {
        "model": job["model"],
        "num_concurrent": job["concurrency"],
        "max_retries": 2,
        "timeout": job["timeout_s"],
        "max_length": job["max_length"],
    }
    if job["api"] == "chat":
        return _Chat(base_url=f"{job['url']}/chat/completions", **shared)
    tokenizer = {"tokenizer": job["tokenizer"], "tokenizer_backend": "huggingface"} if job["tokenizer"] else {}
    return _Completions(base_url=f"{job['url']}/completions", **shared, **tokenizer)


def _samples(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return each question of each task: its data, the answers and its metrics."""
    return {
        task: [
            {"doc": one["doc"], "answers": one["filtered_resps"], **{name: one[name] for name in one["metrics"]}}
            for one in samples
        ]
        for task, samples in found["samples"].items()
    }


def main() -> None:
    """Read the job and write the result."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(sys.argv[2]).write_text(json.dumps(run(job), default=str), encoding="utf-8")


if __name__ == "__main__":
    main()
