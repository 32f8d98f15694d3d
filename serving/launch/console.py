"""A LaunchPlan on the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from serving.checkpoint.lineage import describe_lineage
from serving.launch.result import LaunchPlan, lineages
from serving.launch.warm_up import WarmUp


def print_launch(plan: LaunchPlan, command: Sequence[str], console: Console) -> None:
    """Print the command, to be copied, then a line of reason for each flag, then the notes."""
    lines = [shlex.join(command), *(shlex.join(flag.words) for flag in plan.flags)]
    console.print(" \\\n    ".join(lines), markup=False, soft_wrap=True)
    console.print()
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for flag in plan.flags:
        table.add_row(flag.name.removeprefix("--"), flag.reason)
    console.print(table, markup=False)
    for name, steps in lineages(plan.request).items():
        if len(steps) > 1:
            console.print(f"\n{name}: {describe_lineage(steps)}", markup=False)
    for note in plan.notes:
        console.print(f"\n{note}", markup=False)


def readiness(plan: LaunchPlan, measured: WarmUp) -> str:
    """Return the line that compares what the warm-up measured with the service level."""
    return (
        f"Ready. A single request with {measured.prompt_tokens:,} prompt tokens takes {measured.ttft:,.0f} ms to the "
        f"first token, and then {measured.itl:,.0f} ms a token; the limits are {plan.request.slo}."
    )


def connection(plan: LaunchPlan, key: str) -> str:
    """Return the line that connects the app: variables to write before a command of the shell."""
    variables = {"LLM_BASE_URL": f"{plan.url}/v1", "LLM_API_KEY": key, "LLM_MODEL": plan.request.served_name}
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
