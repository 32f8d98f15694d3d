"""Write our cases as a task of lm-eval: a folder with its YAML file, its data and the functions that it names.

    groundwork.yaml   the task
    cases.jsonl       {"id", "conversation", "target", "answerable", "gold", "required", "refusal"}
    functions.py      loads the data, and scores with `evals/harness/score_answer.py`

The prompts are those that the app sends to a model of this name, passages included (`evals/prompts.py`), so that the
task measures the model in its place, with retrieval the same for all models.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.prompts import Prompt
from core.recipe import Recipe
from evals.cases.case import Case
from evals.harness.conversation import pack
from evals.harness.request import OUR_TASK
from evals.harness.score_answer import HIGHER_IS_BETTER

_FUNCTIONS = '''"""Functions that groundwork.yaml names."""

import json
from pathlib import Path

import datasets

from core.json_lines import json_lines
from evals.harness.score_answer import score_answer


def load(**_):
    """Return the data. Kept in memory: lm-eval's own reader would leave a copy in the user's cache."""
    text = (Path(__file__).parent / "cases.jsonl").read_text(encoding="utf-8")
    lines = [line for _, line in json_lines(text)]
    return {"test": datasets.Dataset.from_list([{"row": line, "conversation": json.loads(line)["conversation"],
                                                 "target": json.loads(line)["target"]} for line in lines])}


def process_results(doc, results):
    """Score one answer."""
    return score_answer(json.loads(doc["row"]), results[0])
'''
_TAG = "!function "


def write_task(folder: Path, cases: Sequence[Case], prompts: Sequence[Prompt], recipe: Recipe, refusal: str) -> int:
    """Write the task; return its number of questions: the cases that have a prompt."""
    folder.mkdir(parents=True)
    rows = list(_rows(cases, prompts, refusal))
    lines = "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows)
    (folder / "cases.jsonl").write_text(lines, encoding="utf-8")
    (folder / "functions.py").write_text(_FUNCTIONS, encoding="utf-8")
    (folder / f"{OUR_TASK}.yaml").write_text(_yaml(_configuration(recipe)), encoding="utf-8")
    return len(rows)


def _rows(cases: Sequence[Case], prompts: Sequence[Prompt], refusal: str) -> Iterator[dict[str, Any]]:
    by_id = {prompt.id: prompt for prompt in prompts}
    for case in cases:
        prompt = by_id.get(f"case:{case.id}")
        if prompt is not None and case.kind != "underspecified":
            yield {
                "id": case.id,
                "conversation": pack(prompt.chat()),
                "target": case.answer or (case.gold[0].quote if case.gold else refusal),
                "answerable": case.answerable,
                "gold": [asdict(gold) for gold in case.gold],
                "required": [list(alternatives) for alternatives in case.required],
                "refusal": refusal,
            }


def _configuration(recipe: Recipe) -> dict[str, Any]:
    penalty = {} if recipe.repetition_penalty == 1.0 else {"repetition_penalty": recipe.repetition_penalty}
    sampling = {} if recipe.temperature == 0 else {"do_sample": True}
    return {
        "task": OUR_TASK,
        "custom_dataset": f"{_TAG}functions.load",
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": "conversation",
        "doc_to_target": "target",
        "process_results": f"{_TAG}functions.process_results",
        "generation_kwargs": {
            "until": [],
            "max_gen_toks": recipe.max_tokens,
            "temperature": recipe.temperature,
            **sampling,
            **penalty,
        },
        "metric_list": [
            {"metric": name, "aggregation": "mean", "higher_is_better": higher}
            for name, higher in HIGHER_IS_BETTER.items()
        ],
        "metadata": {"version": 1.0},
    }


def _yaml(configuration: Mapping[str, Any]) -> str:
    """Return the keys as YAML, of which JSON is a part; a function's name has a tag, which JSON has not."""
    return "".join(f"{key}: {_value(value)}\n" for key, value in configuration.items())


def _value(value: Any) -> str:
    return value if isinstance(value, str) and value.startswith(_TAG) else json.dumps(value)
