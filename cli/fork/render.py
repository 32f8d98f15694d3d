"""Render a version of the template with the answers: copier, without git."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from cli.fork.answers import ANSWERS, Answer, Answers
from cli.fork.template import Release, Template
from core.errors import ConfigurationError, ForkError

INSTALL = ".venv/bin/pip install -c constraints.txt -e '.[fork]'"


def check_copier() -> None:
    """Raise ConfigurationError where copier is not installed."""
    try:
        import copier  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(
            f"Copier, which makes projects from the template, is not installed ({error}). Install it: {INSTALL}, or "
            "without a checkout: pip install 'groundwork[fork]'"
        ) from error


def render(
    template: Template,
    release: Release,
    folder: Path,
    data: Mapping[str, Answer],
    *,
    defaults: bool,
    own_files: bool,
) -> Answers:
    """Write the files of a version into a folder, and return the answers that it was made with.

    Questions without an answer in `data` get their default, or are asked on the terminal. Without `own_files`, what
    belongs to a fork is left out. Copier starts git once for each file where it finds git, three times the time of all
    else, and needs it for nothing here: the template is a plain folder. Raises ConfigurationError for answers that are
    wrong, and ForkError where copier fails.
    """
    check_copier()
    from copier import run_copy
    from copier.errors import CopierError, InteractiveSessionError
    from plumbum import local

    with template.files(release) as files:
        try:
            with warnings.catch_warnings(action="ignore"), local.env(PATH=""):
                worker = run_copy(
                    str(files), folder, data={**data, "own_files": own_files}, defaults=defaults, quiet=True
                )
        except KeyboardInterrupt:
            raise ForkError("The questions were not answered, and nothing was made.") from None
        except InteractiveSessionError as error:
            raise ConfigurationError(
                "There is no terminal to ask on. Answer with --data name=…, and take the other answers with --defaults."
            ) from error
        except ValueError as error:
            raise ConfigurationError(f"{_line(error)} Answer it with --data: docs/forking.md") from error
        except (CopierError, OSError) as error:
            raise ForkError(f"Copier could not make the files of {release.name}: {_line(error)}") from error
    known = _asked(worker.answers.combined, folder / ANSWERS)
    return Answers(template.origin, release.name, known)


def _asked(answers: Mapping[str, Any], file: Path) -> dict[str, Answer]:
    """Return the answers that copier remembers in its file."""
    remembered = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {key: value for key, value in answers.items() if key in remembered and not key.startswith("_")}


def _line(error: Exception) -> str:
    """Return an error's message in one line."""
    return " ".join(str(error).split())
