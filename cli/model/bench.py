"""`groundwork model bench`: a running model server is measured."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.model.prompts import render_to_file
from cli.options import AsJson, print_json, settings_from, stdout, write_text

if TYPE_CHECKING:
    from serving.bench.replay import Recording
    from serving.bench.result import BenchResult


def bench_command(
    url: Annotated[str | None, typer.Argument(help="The model server, as in http://localhost:8001.")] = None,
    slo: Annotated[str, typer.Option(help="Limits in milliseconds: ttft, itl, e2e, any of them.")] = "ttft=1000,itl=50",
    prompts: Annotated[
        Path | None, typer.Option(help="A JSONL of prompts. Without: made from your documents and questions.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the result, best the scheme's. Without: the model's name.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the results; its report.html shows all of them.")] = Path(
        "bench"
    ),
    served_model: Annotated[
        str | None, typer.Option("--model", help="Which model, where the server serves several.")
    ] = None,
    rates: Annotated[int | None, typer.Option(help="Points of the sweep (8).")] = None,
    seconds: Annotated[
        float | None, typer.Option(help="A point ends after so many seconds (60); a replay stops sending (the end).")
    ] = None,
    requests: Annotated[
        int | None, typer.Option(help="A point ends after so many requests (512); a replay too (all of the file).")
    ] = None,
    concurrency: Annotated[int | None, typer.Option(help="Of a sweep: requests in flight, at most (64).")] = None,
    at: Annotated[
        str | None, typer.Option(help="Numbers of requests in parallel, as in 1,32,256, in place of sweep and search.")
    ] = None,
    answer_tokens: Annotated[
        int | None, typer.Option(help="Force answers of this length (vLLM). Without: as the model ends them.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="A JSONL of recorded requests, sent at their times in place of a sweep.")
    ] = None,
    speed: Annotated[float, typer.Option(help="Of a replay: 2 sends twice as fast as recorded.")] = 1.0,
    compare: Annotated[
        tuple[Path, Path] | None, typer.Option(help="Two earlier results, A and B: ratios with intervals.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a model server with GuideLLM on prompts made from your own documents and questions."""
    if compare is not None and url is None:
        _compare_results(*compare, as_json)
        return
    if url is None or compare is not None:
        raise typer.BadParameter("Name the URL of a model server to measure, or --compare A B, and not both.")
    if replay is not None and (prompts is not None or answer_tokens is not None or at is not None):
        raise typer.BadParameter(
            "--replay has prompts, lengths and a load of its own: omit --prompts, --answer-tokens, --at."
        )
    if (replay is not None or at is not None) and (rates is not None or concurrency is not None):
        raise typer.BadParameter("--rates and --concurrency are of a sweep: omit them, or --at and --replay.")
    if replay is None and speed != 1.0:
        raise typer.BadParameter("--speed is for --replay. Name a file of recorded requests, or omit it.")
    if replay is None:
        from serving.bench.request import parse_at

        given = {"rates": rates, "concurrency": concurrency, "seconds": seconds, "requests": requests}
        points: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        points["answer_tokens"] = answer_tokens
        if at is not None:
            points["at"] = parse_at(at)
        result = _measure(_server(url, served_model, slo), points, prompts, name, out)
    else:
        from serving.bench.replay import read_recording

        recording = read_recording(replay).first(requests, seconds, speed)
        result = _replay(_server(url, served_model, slo), recording, speed, name, out)
    _show(result, out, as_json)


def _server(url: str, model: str | None, slo: str) -> dict[str, Any]:
    """Return the fields of a request that say what is asked: the server, and the domain's default recipe."""
    from core.domain import load_domain
    from serving.bench.server import find_model
    from serving.performance.slo import parse_slo

    settings = settings_from()
    recipe = load_domain(settings.domain_dir).recipes["default"]
    return {
        "slo": parse_slo(slo),
        "url": url,
        "model": find_model(url, model, settings.llm_api_key),
        "max_tokens": recipe.max_tokens,
        "temperature": recipe.temperature,
        "api_key": settings.llm_api_key,
    }


def _measure(
    server: Mapping[str, Any], points: Mapping[str, Any], prompts: Path | None, name: str | None, out: Path
) -> BenchResult:
    from serving.bench.measure import measure
    from serving.bench.prompts import load_prompts
    from serving.bench.request import BenchRequest

    request = BenchRequest(**server, **points)
    with tempfile.TemporaryDirectory(prefix="groundwork-prompts-") as folder:
        file = prompts or render_to_file(settings_from(), "served", Path(folder) / "served.jsonl", request.model)
        return measure(request, load_prompts(file), name or _last_part(request.model), out, _say)


def _replay(server: Mapping[str, Any], recording: Recording, speed: float, name: str | None, out: Path) -> BenchResult:
    from serving.bench.measure import replay
    from serving.bench.request import ReplayRequest

    request = ReplayRequest(**server, recording=recording, speed=speed)
    return replay(request, name or f"{_last_part(request.model)}-replay", out, _say)


def _show(result: BenchResult, out: Path, as_json: bool) -> None:
    """Write the page of the folder and print the result. Exit with 1 where the result is incomplete."""
    from serving.bench.console import print_result
    from serving.bench.html import render_page
    from serving.bench.result import load_folder, to_dict

    print_json(to_dict(result)) if as_json else print_result(result, stdout())
    write_text(out / "report.html", render_page(load_folder(out)))
    _say(f"Results: {out / result.name}.json; the report of all in this folder: {out / 'report.html'}")
    if not result.complete:
        raise typer.Exit(1)


def _last_part(model: str) -> str:
    return model.rstrip("/").rpartition("/")[2]


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _compare_results(a: Path, b: Path, as_json: bool) -> None:
    from serving.bench.compare import compare, to_dict
    from serving.bench.console import print_comparison
    from serving.bench.result import load_result

    first, second = load_result(a), load_result(b)
    rows = compare(first, second)
    print_json(to_dict(first, second, rows)) if as_json else print_comparison(first, second, rows, stdout())
