"""Real runs: a tiny domain, the bundled embedder, the embedded index, a service in this process or in its own."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from app.client import Client
from cli.client import connect
from core.errors import ConfigurationError, DomainMismatch
from core.settings import Settings
from evals.calibrate import calibrate
from evals.metrics.catalogue import GROUPS
from evals.run.baseline import GATED, compare_to_baseline, load_baseline, save_baseline
from evals.run.console import print_run
from evals.run.request import EvaluationRequest
from evals.run.run import Run, evaluate
from testing.handbook import REFUSAL, write_domain
from testing.processes import environment, serving
from tests.integration.evals.conftest import CASES, write_cases


def run_of(settings: Settings, request: EvaluationRequest) -> Run:
    return asyncio.run(
        evaluate(settings, request, lambda: connect(settings, "groundwork eval run"), lambda done, total: None)
    )


@pytest.fixture(scope="module")
def finished(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of all cases, which the tests only read."""
    return run_of(settings, EvaluationRequest("all", out=tmp_path_factory.mktemp("runs") / "all"))


def metrics(run: Run) -> dict[tuple[str, str], float]:
    """Return every metric except the durations."""
    return {
        (name, metric): estimate.value
        for name, estimates in run.summary.items()
        for metric, estimate in estimates.items()
        if metric not in GROUPS["Latency"]
    }


def printed(run: Run) -> str:
    """Return the report as printed on a wide terminal without colours."""
    console = Console(width=300, file=io.StringIO(), record=True)
    print_run(run, console)
    return console.export_text()


def results_of(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run.folder / "results.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_run_measures_the_answers_of_the_service(finished: Run) -> None:
    all_questions = finished.summary["all"]
    assert all_questions["recall@10"].value == 1.0
    assert all_questions["recall@10"].n == 4
    assert all_questions["answers with a gold quote"].value >= 0.75
    assert all_questions["refusal recall"].value == 1.0
    assert all_questions["refusal recall"].n == 2
    assert (all_questions["required tokens"].value, all_questions["answers with a forbidden token"].value) == (1.0, 0.0)
    assert 0 < all_questions["token F1"].value < 1
    assert all_questions["answer words in the sources"].value > 0.9
    assert 0 < all_questions["answer p50, ms"].value <= all_questions["answer p95, ms"].value


def test_the_configuration_describes_the_questions_and_the_system(finished: Run, settings: Settings) -> None:
    written = json.loads((finished.folder / "configuration.json").read_text(encoding="utf-8"))
    assert written == finished.configuration
    assert written["cases_sha256"] == hashlib.sha256((settings.domain_dir / "cases.jsonl").read_bytes()).hexdigest()
    assert (written["domain"], written["split"], written["questions"], written["documents"]) == (
        "team",
        "all",
        len(CASES),
        5,
    )
    assert (written["mode"], written["model"], written["embedder"]) == ("extractive", None, "all-MiniLM-L6-v2")
    assert written["recipe"]["refuse_below"] == 0.15


def test_each_question_is_written_with_the_whole_response(finished: Run) -> None:
    rows = results_of(finished)
    assert [row["case"]["id"] for row in rows] == [case["id"] for case in CASES]
    days, tungsten = rows[0], rows[4]
    assert "25 days" in days["completion"]["choices"][0]["message"]["content"]
    assert days["search"]["hits"][0]["document_id"] == "leave/annual.md"
    assert days["metrics"]["recall@5"] == {"numerator": 1.0, "denominator": 1.0}
    assert tungsten["completion"]["choices"][0]["message"]["content"] == REFUSAL
    assert tungsten["metrics"]["refusal recall"] == {"numerator": 1.0, "denominator": 1.0}
    assert all(row["durations"]["answer"] > 0 and row["durations"]["search"] > 0 for row in rows)


def test_labelled_answers_are_checked_against_the_passages_of_their_question(finished: Run) -> None:
    figures = finished.summary["all"]
    assert (figures["hard flags that touch a label"].value, figures["hard flags that touch a label"].n) == (0.0, 1)
    assert figures["supported answers with a hard flag"].value == 0.0
    assert finished.configuration["labelled_answers"] == 2
    wrong, right = results_of(finished)[0]["labelled_reports"]
    assert [flag["text"] for flag in wrong["flags"] if flag["severity"] == "hard"] == ["77"]
    assert right["flags"] == []
    text = printed(finished)
    assert "2 labelled answers, 1 unsupported part in them." in text
    assert "False alarm, days: “77”: the sources say 25" in text
    assert "Not found, days: “Every colleague”" in text


def test_a_follow_up_is_asked_with_its_history(finished: Run) -> None:
    follow_up = results_of(finished)[3]
    assert follow_up["search"]["query"] == "How many days of annual leave do I have? And when do they expire?"
    assert follow_up["metrics"]["recall@10"]["numerator"] == 1.0


def test_the_summary_file_has_every_metric_with_its_interval(finished: Run) -> None:
    written = json.loads((finished.folder / "summary.json").read_text(encoding="utf-8"))
    assert written == finished.to_dict()["summary"]
    assert set(written) == {"all", "answerable", "follow_up", "paraphrase", "unanswerable"}
    assert set(written["all"]["nDCG@10"]) == {"value", "low", "high", "n"}


def test_the_report_shows_every_group_the_gate_and_the_folder(finished: Run, tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    save_baseline(file, finished.configuration, finished.summary)
    gate = compare_to_baseline(load_baseline(file), finished.summary)
    text = printed(replace(finished, gate=gate))
    # No model writes or judges here, and no case is underspecified.
    assert [group for group in GROUPS if group not in text] == [
        "Clarifications",
        "Judge",
        "Speed and cost",
    ]
    assert f"Written to {finished.folder}\n" in text
    assert f"Compared with {file}: ships." in text


def test_a_run_is_written_to_the_data_directory_by_date_and_recipe(settings: Settings) -> None:
    run = run_of(settings, EvaluationRequest("dev"))
    assert run.folder.parent == settings.data_dir / "evals"
    assert run.folder.name.endswith("-default")
    assert run.configuration["questions"] == 2


def test_a_run_is_never_overwritten(finished: Run, settings: Settings) -> None:
    before = (finished.folder / "results.jsonl").read_bytes()
    with pytest.raises(ConfigurationError, match="never overwritten"):
        run_of(settings, EvaluationRequest("dev", out=finished.folder))
    assert (finished.folder / "results.jsonl").read_bytes() == before


def test_an_interrupted_run_is_continued_and_asks_no_question_twice(settings: Settings, tmp_path: Path) -> None:
    asked: list[str] = []

    class Asking:
        """A client that writes down which questions are answered, and is interrupted at the third."""

        def __init__(self, client: Client, *, interrupted: bool) -> None:
            self.get, self.post = client.get, client.post
            self._stream, self._interrupted = client.stream, interrupted

        def stream(
            self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
        ) -> AsyncGenerator[dict[str, Any], None]:
            if self._interrupted and len(asked) == 2:
                raise asyncio.CancelledError
            asked.append(body["messages"][-1]["content"])
            return self._stream(path, body, headers)

    def run(request: EvaluationRequest, *, interrupted: bool) -> Run:
        @asynccontextmanager
        async def connected() -> AsyncIterator[Asking]:
            async with connect(settings, "groundwork eval run") as client:
                yield Asking(client, interrupted=interrupted)

        return asyncio.run(evaluate(settings, request, connected, lambda done, total: None))

    folder = tmp_path / "run"
    with pytest.raises(asyncio.CancelledError):
        run(EvaluationRequest("all", out=folder), interrupted=True)
    torn = (folder / "results.jsonl").read_text(encoding="utf-8")
    (folder / "results.jsonl").write_text(f'{torn}{{"case": {{"id": "gone"', encoding="utf-8")
    configuration = (folder / "configuration.json").read_bytes()

    with pytest.raises(ConfigurationError, match='split was "all" and is "test"'):
        run(EvaluationRequest("test", resume=folder), interrupted=False)
    finished = run(EvaluationRequest("all", resume=folder, concurrency=1), interrupted=False)

    assert sorted(asked) == sorted(str(case["question"]) for case in CASES)
    assert [row["case"]["id"] for row in results_of(finished)] == [case["id"] for case in CASES]
    assert finished.summary["all"]["first token p50, ms"].n == len(CASES)
    assert (folder / "configuration.json").read_bytes() == configuration
    assert "</html>" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_run_ships_against_its_own_baseline(finished: Run, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    save_baseline(file, finished.configuration, finished.summary)
    again = run_of(settings, EvaluationRequest("all", out=tmp_path / "run", baseline=load_baseline(file)))
    assert again.gate is not None
    assert again.gate.ships
    assert again.exit_code == 0
    assert set(load_baseline(file).metrics) == set(GATED)


def test_a_recipe_that_refuses_every_question_does_not_ship(finished: Run, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    save_baseline(file, finished.configuration, finished.summary)
    # The same domain as its index: a folder of the same name.
    strict = write_domain(tmp_path / settings.domain_dir.name, refuse_below=1.0)
    write_cases(strict / "cases.jsonl")
    request = EvaluationRequest("all", out=tmp_path / "run", baseline=load_baseline(file))
    run = run_of(replace(settings, domain_dir=strict), request)
    assert run.exit_code == 4
    assert run.gate is not None
    # Whether the metrics of refusals regress too depends on the calibration; those of answers must.
    answered = {"citation precision", "citation recall", "answers with a gold quote"}
    assert answered <= {regression.metric for regression in run.gate.regressions}
    text = printed(run)
    assert "Regression: citation precision has no value any more" in text
    assert "Regression: answers with a gold quote is 0.000" in text
    assert f"Compared with {file}: does not ship." in text


def test_a_baseline_of_other_questions_is_refused_before_anything_is_asked(
    finished: Run, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "baseline.json"
    save_baseline(file, finished.configuration, finished.summary)
    with pytest.raises(ConfigurationError, match="made with other questions: its split is all, this run's is dev"):
        run_of(settings, EvaluationRequest("dev", out=tmp_path / "run", baseline=load_baseline(file)))
    assert not (tmp_path / "run").exists()


def test_an_unknown_recipe_is_an_error_that_lists_the_known_ones(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no recipe 'bold' in .*domain.toml; it has: default, brief\."):
        run_of(settings, EvaluationRequest("all", recipe="bold", out=tmp_path / "run"))


def test_gold_quotes_that_are_not_in_the_documents_are_named(settings: Settings, tmp_path: Path) -> None:
    stale = {**CASES[0], "gold": [{"document_id": "leave/annual.md", "quote": "Everybody has 99 days."}]}
    lost = {**CASES[1], "gold": [{"document_id": "leave/gone.md", "quote": "Anything."}]}
    file = write_cases(tmp_path / "cases.jsonl", [stale, lost])
    with pytest.raises(ConfigurationError) as raised:
        run_of(settings, EvaluationRequest("all", cases=file, out=tmp_path / "run"))
    assert "days: 'leave/annual.md' does not contain “Everybody has 99 days.”" in str(raised.value)
    assert "breakfast: there is no document 'leave/gone.md' in the index" in str(raised.value)
    assert not (tmp_path / "run").exists()


def test_an_index_without_documents_names_the_command_that_ingests_some(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Run: groundwork ingest"):
        run_of(replace(settings, data_dir=tmp_path / "empty"), EvaluationRequest("all"))


def test_through_a_running_service_the_metrics_are_the_same(finished: Run, settings: Settings, tmp_path: Path) -> None:
    with serving(environment(settings.data_dir, settings.domain_dir), tmp_path / "serve.log"):
        served = run_of(settings, EvaluationRequest("all", out=tmp_path / "run"))
        other = write_domain(tmp_path / "other")
        toml = other / "domain.toml"
        toml.write_text(toml.read_text(encoding="utf-8").replace('"team"', '"another"'), encoding="utf-8")
        write_cases(other / "cases.jsonl")
        with pytest.raises(DomainMismatch, match="held by a service of the domain"):
            run_of(replace(settings, domain_dir=other), EvaluationRequest("all", out=tmp_path / "none"))
    assert metrics(served) == metrics(finished)
    assert {key: value for key, value in served.configuration.items() if key != "date"} == {
        key: value for key, value in finished.configuration.items() if key != "date"
    }


def test_a_calibration_is_fitted_to_the_cases_of_the_domain(settings: Settings) -> None:
    lines = calibrate(settings, None)
    assert lines[0].startswith("Calibration(bias=-")
    assert [line for line in lines if "questions," in line] == [
        "dev: 2 questions, 12 passages, 1 positive",
        "test: 4 questions, 24 passages, 3 positive",
    ]


def test_a_calibration_needs_unanswerable_questions_in_both_splits(settings: Settings, tmp_path: Path) -> None:
    file = write_cases(tmp_path / "cases.jsonl", CASES[:5])
    with pytest.raises(ConfigurationError, match="the split 'dev' needs answerable and unanswerable questions"):
        calibrate(settings, file)
