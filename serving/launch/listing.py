"""A LaunchPlan as JSON and on the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from serving.launch.command import LaunchPlan
from serving.launch.warm_up import Warmth


def to_dict(plan: LaunchPlan, command: Sequence[str]) -> dict[str, Any]:
    """For `--json`: the command as a list, the flags with their reasons, the notes, and what the app needs."""
    return {
        "profile": plan.profile,
        "command": [*command, *plan.arguments],
        "flags": [{"flag": flag.name, "values": list(flag.words[1:]), "reason": flag.reason} for flag in plan.flags],
        "notes": list(plan.notes),
        "environment": {"LLM_BASE_URL": f"{plan.url}/v1", "LLM_MODEL": plan.request.served_name},
    }


def print_launch(plan: LaunchPlan, command: Sequence[str], console: Console) -> None:
    """The command, to be copied, then a line of reason for each flag."""
    lines = [shlex.join(command), *(shlex.join(flag.words) for flag in plan.flags)]
    console.print(" \\\n    ".join(lines), markup=False, soft_wrap=True)
    console.print()
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for flag in plan.flags:
        table.add_row(flag.name.removeprefix("--"), flag.reason)
    console.print(table, markup=False)
    for note in plan.notes:
        console.print(f"\n{note}", markup=False)


def readiness(plan: LaunchPlan, warmth: Warmth) -> str:
    """What the warm-up measured, beside what is wanted."""
    return (
        f"Ready. Alone, {warmth.prompt_tokens:,} prompt tokens take {warmth.ttft:,.0f} ms to the first token, and then "
        f"{warmth.itl:,.0f} ms a token; wanted: {plan.request.slo}."
    )


def connection(plan: LaunchPlan, key: str) -> str:
    """The line that connects the app: variables before a command of the shell."""
    variables = {"LLM_BASE_URL": f"{plan.url}/v1", "LLM_API_KEY": key, "LLM_MODEL": plan.request.served_name}
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
