"""`groundwork model serve`: a checkpoint becomes a running vLLM."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.model.status import Reports, StatusFile, failure_reported
from cli.options import model_folder, print_json, settings_from, stdout
from core.errors import ConfigurationError, GroundworkError

if TYPE_CHECKING:
    from serving.launch.result import LaunchPlan
    from serving.launch.supervise import Stop
    from serving.launch.warm_up import WarmUp

_WAIT_SECONDS = 2.0
"""Between two looks for a model that is not there yet."""
_RETRY_SECONDS = 300.0
"""Before an unattended server tries again what has failed: what fills the memory may have ended by then."""


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
        typer.Option(
            help="none, ngram, suffix, draft=DIR or eagle3=DIR. Without: ngram; none for throughput, nor on a "
            "processor for a model with states."
        ),
    ] = None,
    lora: Annotated[list[str] | None, typer.Option(help="An adapter, name=DIR; repeatable.")] = None,
    name: Annotated[str | None, typer.Option(help="The model's name for requests. Without: from the folder.")] = None,
    host: Annotated[
        str,
        typer.Option(
            help="IP address to listen on. Another than this machine's own needs LLM_API_KEY, and a network in which "
            "nothing but the app reaches vLLM: not all of its endpoints ask for the key."
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8001,
    python: Annotated[Path | None, typer.Option(help="Python of an environment with vLLM.")] = None,
    unattended: Annotated[
        bool,
        typer.Option(
            "--unattended",
            help="For a container: wait for a model that is not there yet, and try again five minutes after a failure.",
        ),
    ] = False,
    status: StatusFile = None,
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
    from serving.launch.supervise import stop_on_signals
    from serving.performance.slo import parse_slo
    from serving.vllm import command, shown_python

    if as_json and not only_print:
        raise ConfigurationError("--json goes with --print.")
    if only_print and unattended:
        raise ConfigurationError("--print starts nothing, and --unattended says how to start. Omit one of them.")
    limits, speculation, adapters = parse_slo(slo), parse_speculation(speculate) if speculate else None, lora or ()

    def plan_of(folder: Path) -> LaunchPlan:
        request = LaunchRequest(
            folder=folder,
            slo=limits,
            profile=profile,
            prompt_tokens=prompt_tokens,
            answer_tokens=answer_tokens,
            context=context,
            cache_type=kv_cache_dtype,
            speculation=speculation,
            adapters=parse_adapters(adapters),
            name=name or served_name(folder),
            port=port,
            host=host,
        )
        checkpoint = read_checkpoint(folder)
        return plan_launch(choose_deployment(request, checkpoint, find_machine(os.environ), measure_processor))

    reports = Reports(status)
    if only_print:
        plan = plan_of(model_folder(model))
        before = command(shown_python(plan.hardware, python))
        print_json(to_dict(plan, before)) if as_json else print_launch(plan, before, stdout())
        return
    with stop_on_signals() as stop:
        if unattended:
            _serve_unattended(model, plan_of, python, stop, reports)
        else:
            with failure_reported(reports):
                _serve(plan_of(model_folder(model)), python, stop, reports)


def _serve_unattended(
    model: str, plan_of: Callable[[Path], LaunchPlan], python: Path | None, stop: Stop, reports: Reports
) -> None:
    """Serve as soon as the model is there, and again some time after a failure, until stopping is requested."""
    waits = False
    while not stop.requested:
        try:
            folder = model_folder(model)
        except ConfigurationError as error:
            if not waits:
                typer.echo(f"{error} Waiting for it.", err=True)
            waits = True
            stop.wait(_WAIT_SECONDS)
            continue
        try:
            with failure_reported(reports):
                _serve(plan_of(folder), python, stop, reports)
        except GroundworkError as error:
            typer.echo(f"{error}\nTrying again in {_RETRY_SECONDS:.0f} s.", err=True)
            stop.wait(_RETRY_SECONDS)


def _serve(plan: LaunchPlan, python: Path | None, stop: Stop, reports: Reports) -> None:
    """Keep vLLM running until the command is stopped; print the app's variables when it is ready."""
    from serving.launch.console import connection, readiness
    from serving.launch.speculation import check_packages
    from serving.launch.supervise import READY_AGAIN, supervise
    from serving.vllm import Environment, find_python

    interpreter = find_python(plan.hardware, python)
    if plan.request.speculation is not None:
        check_packages(plan.request.speculation, interpreter)
    settings = settings_from()
    if settings.llm_api_key is None and plan.request.is_exposed:
        raise ConfigurationError(
            f"--host is {plan.request.host}, where others may reach vLLM, and there is no LLM_API_KEY. Set one, or "
            "LLM_API_KEY_FILE; or listen on 127.0.0.1."
        )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    key = settings.llm_api_key or f"local-{secrets.token_urlsafe(24)}"

    def report(line: str) -> None:
        reports.line(line)
        if line.startswith(READY_AGAIN):
            reports.write("ready", line)

    def announce(measured: WarmUp) -> None:
        line = readiness(plan, measured)
        reports.line(line)
        reports.write("ready", line)
        if not plan.request.is_exposed:
            typer.echo(connection(plan, key))

    for note in plan.notes:
        typer.echo(note, err=True)
    environment = Environment(interpreter, os.environ, settings.data_dir / f"vllm-{plan.request.port}.log")
    supervise(plan, key, environment, stop, report, announce)
