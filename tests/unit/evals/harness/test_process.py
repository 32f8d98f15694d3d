"""The process of lm-eval, played by small scripts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.errors import ConfigurationError, ServingError
from evals.harness.process import explain, run_worker
from evals.harness.request import Harness


def harness(folder: Path, script: str) -> Harness:
    """Return an environment in which the worker is this script."""
    package = folder / "packages" / "evals" / "harness"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "worker.py").write_text(script, encoding="utf-8")
    return Harness(Path(sys.executable), {}, folder / "packages")


def test_the_worker_gets_the_job_and_its_result_is_read(tmp_path: Path) -> None:
    script = "import json, sys\njob = json.load(open(sys.argv[1]))\njson.dump({'results': job}, open(sys.argv[2], 'w'))"
    assert run_worker(harness(tmp_path, script), {"model": "m"}, tmp_path) == {"results": {"model": "m"}}


def test_a_worker_that_fails_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    script = "import sys\nprint('The server said no.', file=sys.stderr)\nsys.exit(3)"
    with pytest.raises(ServingError, match=r"ended with status 3(.|\n)*The server said no"):
        run_worker(harness(tmp_path, script), {}, tmp_path)


def test_a_task_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    script = (
        "import json, sys\n"
        "json.dump({'failed': {'task': 'x', 'error': 'TypeError', 'message': 'odd'}}, open(sys.argv[2], 'w'))"
    )
    with pytest.raises(ConfigurationError, match="The task 'x' cannot be loaded: TypeError: odd"):
        run_worker(harness(tmp_path, script), {}, tmp_path)


def test_data_of_the_hub_that_is_not_here_is_explained() -> None:
    failed = {"task": "gsm8k", "error": "ConnectionError", "message": "Couldn't reach 'openai/gsm8k' on the Hub"}
    assert "needs a data set of the Hugging Face hub" in explain(failed)
    assert "--online" in explain(failed)


def test_an_unknown_task_is_explained() -> None:
    failed = {"task": "nonsense", "error": "ValueError", "message": "Spec 'nonsense' is not a registered task"}
    assert "lm-eval has no task 'nonsense'" in explain(failed)
