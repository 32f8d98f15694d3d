"""`groundwork model serve`: a checkpoint becomes a running vLLM."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.options import model_folder, print_json, settings_from, stdout
from core.errors import ConfigurationError

if TYPE_CHECKING:
    from serving.launch.result import LaunchPlan
    from serving.launch.warm_up import WarmUp


def serve_command(
    model: Annotated[
        str,
        typer.Argument(help="A checkpoint's folder (config.json, tokenizer, *.safetensors), or a name of `model get`."),
    ],
    profile: Annotated[
        Literal["latency", "throughput", "cpu"] | None, typer.Option(help="Without: latency on a GPU, else cpu.")
    ] = None,
    slo: Annotated[str, typer.Option(help="Limits in milliseconds: ttft, itl, e2e, any of them.")] = "ttft=1000,itl=50",
    prompt_tokens: Annotated[int, typer.Option(help="Tokens of a usual prompt, passages included.")] = 1500,
    answer_tokens: Annotated[int, typer.Option(help="Tokens of a usual answer.")] = 300,
    context: Annotated[int | None, typer.Option(help="Tokens of the longest request. Without: 8192 at most.")] = None,
    kv_cache_dtype: Annotated[Literal["auto", "fp8"], typer.Option(help="Type of the key-value cache.")] = "auto",
    speculate: Annotated[
        str | None,
        typer.Option(help="none, ngram, suffix, draft=DIR or eagle3=DIR. Without: ngram, but none for throughput."),
    ] = None,
    lora: Annotated[list[str] | None, typer.Option(help="An adapter, name=DIR; repeatable.")] = None,
    name: Annotated[str | None, typer.Option(help="The model's name for requests. Without: from the folder.")] = None,
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
    from serving.checkpoint.read import read_checkpoint
    from serving.get.folders import served_name
    from serving.hardware.machine import find_machine
    from serving.launch.adapters import parse_adapters
    from serving.launch.console import print_launch
    from serving.launch.deployment import choose_deployment
    from serving.launch.flags import plan_launch
    from serving.launch.request import LaunchRequest
    from serving.launch.result import to_dict
    from serving.launch.speculation import parse_speculation
    from serving.launch.speed import measure_processor
    from serving.performance.slo import parse_slo
    from serving.vllm import command, shown_python

    if as_json and not only_print:
        raise ConfigurationError("--json goes with --print.")
    folder = model_folder(model)
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
        name=name or served_name(folder),
        port=port,
    )
    checkpoint = read_checkpoint(folder)
    plan = plan_launch(choose_deployment(request, checkpoint, find_machine(os.environ), measure_processor))
    if only_print:
        before = command(shown_python(plan.hardware, python))
        print_json(to_dict(plan, before)) if as_json else print_launch(plan, before, stdout())
    else:
        _serve(plan, python)


def _serve(plan: LaunchPlan, python: Path | None) -> None:
    """Keep vLLM running until the command is stopped; print the app's variables when it is ready."""
    from serving.launch.console import connection, readiness
    from serving.launch.speculation import check_packages
    from serving.launch.supervise import stop_on_signals, supervise
    from serving.vllm import Environment, find_python

    interpreter = find_python(plan.hardware, python)
    if plan.request.speculation is not None:
        check_packages(plan.request.speculation, interpreter)
    settings = settings_from()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    key = settings.llm_api_key or f"local-{secrets.token_urlsafe(24)}"

    def report(line: str) -> None:
        typer.echo(line, err=True)

    def announce(measured: WarmUp) -> None:
        report(readiness(plan, measured))
        typer.echo(connection(plan, key))

    for note in plan.notes:
        report(note)
    environment = Environment(interpreter, os.environ, settings.data_dir / f"vllm-{plan.request.port}.log")
    with stop_on_signals() as stop:
        supervise(plan, key, environment, stop, report, announce)
