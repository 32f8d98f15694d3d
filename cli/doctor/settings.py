"""Settings: values that every command refuses, names in `.env` that are none, and lines that the shell of `make demo`
does not read as they are meant.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.doctor.finding import Finding, ok, problem, warning
from cli.doctor.python import OLDEST

_ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")
_EXAMPLE = re.compile(r"^#?\s?([A-Z][A-Z0-9_]+)=", re.MULTILINE)
_COMPOSED = re.compile(r"\$\{([A-Z][A-Z0-9_]*)")
OTHERS = frozenset({"DOCS", "MODEL", "CUDA_VISIBLE_DEVICES", "TESSDATA_PREFIX", "TMPDIR"})
"""Variables of the Makefile, and of libraries, that the example does not list."""
PREFIXES = ("OTEL_", "HF_", "VLLM_", "COMPOSE_", "PIP_", "SSL_", "http", "HTTP", "https", "NO_", "no_")
"""Variables of libraries that are given to them as they are."""


@dataclass(frozen=True)
class EnvFile:
    """`.env` as it was read.

    exists  whether there is one
    values  by name, without quotes
    broken  numbers of lines that are no assignment
    spaced  names whose value has a blank outside of quotes
    """

    exists: bool
    values: Mapping[str, str]
    broken: tuple[int, ...] = ()
    spaced: tuple[str, ...] = ()


def read_env(file: Path) -> EnvFile:
    """Read the file; one that does not exist has no values."""
    if not file.exists():
        return EnvFile(exists=False, values={})
    values: dict[str, str] = {}
    broken, spaced = [], []
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        found = _ASSIGNMENT.fullmatch(stripped)
        if found is None:
            broken.append(number)
            continue
        name, value = found[1], found[2]
        if value[:1] in ("'", '"'):
            value = value[1:].partition(value[0])[0]
        else:
            value = re.split(r"\s#", value)[0].rstrip()
            if re.search(r"\s", value):
                spaced.append(name)
        values[name] = value
    return EnvFile(exists=True, values=values, broken=tuple(broken), spaced=tuple(spaced))


def known_names(example: str, compose: str) -> frozenset[str]:
    """Return the settings: those of .env.example, each also as a path with `_FILE`, and those of docker-compose.yml."""
    names = set(_EXAMPLE.findall(example))
    return frozenset(names | {f"{name}_FILE" for name in names} | set(_COMPOSED.findall(compose)) | OTHERS)


def check_env(file: EnvFile, known: frozenset[str]) -> Iterator[Finding]:
    """Yield what is wrong in .env. Values are not printed: some are secrets."""
    if not file.exists:
        yield ok(".env", "There is none, and none is needed: every setting has a default (.env.example).")
        return
    findings = [*_unreadable(file), *_unknown(file, known)]
    yield from findings or [ok(".env", f"{len(file.values)} settings, all of them known.")]


def check_values(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what every command would say of the settings: an address that is none, a domain that does not exist.

    With a Python that is too old for Groundwork they are not read.
    """
    if sys.version_info < OLDEST:
        return
    from core.errors import ConfigurationError
    from core.settings import read_settings

    try:
        domain = read_settings(environment).domain_dir.name
    except ConfigurationError as error:
        yield problem("settings", str(error), "Correct it in .env, in the environment, or in the file that is named.")
    else:
        yield ok("settings", f"They can be used. The domain is {domain}.")


def _unreadable(file: EnvFile) -> Iterator[Finding]:
    for number in file.broken:
        yield problem(".env", f"Line {number} is no NAME=value.", "Write NAME=value, without blanks around =.")
    for name in file.spaced:
        yield problem(
            ".env",
            f"The value of {name} has a blank outside of quotes; the shell of `make demo` takes what follows it for a "
            "command.",
            f'Put it into quotes: {name}="…"',
        )


def _unknown(file: EnvFile, known: frozenset[str]) -> Iterator[Finding]:
    for name in file.values:
        if name in known or name.startswith(PREFIXES):
            continue
        close = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.8)
        yield warning(
            ".env",
            f"{name} is no setting, and has no effect.",
            f"Did you mean {close[0]}?" if close else "Remove it; .env.example lists the settings.",
        )
