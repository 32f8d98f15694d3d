"""The commands of docs/quickstart.md do what the page says: they are run in order, and their output is compared.

`groundwork` runs in this process, everything else in bash. An ellipsis on the page stands for any text, and white space
for any white space, because the terminal's width decides where lines end.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import cli

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quickstart.md"
_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands_with_output(page: str) -> Iterator[tuple[str, str]]:
    for block in _BLOCK.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def pattern_of(output: str) -> str:
    words = (".*?".join(re.escape(piece) for piece in word.split("…")) for word in output.split())
    return r"\s+".join(words)


def test_every_command_of_the_quick_start_prints_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = 0
    for command, expected in commands_with_output(PAGE.read_text(encoding="utf-8")):
        words = shlex.split(command)
        if words[0] == "export":
            for setting in words[1:]:
                name, _, value = setting.partition("=")
                if name != "PATH":
                    monkeypatch.setenv(name, value)
        elif words[0] == "groundwork":
            if not asked:
                # Where the database does not exist yet, an answer may not wait for it (docs/records.md).
                CliRunner().invoke(cli, ["records", "export"])
            asked += 1
            result = CliRunner().invoke(cli, words[1:])
            assert result.exit_code == 0, result.output
            assert re.fullmatch(pattern_of(expected), result.stdout.strip(), re.DOTALL), result.stdout
        else:
            subprocess.run(["bash", "-euc", command], check=True)
    assert asked >= 7
