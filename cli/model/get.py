"""`groundwork model get`: a model by name, without a hub where it can be."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.model.status import Reports, StatusFile, failure_reported
from cli.options import AsJson, print_json, settings_from, stdout
from core.errors import ConfigurationError


def get_command(
    name: Annotated[
        str | None,
        typer.Argument(
            help="An offered model (smollm2: to prove the chain with, too small to answer well), a GGUF file, a "
            "checkpoint's folder, or organisation/model on the Hugging Face Hub. Without: the list."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The model's folder. Without: one in GROUNDWORK_MODELS_DIR.")] = None,
    only_list: Annotated[bool, typer.Option("--list", help="List the models that are offered by name.")] = False,
    status: StatusFile = None,
    as_json: AsJson = False,
) -> None:
    """Get a model as a checkpoint that the other commands accept by its name."""
    from serving.get.catalogue import OFFERS
    from serving.get.console import print_offers, print_result
    from serving.get.request import parse_request
    from serving.get.result import offers_to_dict, to_dict
    from serving.get.run import get_model

    if name is None or only_list:
        if name is not None or out is not None:
            raise ConfigurationError("--list names no model and no --out. Omit it to get one.")
        offers = tuple(OFFERS.values())
        print_json(offers_to_dict(offers)) if as_json else print_offers(offers, stdout())
        return
    models = settings_from().models
    reports = Reports(status)
    with failure_reported(reports):
        result = get_model(parse_request(name, out, models), reports.line)
    if result.state != "there":
        reports.line(f"The model {result.name} is there.")
    print_json(to_dict(result)) if as_json else print_result(result, models, stdout())
