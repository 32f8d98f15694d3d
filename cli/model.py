"""`groundwork model …`: what it takes to serve the model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.terms import AsJson, print_json, stdout, write_text

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
