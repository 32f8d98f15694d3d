"""`groundwork model distill train`: a small model is taught to answer from sources as it will be served."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import AsJson, model_folder, print_json, progress, stdout


def train_command(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="The model to teach: a folder, or a name of `model get`.")
    ],
    data: Annotated[Path, typer.Option(help="Examples, as `groundwork model distill data` writes them.")],
    out: Annotated[Path, typer.Option(help="The new folder; a training that was killed is continued.")],
    method: Annotated[
        Literal["auto", "full", "lora"], typer.Option(help="Train all weights, or adapters. auto: by size and memory.")
    ] = "auto",
    merge: Annotated[bool, typer.Option("--merge", help="Add the adapters into the weights of a checkpoint.")] = False,
    budget: Annotated[str, typer.Option(help="Time for everything, as in 60m or 1h30m; none for no limit.")] = "60m",
    epochs: Annotated[float, typer.Option(help="Times that each example is seen, at most.")] = 3.0,
    batch: Annotated[int, typer.Option(help="Examples of a step.")] = 8,
    learning_rate: Annotated[float | None, typer.Option(help="The highest. Without: by method and size.")] = None,
    row_tokens: Annotated[int, typer.Option(help="Tokens computed at once: more take more memory.")] = 2048,
    max_tokens: Annotated[int, typer.Option(help="Tokens of an example; a longer one is left out.")] = 2048,
    lora_rank: Annotated[int, typer.Option(help="Of the adapters.")] = 16,
    evaluations: Annotated[int, typer.Option(min=0, help="Evaluations during the training, at most.")] = 8,
    evaluation_prompts: Annotated[int, typer.Option(min=1, help="Held-out prompts answered in each of them.")] = 24,
    patience: Annotated[int, typer.Option(help="Evaluations without improvement after which it ends.")] = 3,
    checkpoints: Annotated[
        Path | None, typer.Option(help="A folder to keep the weights of every evaluation in, for a learning curve.")
    ] = None,
    save_every: Annotated[float, typer.Option(min=0, help="Minutes between checkpoints to continue from.")] = 5.0,
    teacher: Annotated[
        str | None, typer.Option(help="A larger model with the same tokenizer whose distributions are learned as well.")
    ] = None,
    teacher_weight: Annotated[float, typer.Option(help="Of the teacher in the loss, above 0 up to 1.")] = 0.5,
    teacher_temperature: Annotated[float, typer.Option(help="Of both distributions.")] = 1.0,
    teacher_beta: Annotated[
        float, typer.Option(help="0: KL(teacher, student); 1: KL(student, teacher); between: Jensen-Shannon.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Of the order of the examples.")] = 0,
    estimate: Annotated[bool, typer.Option("--estimate", help="Report what it will take, and stop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Teach a small model to answer from your documents, with citations."""
    from serving.distill.console import expectation, print_result
    from serving.distill.knowledge import Knowledge
    from serving.distill.request import TrainingRequest, parse_budget
    from serving.distill.run import prepare, train

    request = TrainingRequest(
        model=model_folder(model),
        data=data,
        out=out,
        method=None if method == "auto" else method,
        merge=merge,
        budget_seconds=parse_budget(budget),
        epochs=epochs,
        batch_examples=batch,
        row_tokens=row_tokens,
        max_tokens=max_tokens,
        learning_rate=learning_rate,
        lora_rank=lora_rank,
        evaluations=evaluations,
        evaluation_prompts=evaluation_prompts,
        patience=patience,
        save_seconds=60 * save_every,
        checkpoints=checkpoints,
        seed=seed,
        knowledge=Knowledge(model_folder(teacher), teacher_weight, teacher_temperature, teacher_beta)
        if teacher
        else None,
    )
    prepared = prepare(request)
    for line in (*prepared.warnings, expectation(prepared)):
        typer.echo(line, err=True)
    if estimate:
        if as_json:
            print_json(prepared.to_dict())
        return
    with progress("Training") as show:
        result = train(prepared, _Shown(show))
    if as_json:
        print_json(result.to_dict())
    else:
        print_result(result, stdout())


@dataclass(frozen=True, slots=True)
class _Shown:
    """Says on stderr what is done."""

    steps: Callable[[int, int], None]

    def note(self, text: str) -> None:
        """Say one thing."""
        typer.echo(text, err=True)
