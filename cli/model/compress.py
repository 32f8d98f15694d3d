"""`groundwork model compress`: a smaller checkpoint, and what it still answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.model.prompts import render_to_file
from cli.options import AsJson, model_folder, print_json, progress, settings_from, stdout
from core.errors import ConfigurationError


def compress_command(
    checkpoint: Annotated[
        str, typer.Argument(metavar="MODEL", help="A checkpoint in 16 bits: a folder, or a name of `model get`.")
    ],
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
    sparsity: Annotated[str | None, typer.Option(help="2:4, or a share as in 0.5; with --prune. Without: 2:4.")] = None,
    group_size: Annotated[
        int | None, typer.Option(help="Weights that share a scale: 128, 64 or 32. Without: the largest that fits.")
    ] = None,
    gpu: Annotated[
        str | None, typer.Option(help="The GPU that will serve, by its name in gpus.yaml. Without: this machine.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Measure what it still answers, with vLLM.")] = False,
    check_prompts: Annotated[
        Path | None, typer.Option(help="Prompts to check with, in place of those of held-out documents and cases.")
    ] = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Report what it will take, and stop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compress a model on your own prompts, and measure what it still answers."""
    from serving.compress.check import prepare_check, run_check
    from serving.compress.console import expectation, print_result
    from serving.compress.methods import parse_scheme
    from serving.compress.request import CompressionRequest
    from serving.compress.run import compress, prepare
    from serving.compress.target import find_target

    if sparsity is not None and prune is None:
        raise ConfigurationError(f"--sparsity is {sparsity}, and nothing is pruned. Add --prune, or omit it.")
    chosen = replace(parse_scheme(scheme, kv_cache_dtype, prune, sparsity or "2:4"), group_size=group_size)
    if prompts is not None and not chosen.needs_prompts:
        raise ConfigurationError(f"--prompts is {prompts}, and {chosen.label} is not calibrated. Omit it.")
    folder = model_folder(checkpoint)
    if prompts is None and chosen.needs_prompts:
        prompts = _domain_prompts("calibration", folder)
    share = general_share if general is not None else 0.0
    prepared = prepare(
        CompressionRequest(str(folder), out, chosen, find_target(gpu), prompts, samples, max_tokens, general, share)
    )
    questions = None
    if check:
        calibrated_on = prepared.calibration.documents if prepared.calibration else frozenset[str]()
        questions = prepare_check(check_prompts or _domain_prompts("check", folder), chosen, calibrated_on)
    for line in (*prepared.warnings, expectation(prepared)):
        typer.echo(line, err=True)
    if estimate:
        if as_json:
            print_json(prepared.to_dict())
        return
    with progress("Compressing") as show:
        result = compress(prepared, show)
    found = None
    if questions is not None:
        with progress("Checking") as show:
            found = run_check(prepared.checkpoint.folder, out, result, questions, show)
    if as_json:
        print_json({**result.to_dict(), "check": found.to_dict() if found else None})
    else:
        print_result(result, found, stdout())


def _domain_prompts(part: Literal["calibration", "check"], checkpoint: Path) -> Path:
    """Render prompts for a model from the domain's index into the data directory, where they can be inspected.

    A checkpoint's folder has the name of its model, by which a small one is recognised.
    """
    settings = settings_from()
    return render_to_file(settings, part, settings.data_dir / f"{part}.jsonl", checkpoint.name)
