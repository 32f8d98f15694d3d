"""The answers file of a project: which version of which template it was made from, and with which answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from core.errors import ConfigurationError

ANSWERS = ".copier-answers.yml"
Answer = str | bool | int | float
_HEAD = "# What this project was made from, and with which answers. `groundwork update` reads it and writes it.\n"


@dataclass(frozen=True, slots=True)
class Answers:
    """The template's origin (a path or a URL), the name of its version, and the answers by question."""

    origin: str
    version: str
    answers: Mapping[str, Answer]

    @property
    def domain(self) -> str:
        """Return the name of the project's domain."""
        return str(self.answers["name"])


def read_answers(project: Path) -> Answers:
    """Read the answers of a project.

    Raises ConfigurationError for a folder that is no project of a template, and for a file that cannot be read.
    """
    file = project / ANSWERS
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            f"{project} has no {ANSWERS}, and so was not made by `groundwork new` or copier. Run the command in the "
            "folder of such a project, or name it: --project"
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(
            f"{file} cannot be read: {error}. Take it back from git: git checkout {file}"
        ) from error
    missing = [key for key in ("_src_path", "_commit", "name") if not isinstance(found, dict) or not found.get(key)]
    if missing:
        raise ConfigurationError(
            f"{file} has no '{missing[0]}', so that it does not say what the project was made from. Take it back from "
            f"git: git checkout {file}"
        )
    answers = {key: value for key, value in found.items() if not key.startswith("_")}
    return Answers(str(found["_src_path"]), str(found["_commit"]), answers)


def write_answers(project: Path, answers: Answers) -> None:
    """Write the answers of a project as copier writes them, so that it can update the project too."""
    rows = {"_commit": answers.version, "_src_path": answers.origin, **dict(sorted(answers.answers.items()))}
    text = yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=1_000_000)
    (project / ANSWERS).write_text(_HEAD + text, encoding="utf-8")
