"""`groundwork model …`: what it takes to serve the model."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.options import AsJson, print_json, progress, settings_from, stdout, write_text
from core.errors import ConfigurationError

if TYPE_CHECKING:
    from serving.bench.scenario import Measurement

model = typer.Typer(help="The model: what it takes to serve it.", no_args_is_help=True)


@model.command("plan")
def plan_command(
    models: Annotated[
        list[str], typer.Option("--model", help="A checkpoint's folder, or a built-in model's name; repeatable.")
    ],
    users: Annotated[int, typer.Option(help="People at the busiest time.")],
    slo: Annotated[str, typer.Option(help="Limits in milliseconds: ttft, itl, e2e, any of them.")] = "ttft=1000,itl=50",
    gpu: Annotated[list[str] | None, typer.Option(help="A GPU; repeatable. Without: all of the table.")] = None,
    scheme: Annotated[list[str] | None, typer.Option(help="A scheme; repeatable. Without: all.")] = None,
    prompt_tokens: Annotated[int, typer.Option(help="Tokens of a prompt, passages included.")] = 1500,
    answer_tokens: Annotated[int, typer.Option(help="Tokens of an answer.")] = 300,
    pause_seconds: Annotated[float, typer.Option(help="From an answer to the same person's next question.")] = 0.0,
    busy_hours: Annotated[float, typer.Option(help="Hours a month with these users.")] = 176.0,
    kv_cache_dtype: Annotated[Literal["bf16", "fp8"], typer.Option(help="Type of the key-value cache.")] = "bf16",
    sweep: Annotated[
        list[str] | None, typer.Option(help="A measured sweep: FILE, or SCHEME@GPUxCOUNT=FILE of GuideLLM; repeatable.")
    ] = None,
    accuracy: Annotated[
        list[Path] | None, typer.Option(help="A measured check of a compressed model; repeatable.")
    ] = None,
    prices: Annotated[Path | None, typer.Option(help="A price table, in place of serving/plan/prices.yaml.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the plan as one HTML page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Plan GPUs and money for a number of users under a service level."""
    from serving.plan.accuracy import read_check
    from serving.plan.config import load_model
    from serving.plan.costs import load_prices
    from serving.plan.hardware import find_gpus
    from serving.plan.listing import to_dict
    from serving.plan.page import render_page
    from serving.plan.plan import make_plan
    from serving.plan.request import Request, Workload
    from serving.plan.schemes import find_schemes
    from serving.plan.slo import parse_slo
    from serving.plan.sweep import read_sweeps
    from serving.plan.terminal import print_plan

    plan = make_plan(
        Request(
            models=tuple(load_model(name) for name in models),
            schemes=find_schemes(scheme or ()),
            gpus=find_gpus(gpu or ()),
            workload=Workload(users, prompt_tokens, answer_tokens, pause_seconds, busy_hours),
            slo=parse_slo(slo),
            prices=load_prices(prices),
            kv_type=kv_cache_dtype,
            sweeps=tuple(each for argument in sweep or () for each in read_sweeps(argument)),
            accuracy=dict(read_check(file) for file in accuracy or ()),
        )
    )
    if html is not None:
        write_text(html, render_page(plan))
    print_json(to_dict(plan)) if as_json else print_plan(plan, stdout())


@model.command("compress")
def compress_command(
    checkpoint: Annotated[str, typer.Argument(metavar="MODEL", help="The folder of a checkpoint in 16 bits.")],
    scheme: Annotated[
        str, typer.Option(help="w8a8, w4a16, fp8, fp8-block, nvfp4, mxfp4, awq; bf16 only prunes or sets the cache.")
    ],
    out: Annotated[Path, typer.Option(help="The new folder.")],
    prompts: Annotated[
        Path | None, typer.Option(help="Prompts to calibrate on, in place of those of your documents and cases.")
    ] = None,
    samples: Annotated[int, typer.Option(help="Prompts to calibrate on, at most.")] = 256,
    max_tokens: Annotated[int, typer.Option(min=16, help="Tokens of a prompt; a longer one loses its start.")] = 4096,
    general: Annotated[Path | None, typer.Option(help="A text file to take general text from.")] = None,
    general_share: Annotated[float, typer.Option(help="Share of the samples that are general text.")] = 0.2,
    kv_cache_dtype: Annotated[Literal["bf16", "fp8"], typer.Option(help="Type of the key-value cache.")] = "bf16",
    prune: Annotated[
        Literal["sparsegpt", "wanda"] | None, typer.Option(help="Prune first. Current vLLM gains nothing from it.")
    ] = None,
    sparsity: Annotated[str, typer.Option(help="2:4, or a share as in 0.5; with --prune.")] = "2:4",
    gpu: Annotated[
        str | None, typer.Option(help="The GPU that will serve, by its name in gpus.yaml. Without: this machine.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Measure what it still answers, with vLLM.")] = False,
    check_prompts: Annotated[
        Path | None, typer.Option(help="Prompts to check with, in place of those of held-out documents and cases.")
    ] = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Say what it will take, and stop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compress a model on your own prompts, and measure what it still answers."""
    from serving.compress.check import prepare_check, run_check
    from serving.compress.methods import make_wish
    from serving.compress.run import Request, compress, prepare
    from serving.compress.target import find_target
    from serving.compress.terminal import expectation, print_record

    wish = make_wish(scheme, kv_cache_dtype, prune, sparsity)
    if prompts is None and wish.needs_prompts:
        prompts = _domain_prompts("calibration")
    share = general_share if general is not None else 0.0
    request = Request(checkpoint, out, wish, find_target(gpu), prompts, samples, max_tokens, general, share)
    prepared = prepare(request)
    questions = None
    if check:
        calibrated_on = prepared.calibration.documents if prepared.calibration else frozenset[str]()
        questions = prepare_check(check_prompts or _domain_prompts("check"), wish, calibrated_on)
    for line in (*prepared.warnings, expectation(prepared)):
        typer.echo(line, err=True)
    if estimate:
        if as_json:
            print_json({**asdict(prepared.estimate), "warnings": list(prepared.warnings)})
        return
    with progress("Compressing") as show:
        record = compress(prepared, show)
    found = None
    if questions is not None:
        with progress("Checking") as show:
            found = run_check(prepared.checkpoint.folder, out, record, questions, show)
    if as_json:
        print_json({**record.to_dict(), "check": found.to_dict() if found else None})
    else:
        print_record(record, found, stdout())


def _domain_prompts(part: Literal["calibration", "check"]) -> Path:
    """Rendered from the domain's index into the data directory, where they can be looked at."""
    from evals.prompts import render_prompts, write_prompts

    settings = settings_from()
    with progress("Rendering prompts") as show:
        rendered = render_prompts(settings, part, show)
    file = settings.data_dir / f"{part}.jsonl"
    write_prompts(file, rendered.prompts)
    return file


@model.command("serve")
def serve_command(
    folder: Annotated[Path, typer.Argument(help="A checkpoint: config.json, tokenizer, *.safetensors.")],
    profile: Annotated[
        Literal["latency", "throughput", "cpu"] | None, typer.Option(help="Without: latency on a GPU, else cpu.")
    ] = None,
    slo: Annotated[str, typer.Option(help="Limits in milliseconds: ttft, itl, e2e, any of them.")] = "ttft=1000,itl=50",
    prompt_tokens: Annotated[int, typer.Option(help="Tokens of a usual prompt, passages included.")] = 1500,
    answer_tokens: Annotated[int, typer.Option(help="Tokens of a usual answer.")] = 300,
    context: Annotated[int | None, typer.Option(help="Tokens of the longest request. Without: 8192 at most.")] = None,
    kv_cache_dtype: Annotated[Literal["auto", "fp8"], typer.Option(help="Type of the key-value cache.")] = "auto",
    speculate: Annotated[
        str | None, typer.Option(help="none, ngram, draft=DIR or eagle3=DIR. Without: ngram for latency, else none.")
    ] = None,
    lora: Annotated[list[str] | None, typer.Option(help="An adapter, name=DIR; repeatable.")] = None,
    name: Annotated[str | None, typer.Option(help="The model's name for requests. Without: the folder's.")] = None,
    port: Annotated[int, typer.Option(help="On this machine only.")] = 8001,
    python: Annotated[Path | None, typer.Option(help="Python of an environment with vLLM.")] = None,
    only_print: Annotated[
        bool, typer.Option("--print", help="Show the command and its reasons; start nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --print: one JSON object on stdout.")] = False,
) -> None:
    """Serve a checkpoint with vLLM, set up for this machine and for answers from documents.

    The API key is LLM_API_KEY, or one that is made for this run.
    """
    import os
    import secrets

    from serving.launch.adapters import parse_adapters
    from serving.launch.basis import find_basis
    from serving.launch.checkpoint import read_checkpoint
    from serving.launch.command import plan_launch
    from serving.launch.listing import connection, print_launch, readiness, to_dict
    from serving.launch.request import LaunchRequest
    from serving.launch.speculation import parse_speculation
    from serving.launch.speed import measure_processor
    from serving.launch.supervise import stop_on_signals, supervise
    from serving.launch.warm_up import Warmth
    from serving.machine import find_machine
    from serving.plan.slo import parse_slo
    from serving.vllm import Environment, command, find_python, shown_python

    if as_json and not only_print:
        raise ConfigurationError("--json goes with --print.")
    request = LaunchRequest(
        folder=folder,
        slo=parse_slo(slo),
        profile=profile,
        prompt_tokens=prompt_tokens,
        answer_tokens=answer_tokens,
        context=context,
        cache_type=kv_cache_dtype,
        speculation=parse_speculation(speculate) if speculate else None,
        adapters=parse_adapters(lora or ()),
        name=name,
        port=port,
    )
    basis = find_basis(request, read_checkpoint(folder), find_machine(os.environ), measure_processor)
    plan = plan_launch(basis)
    if only_print:
        before = command(shown_python(plan.hardware, python))
        print_json(to_dict(plan, before)) if as_json else print_launch(plan, before, stdout())
        return
    interpreter = find_python(plan.hardware, python)
    settings = settings_from()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    key = settings.llm_api_key or f"local-{secrets.token_urlsafe(24)}"

    def tell(line: str) -> None:
        typer.echo(line, err=True)

    def announce(warmth: Warmth) -> None:
        tell(readiness(plan, warmth))
        typer.echo(connection(plan, key))

    for note in plan.notes:
        tell(note)
    environment = Environment(interpreter, os.environ, settings.data_dir / f"vllm-{port}.log")
    with stop_on_signals() as stop:
        supervise(plan, key, environment, stop, tell, announce)


@model.command("bench")
def bench_command(
    url: Annotated[str | None, typer.Argument(help="The model server, as in http://localhost:8001.")] = None,
    slo: Annotated[str, typer.Option(help="Limits in milliseconds: ttft, itl, e2e, any of them.")] = "ttft=1000,itl=50",
    prompts: Annotated[
        Path | None, typer.Option(help="A JSONL of prompts. Without: made from your documents and questions.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="What is measured, best the scheme's name. Without: the model's name.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the results; its report.html shows all of them.")] = Path(
        "bench"
    ),
    served_model: Annotated[
        str | None, typer.Option("--model", help="Which model, where the server serves several.")
    ] = None,
    rates: Annotated[int, typer.Option(help="Points of the sweep.")] = 8,
    seconds: Annotated[float, typer.Option(help="A point ends after so many seconds …")] = 60.0,
    requests: Annotated[int, typer.Option(help="… or after so many requests.")] = 512,
    concurrency: Annotated[int, typer.Option(help="Requests in flight, at most.")] = 64,
    answer_tokens: Annotated[
        int | None, typer.Option(help="Force answers of this length (vLLM). Without: as the model ends them.")
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None, typer.Option(help="Two results of before, A and B: ratios with intervals.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a model server with GuideLLM on prompts made from your own documents and questions."""
    from core.domain import load_domain
    from serving.bench.measure import find_model
    from serving.bench.scenario import Measurement
    from serving.plan.slo import parse_slo

    if compare is not None and url is None:
        _compare_results(*compare, as_json)
        return
    if url is None or compare is not None:
        raise typer.BadParameter("Name the URL of a model server to measure, or --compare A B, and not both.")
    settings = settings_from()
    recipe = load_domain(settings.domain_dir).recipes["default"]
    limits = parse_slo(slo)
    measurement = Measurement(
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
    _measure_server(measurement, prompts, name or measurement.model.rstrip("/").rpartition("/")[2], out, as_json)


def _measure_server(measurement: Measurement, prompts: Path | None, name: str, out: Path, as_json: bool) -> None:
    from serving.bench.measure import measure
    from serving.bench.page import render_page
    from serving.bench.prompts import read_prompts
    from serving.bench.results import load_folder
    from serving.bench.summary import print_result, to_dict

    with tempfile.TemporaryDirectory(prefix="groundwork-prompts-") as folder:
        checked = read_prompts(prompts or _render_prompts(Path(folder) / "served.jsonl"))
        result = measure(measurement, checked, name, out, lambda words: typer.echo(words, err=True))
    write_text(out / "report.html", render_page(load_folder(out)))
    typer.echo(f"Results: {out / name}.json; the report of all in this folder: {out / 'report.html'}", err=True)
    print_json(to_dict(result)) if as_json else print_result(result, stdout())


def _render_prompts(file: Path) -> Path:
    from evals.prompts import render_prompts, write_prompts

    with progress("Rendering prompts") as show:
        write_prompts(file, render_prompts(settings_from(), "served", show).prompts)
    return file


def _compare_results(a: Path, b: Path, as_json: bool) -> None:
    from serving.bench.compare import compare, print_comparison, to_dict
    from serving.bench.results import load_result

    first, second = load_result(a), load_result(b)
    rows = compare(first, second)
    print_json(to_dict(first, second, rows)) if as_json else print_comparison(first, second, rows, stdout())
