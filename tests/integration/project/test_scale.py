"""The table of docs/scale.md is what `groundwork model plan` says now."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from typer.testing import CliRunner

from cli.main import cli
from testing.builders import REPOSITORY
from testing.documented import table_rows

USERS = ("100", "1000", "10000")


def quoted() -> list[str]:
    """Return the words of the command that the page shows."""
    page = (REPOSITORY / "docs" / "scale.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^    groundwork (model plan .*)$", page, re.MULTILINE)
    return shlex.split(line)


@pytest.mark.long
def test_the_sizes_are_those_of_the_planner() -> None:
    words = quoted()
    place = words.index("--users") + 1
    cells: dict[tuple[str, str], list[str]] = {}
    for users in USERS:
        done = CliRunner().invoke(cli, [*words[:place], users, *words[place + 1 :], "--json"])
        assert done.exit_code == 0, done.output
        for option in json.loads(done.stdout)["options"]:
            size = f"{option['replicas']} × {option['gpus_per_replica']}, ${option['usd_per_month']:,.0f}"
            cells.setdefault((option["model"], option["gpu"]), []).append(size)
    assert {(model, gpu): sizes for model, gpu, *sizes in table_rows("scale.md", "GPUs")} == cells
