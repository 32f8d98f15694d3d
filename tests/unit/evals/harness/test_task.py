from __future__ import annotations

import json
from pathlib import Path

from core.prompts import Prompt
from core.recipe import Recipe
from core.types import Message
from evals.cases.case import Case, Gold
from evals.harness.conversation import unpack
from evals.harness.task import write_task

MESSAGES = (Message("system", "Rules."), Message("user", "How many days?\u2028Now?"))
PROMPT = Prompt("case:days", "case", "How many days?", MESSAGES, ("leave.md",), None)
CASE = Case("days", "How many days?", "answerable", (Gold("leave.md", "25 days"),), "test", required=(("25", "xxv"),))
REFUSED = Case("moons", "How many moons?", "unanswerable", (), "test")


def written(folder: Path, recipe: Recipe | None = None) -> tuple[int, dict[str, str]]:
    count = write_task(folder / "task", [CASE, REFUSED], [PROMPT], recipe or Recipe(), "Not here.")
    lines = (folder / "task" / "groundwork.yaml").read_text(encoding="utf-8").splitlines()
    return count, dict(line.split(": ", 1) for line in lines)


def test_each_case_with_a_prompt_is_a_row_with_its_conversation_and_targets(tmp_path: Path) -> None:
    count, _ = written(tmp_path)
    assert count == 1
    # One line, whatever separators its texts have.
    (line,) = (tmp_path / "task" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    row = json.loads(line)
    assert unpack([{"role": "user", "content": row["conversation"]}]) == PROMPT.chat()
    assert (row["target"], row["required"], row["refusal"]) == ("25 days", [["25", "xxv"]], "Not here.")


def test_the_task_asks_as_the_recipe_does(tmp_path: Path) -> None:
    _, task = written(tmp_path, Recipe(max_tokens=99, temperature=0.5, repetition_penalty=1.2))
    assert json.loads(task["generation_kwargs"]) == {
        "until": [],
        "max_gen_toks": 99,
        "temperature": 0.5,
        "do_sample": True,
        "repetition_penalty": 1.2,
    }


def test_functions_are_named_with_the_tag_that_lm_eval_reads(tmp_path: Path) -> None:
    _, task = written(tmp_path)
    assert task["process_results"] == "!function functions.process_results"
    compile((tmp_path / "task" / "functions.py").read_text(encoding="utf-8"), "functions.py", "exec")
