"""The sets of questions that the systems are asked.

Of the own domain these are the hand-written cases whose gold pages are all held out of the training, and those without
a gold page (unanswerable and underspecified ones). Of another domain they are all cases of the split: no page of it was
trained on. Where a set is limited, cases are taken by the hash of their ids, in the kinds' proportions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.domain import load_domain
from core.errors import ConfigurationError
from core.files import SHARED_FILE, replace_text
from core.settings import Settings, read_settings
from evals.cases.case import Case
from evals.cases.read import choose_split, load_cases, read_lines
from evals.distill.run.request import DistillRunRequest, OtherDomain, set_name
from evals.run.request import ChosenSplit


@dataclass(frozen=True, slots=True)
class JudgeSet:
    """Questions over one index.

    name      the domain's name
    settings  those of the domain's service, without a model
    files     what the questions are read from
    is_own    whether the student is trained on the other documents of this index
    """

    name: str
    settings: Settings
    files: tuple[Path, ...]
    is_own: bool


def judge_sets(settings: Settings, request: DistillRunRequest, environment: Mapping[str, str]) -> tuple[JudgeSet, ...]:
    """Return the own set and those of the other domains. Raises ConfigurationError for names that are used twice."""
    own = load_domain(settings.domain_dir)
    first = JudgeSet(set_name(own.name), _without_model(settings), request.cases or (own.cases,), is_own=True)
    sets = (first, *(_other(one, environment) for one in request.also))
    names = [one.name for one in sets]
    if repeated := [name for name in names if names.count(name) > 1]:
        raise ConfigurationError(
            f"--also-judge names the domain '{repeated[0]}', which is judged already. Name another domain, or omit it."
        )
    return sets


def _other(other: OtherDomain, environment: Mapping[str, str]) -> JudgeSet:
    """Return the set of a domain over its own data directory, with the environment's other settings."""
    settings = read_settings(
        {**environment, "GROUNDWORK_DOMAIN": other.domain, "GROUNDWORK_DATA_DIR": str(other.data_dir)}
    )
    domain = load_domain(settings.domain_dir)
    return JudgeSet(set_name(domain.name), _without_model(settings), (domain.cases,), is_own=False)


def _without_model(settings: Settings) -> Settings:
    return replace(settings, llm_base_url=None, llm_api_key=None, llm_model=None, llm_status_file=None)


@dataclass(frozen=True, slots=True)
class ChosenCases:
    """The questions that are asked, as lines of their files, and how many of the split were left out, by reason."""

    lines: tuple[str, ...]
    left_out: Mapping[str, int]


def choose_cases(
    files: Sequence[Path], split: ChosenSplit, held_out: Collection[str] | None, most: int | None
) -> ChosenCases:
    """Return the cases of a split; with `held_out`, those whose gold pages are all among these documents.

    Raises ConfigurationError where none is left, and for an id that two files have.
    """
    found: dict[str, tuple[Case, str]] = {}
    for file in files:
        for case, (number, line) in zip(load_cases(file), read_lines(file), strict=True):
            if case.id in found:
                raise ConfigurationError(
                    f"{file}, line {number}: '{case.id}' is also the id of a case of another file. Give one of them "
                    "another id."
                )
            found[case.id] = case, line
    cases = choose_split([case for case, _ in found.values()], split, files[0])
    unseen = [case for case in cases if held_out is None or all(gold.document_id in held_out for gold in case.gold)]
    if not any(case.gold for case in unseen):
        raise ConfigurationError(
            f"{', '.join(map(str, files))}: of {len(cases)} cases none has its gold pages among the documents that are "
            f"held out of the training ({', '.join(sorted(held_out or ())[:5])} …). Write questions about these, and "
            "name the file with --cases."
        )
    chosen = _limited(unseen, most)
    ids = {case.id for case in chosen}
    return ChosenCases(
        tuple(line for case, line in found.values() if case.id in ids),
        {"about pages that were trained on": len(cases) - len(unseen), "over the limit": len(unseen) - len(chosen)},
    )


def write_cases(file: Path, chosen: ChosenCases) -> str:
    """Write the cases to a file and return its SHA-256."""
    text = "".join(f"{line}\n" for line in chosen.lines)
    replace_text(file, text, SHARED_FILE)
    return hashlib.sha256(text.encode()).hexdigest()


def _limited(cases: Sequence[Case], most: int | None) -> list[Case]:
    """Return at most so many cases: each kind's cases by the hash of their ids, spread evenly over the order."""
    if most is None or len(cases) <= most:
        return list(cases)
    placed: list[tuple[float, str, Case]] = []
    for kind in sorted({case.kind for case in cases}):
        members = sorted((case for case in cases if case.kind == kind), key=_hash)
        placed += [((number + 0.5) / len(members), kind, case) for number, case in enumerate(members)]
    return [case for _, _, case in sorted(placed, key=lambda one: one[:2])][:most]


def _hash(case: Case) -> bytes:
    return hashlib.sha256(case.id.encode()).digest()
