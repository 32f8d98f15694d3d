"""What a distillation is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from core.errors import ConfigurationError
from core.settings import without_password
from evals.distill.data.teacher.client import Teacher
from evals.run.request import ChosenSplit

Method: TypeAlias = Literal["auto", "full", "lora"]

_NAME = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class OtherDomain:
    """Another domain whose questions the systems are asked: a domain's name or folder, and its data directory."""

    domain: str
    data_dir: Path


@dataclass(frozen=True, slots=True)
class DistillRunRequest:
    """What to make and how to judge it.

    model        the folder of the checkpoint that becomes the student
    out          the folder of the run
    budget_s     seconds for all stages of all starts together
    cases        files with questions over the own domain's documents; empty: the domain's own cases
    also         other domains to judge on, of which no document was trained on
    questions    at most so many of each set; None: all
    concurrency  questions at a time
    number       examples to make; None: the default of `groundwork model distill data`
    teacher      the model that writes the examples; None: templates
    compress     whether the student is also compressed to w8a8
    keep_checkpoints  whether the weights of each evaluation during the training are kept
    redo         whether stages whose inputs have changed are done again
    """

    model: Path
    out: Path
    budget_s: float = 3600.0
    cases: tuple[Path, ...] = ()
    also: tuple[OtherDomain, ...] = ()
    split: ChosenSplit = "test"
    questions: int | None = None
    recipe: str = "default"
    concurrency: int = 4
    number: int | None = None
    seed: int = 0
    method: Method = "auto"
    teacher: Teacher | None = None
    compress: bool = True
    keep_checkpoints: bool = False
    redo: bool = False

    def __post_init__(self) -> None:
        """Raise ConfigurationError for values that cannot be used."""
        for option, value in (
            ("--questions", self.questions),
            ("--concurrency", self.concurrency),
            ("--number", self.number),
        ):
            if value is not None and value < 1:
                raise ConfigurationError(f"{option} is {value}; it must be at least 1.")
        names = [one.domain for one in self.also]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ConfigurationError(f"--also-judge names the domain '{repeated[0]}' twice. Name each one once.")

    def describe_teacher(self) -> dict[str, str | None] | None:
        """Return which teacher it is, as JSON values; its key and a password in its address are no part of that."""
        if self.teacher is None:
            return None
        return {"address": without_password(self.teacher.address), "model": self.teacher.model}


def parse_other_domain(text: str) -> OtherDomain:
    """Return what `DOMAIN=DATA_DIR` names. Raises ConfigurationError for a text that is not of this form."""
    domain, separator, folder = text.partition("=")
    if not (separator and domain.strip() and folder.strip()):
        raise ConfigurationError(
            f"--also-judge is '{text}'; it must be DOMAIN=DATA_DIR, a domain and the data directory that its documents "
            "were ingested into, as in onboarding=.groundwork."
        )
    return OtherDomain(domain.strip(), Path(folder.strip()).expanduser())


def set_name(domain: str) -> str:
    """Return a domain's name as the name of a folder. Raises ConfigurationError where it cannot be one."""
    if not _NAME.fullmatch(domain) or domain.startswith("."):
        raise ConfigurationError(f"The domain's name is '{domain}', which cannot be the name of a folder. Rename it.")
    return domain
