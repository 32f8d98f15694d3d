"""`groundwork model bench`: a running model server is measured."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.model.prompts import render_to_file
from cli.options import AsJson, print_json, settings_from, stdout, write_text

if TYPE_CHECKING:
    from serving.bench.request import BenchRequest


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
    rates: Annotated[int, typer.Option(help="Points of the sweep.")] = 8,
    seconds: Annotated[float, typer.Option(help="A point ends after this many seconds …")] = 60.0,
    requests: Annotated[int, typer.Option(help="… or after this many requests.")] = 512,
    concurrency: Annotated[int, typer.Option(help="Requests in flight, at most.")] = 64,
    answer_tokens: Annotated[
        int | None, typer.Option(help="Force answers of this length (vLLM). Without: as the model ends them.")
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None, typer.Option(help="Two earlier results, A and B: ratios with intervals.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a model server with GuideLLM on prompts made from your own documents and questions."""
    from core.domain import load_domain
    from serving.bench.measure import find_model
    from serving.bench.request import BenchRequest
    from serving.performance.slo import parse_slo

    if compare is not None and url is None:
        _compare_results(*compare, as_json)
        return
    if url is None or compare is not None:
        raise typer.BadParameter("Name the URL of a model server to measure, or --compare A B, and not both.")
    settings = settings_from()
    recipe = load_domain(settings.domain_dir).recipes["default"]
    limits = parse_slo(slo)
    request = BenchRequest(
        url=url,
        model=find_model(url, served_model, settings.llm_api_key),
        slo=limits,
        rates=rates,
        seconds=seconds,
        requests=requests,
        concurrency=concurrency,
        max_tokens=recipe.max_tokens,
        temperature=recipe.temperature,
        answer_tokens=answer_tokens,
        api_key=settings.llm_api_key,
    )
    _measure_server(request, prompts, name or request.model.rstrip("/").rpartition("/")[2], out, as_json)


def _measure_server(request: BenchRequest, prompts: Path | None, name: str, out: Path, as_json: bool) -> None:
    from serving.bench.console import print_result
    from serving.bench.html import render_page
    from serving.bench.measure import measure
    from serving.bench.prompts import load_prompts
    from serving.bench.result import load_folder, to_dict

    with tempfile.TemporaryDirectory(prefix="groundwork-prompts-") as folder:
        file = prompts or render_to_file(settings_from(), "served", Path(folder) / "served.jsonl")
        result = measure(request, load_prompts(file), name, out, lambda line: typer.echo(line, err=True))
    write_text(out / "report.html", render_page(load_folder(out)))
    typer.echo(f"Results: {out / name}.json; the report of all in this folder: {out / 'report.html'}", err=True)
    print_json(to_dict(result)) if as_json else print_result(result, stdout())


def _compare_results(a: Path, b: Path, as_json: bool) -> None:
    from serving.bench.compare import compare, to_dict
    from serving.bench.console import print_comparison
    from serving.bench.result import load_result

    first, second = load_result(a), load_result(b)
    rows = compare(first, second)
    print_json(to_dict(first, second, rows)) if as_json else print_comparison(first, second, rows, stdout())
