"""`python3 -m cli.doctor [--json]`: examine this machine. Exit code 0, or 1 when there is a problem.

`--env` examines `.env` alone and prints only what is wrong, on stderr; `make demo` does so before it reads the file.
Its exit code is 0: what a shell makes of such a line is the shell's to decide.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from cli.doctor.disk import check_disk, find_disk
from cli.doctor.docker import check_docker, find_docker
from cli.doctor.finding import Finding
from cli.doctor.gpu import check_gpus, find_gpus
from cli.doctor.hardware import check_hardware, find_hardware
from cli.doctor.ports import check_ports, find_ports
from cli.doctor.python import check_tools, find_tools
from cli.doctor.report import as_json, as_text, finding_as_text
from cli.doctor.settings import EnvFile, check_env, check_values, known_names, read_env

PROJECT = Path(__file__).resolve().parents[2]


def examine(project: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield every finding about this machine; a variable of the environment wins over .env, as with `make demo`."""
    file = read_env(project / ".env")
    settings = {**file.values, **environment}
    docker = find_docker()
    data = project / Path(settings.get("GROUNDWORK_DATA_DIR") or ".groundwork").expanduser()
    yield from check_tools(find_tools())
    yield from check_docker(docker)
    yield from check_hardware(find_hardware())
    yield from check_gpus(find_gpus(), docker)
    yield from check_disk(find_disk(project, data, docker.root))
    yield from check_ports(find_ports(settings))
    yield from check_values(settings)
    yield from examine_env(project, file)


def examine_env(project: Path, file: EnvFile) -> Iterator[Finding]:
    """Yield the findings about `.env` alone, by the settings that this checkout knows."""
    yield from check_env(file, known_names(_text(project / ".env.example"), _text(project / "docker-compose.yml")))


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def main() -> None:
    """Print the findings and exit."""
    parser = argparse.ArgumentParser(prog="make doctor", description="Whether this machine can run Groundwork.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--env", action="store_true", help="examine .env alone, and print only what is wrong in it")
    arguments = parser.parse_args()
    if arguments.env:
        for finding in examine_env(PROJECT, read_env(PROJECT / ".env")):
            if finding.level != "ok":
                print(finding_as_text(finding), file=sys.stderr)
        return
    findings = tuple(examine(PROJECT, os.environ))
    print(as_json(findings) if arguments.json else as_text(findings))
    sys.exit(any(finding.level == "problem" for finding in findings))


if __name__ == "__main__":
    main()
