"""Measure computed citations: precision and recall of the markers of answers, before and after they are computed.

    python -m benchmarks.citations DATA_FOLDER

DATA_FOLDER has `hagrid_dev.jsonl.gz`, `gensearch_dev.jsonl.gz` and `mtrag_human.jsonl.gz` (answers of models over
retrieved passages, judged by people). The passages of a question are those of all its answers, filled up to six with
passages of other questions; those that a sentence is labelled with are the right ones. Four ways to write the markers
are compared: the right ones, none, one passage too far, and at random. "uns." is the share of the sentences that
people judged not attributable that cite something all the same.

mtrag_human has no labels by passage. Its passages are mixed with as many of other questions there, and a marker
is right if it is one of the question's own.

The last lines are the answers on which the watch for degenerate output raised an alarm.

Not covered: whether a passage that is not labelled supports the sentence as well, which lowers the precision.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.answer.citations import CitationWriter, cited_passages
from app.answer.generated.degenerate import EchoWatch
from app.answer.generated.shown import ShownText
from app.answer.ground import Grounder
from app.answer.parts import split_parts
from app.answer.types import Passage
from core.types import Chunk

_PASSAGES = 6
_ANSWERS = ("mtrag_human", "clapnq_gold", "hagrid_dev", "gensearch_dev", "expertqa_dev")


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence or answer with its passages, and the numbers of those that it is labelled with."""

    question: str
    answer: str
    contexts: tuple[str, ...]
    right: frozenset[int]
    is_supported: bool


def read_rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of a file of the folder."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def labelled_cases(rows: Sequence[dict[str, Any]], seed: int = 0) -> list[Case]:
    """Return the rows that people judged, with the passages of all answers to their question and others."""
    pools: dict[str, list[str]] = {}
    for row in rows:
        pool = pools.setdefault(row["source_id"], [])
        pool += [context for context in row["contexts"] if context not in pool]
    everything = [context for pool in pools.values() for context in pool]
    chance = random.Random(seed)
    cases = []
    for row in rows:
        if row["y"] is None or not row["contexts"]:
            continue
        contexts = list(pools[row["source_id"]])
        others = [context for context in chance.sample(everything, 4 * _PASSAGES) if context not in contexts]
        contexts += others[: max(_PASSAGES - len(contexts), len(contexts) if row["origin"].startswith("MTRAG") else 0)]
        chance.shuffle(contexts)
        right = frozenset(number for number, context in enumerate(contexts, start=1) if context in row["contexts"])
        supported = row["y"] == 0
        cases.append(Case(row["question"] or "", row["answer"].strip(), tuple(contexts), right, supported))
    return cases


def passages_of(case: Case) -> list[Passage]:
    """Return the passages of a case, numbered from 1."""
    return [
        Passage(number, Chunk(f"{number}", "", "", "", 0, text, 0, len(text)), 0.5)
        for number, text in enumerate(case.contexts, start=1)
    ]


def with_markers(answer: str, numbers: Sequence[int]) -> str:
    """Return the answer with these numbers at the end of each of its sentences, items and rows."""
    marker = f" [{', '.join(map(str, numbers))}]" if numbers else ""
    return "".join(marker if part.kind == "end" and part.unit != "code" else part.text for part in split_parts(answer))


def computed(case: Case, written: str) -> str:
    """Return the written answer with its computed citations."""
    passages = passages_of(case)
    citations = CitationWriter(passages, Grounder(case.question, passages, "").support)
    return "".join(citations.feed(part) for part in split_parts(written))


def measure(cases: Sequence[Case], cite: Callable[[Case], str]) -> tuple[float, float, float]:
    """Return precision and recall over the supported cases, and the share of unsupported ones that cite something."""
    hits = cited = right = unsupported = alarms = 0
    for case in cases:
        numbers = {found.index for found in cited_passages(cite(case), passages_of(case))}
        if case.is_supported:
            hits, cited, right = hits + len(numbers & case.right), cited + len(numbers), right + len(case.right)
        else:
            unsupported, alarms = unsupported + 1, alarms + bool(numbers)
    return hits / max(cited, 1), hits / max(right, 1), alarms / max(unsupported, 1)


def ways(cases: Sequence[Case], seed: int = 1) -> Iterator[tuple[str, Callable[[Case], str]]]:
    """Yield the ways in which a model may write the markers, by name."""
    chance = random.Random(seed)
    random_number = {id(case): chance.randint(1, len(case.contexts)) for case in cases}
    yield "right", lambda case: with_markers(case.answer, sorted(case.right))
    yield "none", lambda case: case.answer
    yield (
        "next passage",
        lambda case: with_markers(case.answer, sorted({number % len(case.contexts) + 1 for number in case.right})),
    )
    yield "random", lambda case: with_markers(case.answer, [random_number[id(case)]])


def alarms(folder: Path) -> Iterator[str]:
    """Yield how many answers of each set the watch for degenerate output stops, and how many there are."""
    for name in _ANSWERS:
        answers = {row["answer"] for row in read_rows(folder, name)}
        stopped = 0
        for answer in sorted(answers):
            shown = ShownText(CitationWriter([], Grounder("", [], "").support), EchoWatch([], []), "nothing")
            shown.feed(answer)
            shown.end("stop")
            stopped += shown.fault is not None
        yield f"{name:14s} {stopped} of {len(answers)}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with the files")
    folder = parser.parse_args().folder
    print(
        f"{'':16s}{'markers written':16s}{'before: P':>10s}{'R':>7s}{'uns.':>7s}{'after: P':>10s}{'R':>7s}{'uns.':>7s}"
    )
    for name in ("hagrid_dev", "gensearch_dev", "mtrag_human"):
        cases = labelled_cases(read_rows(folder, name))
        for way, write in ways(cases):
            before = measure(cases, write)
            after = measure(cases, lambda case, write=write: computed(case, write(case)))  # type: ignore[misc]
            cells = "".join(
                f"{value:{10 if place % 3 == 0 else 7}.3f}" for place, value in enumerate((*before, *after))
            )
            print(f"{name:16s}{way:16s}{cells}")
    print("\nAnswers that the watch for degenerate output stops:")
    print("\n".join(alarms(folder)))


if __name__ == "__main__":
    main()
