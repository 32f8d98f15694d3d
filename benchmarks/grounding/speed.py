"""How long one check takes, on one core, on texts that are not seen twice.

A case is an answer of 105 words against ten passages of 200 words. Half are support answers that people wrote, filled
up with sentences of their passages: the passages that they answer from, among others of the same documentation. Half
are sentences from pages of a staff handbook and of a software's documentation, a fifth of each answer off topic. No
passage is in two cases, so that only what the checker remembers of single words is warm, as it is in a service, and
what was loaded before is out of the cycle collector's sight, as it is there. Indexed is the check alone, where the
index was built with all others before the clock starts, and then a second check on it; cold is building the index and
the check, and then the same with new indexes when every word of the texts has been read. Streamed is the longest wait
that one piece of an answer causes which comes word by word: the check of the sentence that it completes.
"""

from __future__ import annotations

import cProfile
import gc
import gzip
import json
import pstats
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from app.grounding import ContextIndex, check
from app.grounding.stream import AnswerStream
from benchmarks.grounding.cases import read_cases

_ANSWER_WORDS, _PASSAGE_WORDS, _PASSAGES = 105, 200, 10
_SUPPORT_WORDS, _OFF_TOPIC_WORDS = 63, 21
_CASES, _WARMING_CASES = 150, 20
Sample = tuple[str, list[str]]
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_MEGABYTE = 1_000_000

_FIRST_CALL = """
import json, sys, time
answer, passages = json.load(sys.stdin)
began = time.perf_counter()
from app.grounding import check
imported = time.perf_counter()
check(answer, passages)
print(json.dumps([imported - began, time.perf_counter() - imported]))
"""


@dataclass(frozen=True, slots=True)
class Latencies:
    """Milliseconds of single calls."""

    name: str
    calls: int
    p50: float
    p95: float
    p99: float
    longest: float


@dataclass(frozen=True, slots=True)
class Growth:
    """Seconds for a text of `size` characters, and how many times that is the time for half of it (linear: 2).

    Both are the better of two runs.
    """

    name: str
    size: int
    seconds: float
    ratio: float


def measure_latencies(folder: Path) -> list[Latencies]:
    """Time the indexed and the cold check, and the first one of a fresh process, which includes its import."""
    cases = list(unseen_cases(folder, _WARMING_CASES + 2 * _CASES))
    for answer, passages in cases[:_WARMING_CASES]:
        check(answer, ContextIndex.build(passages))
    first, second = cases[_WARMING_CASES : _WARMING_CASES + _CASES], cases[_WARMING_CASES + _CASES :]
    indexes = [ContextIndex.build(passages) for _, passages in first]
    gc.collect()
    gc.freeze()  # as the service does when it has loaded everything
    indexed = [_time(partial(check, answer, index)) for (answer, _), index in zip(first, indexes, strict=True)]
    again = [_time(partial(check, answer, index)) for (answer, _), index in zip(first, indexes, strict=True)]
    streamed = [_longest_step(answer, index) for (answer, _), index in zip(first, indexes, strict=True)]
    del indexes
    built, checked = _build_and_check(second)
    built_again, checked_again = _build_and_check(second)
    gc.unfreeze()
    imported, called = _first_call(cases[0])
    return [
        _latencies("indexed", indexed),
        _latencies("indexed, a second answer", again),
        _latencies("streamed: its longest step", streamed),
        _latencies("cold: build and check", _sums(built, checked)),
        _latencies("  of which build", built),
        _latencies("  of which check", checked),
        _latencies("cold, every word read before", _sums(built_again, checked_again)),
        _latencies("first call of a fresh process", called),
        _latencies("  and the import before it", imported),
    ]


def _longest_step(answer: str, index: ContextIndex) -> float:
    """Return the milliseconds of the longest step while an answer streams in, word by word."""
    stream = AnswerStream(index)
    pieces = [f"{word} " for word in answer.split(" ")]
    return max([*(_time(partial(stream.feed, piece)) for piece in pieces), _time(stream.finish)])


def _build_and_check(cases: Sequence[Sample]) -> tuple[list[float], list[float]]:
    """Return the milliseconds of building each index and of the check on it."""
    built, checked = [], []
    for answer, passages in cases:
        began = time.perf_counter()
        index = ContextIndex.build(passages)
        middle = time.perf_counter()
        check(answer, index)
        built.append((middle - began) * 1000)
        checked.append((time.perf_counter() - middle) * 1000)
    return built, checked


def _sums(built: Sequence[float], checked: Sequence[float]) -> list[float]:
    return [one + other for one, other in zip(built, checked, strict=True)]


def measure_stages(folder: Path) -> list[tuple[str, float]]:
    """Return the share of the time of building and checking that each file of the checker takes, the largest first.

    A file is a stage. Measured with cProfile, which weighs small functions more than they cost.
    """
    cases = list(unseen_cases(folder, _WARMING_CASES + _CASES))
    for answer, passages in cases[:_WARMING_CASES]:
        check(answer, passages)
    profile = cProfile.Profile()
    profile.enable()
    for answer, passages in cases[_WARMING_CASES:]:
        check(answer, passages)
    profile.disable()
    seconds: defaultdict[str, float] = defaultdict(float)
    for (file, _, _), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        path = Path(file)
        seconds[path.stem if path.parent.name == "grounding" else "built-in functions"] += own
    whole = sum(seconds.values())
    return sorted(((name, own / whole) for name, own in seconds.items()), key=lambda stage: -stage[1])


def measure_growth(folder: Path) -> list[Growth]:
    """Time texts of a megabyte, and texts made to make a checker stall, each against its half."""
    prose = (_prose(folder) * 2)[:_MEGABYTE]
    passage, answer = prose[:2000], prose[3000:3700]

    def as_answer(text: str) -> object:
        return check(text, [passage])

    def as_context(text: str) -> object:
        return check(answer, [text])

    made: list[tuple[str, Callable[[int], str]]] = [
        ("real text", lambda size: prose[:size]),
        *((name, partial(_repeated, unit)) for name, unit in _UNITS.items()),
        *((name, partial(_nested, opening, closing)) for name, (opening, closing) in _NESTED.items()),
    ]
    grown = [_growth("answer and context, the same real text", made[0][1], lambda text: check(text, [text]))]
    for name, text_of in made:
        grown.append(_growth(f"answer: {name}", text_of, as_answer))
        grown.append(_growth(f"context: {name}", text_of, as_context))
    return grown


_UNITS = {
    "zero-width characters": "\u200b",
    "opening brackets": "([{",
    "quotation marks": "\"'“",
    "Markdown marks": "**_`",
    "fences": "```\n",
    "digits": "1",
    "digits and commas": "1,",
    "one endless word": "a",
    "combining marks": "e\u0301\u0323",
    "line breaks": "\n",
    "list markers": "- 1. ",
    "citations": "[1]",
    "letters with dots": "A.",
    "ideographs": "漢字",
    "one sentence again and again": "The fee is 12 EUR a day in Oslo. ",
    "names in a row": "Ada Lovelace Grace Hopper ",
}
_NESTED = {
    "nested brackets": ("(", ")"),
    "nested quotation marks": ("“", "”"),
    "nested Markdown": ("**a _b [", "](c) d_**"),
}


def _repeated(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def _nested(opening: str, closing: str, size: int) -> str:
    depth = size // (len(opening) + len(closing))
    return opening * depth + "word" + closing * depth


def _growth(name: str, text_of: Callable[[int], str], work: Callable[[str], object]) -> Growth:
    gc.collect()
    half, whole = text_of(_MEGABYTE // 2), text_of(_MEGABYTE)
    short, long = (min(_time(partial(work, text)) for _ in range(2)) / 1000 for text in (half, whole))
    return Growth(name, len(whole), long, long / short)


def _first_call(case: Sample, processes: int = 5) -> tuple[list[float], list[float]]:
    """Return milliseconds of the import and of the first check, one of each for every process."""
    imported, called = [], []
    for _ in range(processes):
        done = subprocess.run(
            [sys.executable, "-c", _FIRST_CALL],
            input=json.dumps(case),
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        )
        seconds = json.loads(done.stdout)
        imported.append(seconds[0] * 1000)
        called.append(seconds[1] * 1000)
    return imported, called


def _time(work: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _latencies(name: str, milliseconds: Sequence[float]) -> Latencies:
    p50, p95, p99 = np.percentile(milliseconds, [50, 95, 99])
    return Latencies(name, len(milliseconds), float(p50), float(p95), float(p99), max(milliseconds))


def unseen_cases(folder: Path, count: int) -> Iterator[Sample]:
    """Yield `count` cases, of the two corpora in turn."""
    pairs = zip(_support_cases(folder), _page_cases(folder), strict=False)
    return islice((case for pair in pairs for case in pair), count)


def _support_cases(folder: Path) -> Iterator[Sample]:
    """Yield human support answers with the passages they answer from, filled up with other passages."""
    cases = read_cases(folder, ["mtrag"])["mtrag"]
    golden = {passage for case in cases for passage in case.contexts}
    with gzip.open(folder / "mtrag_cloud" / "passages.jsonl.gz", "rt", encoding="utf-8") as file:
        texts = (json.loads(line)["text"] for line in file)
        others = [window for text in texts if text not in golden for window in _windows(text)]
    filling = iter(others)
    used: set[str] = set()
    for case in cases:
        own = [window for passage in case.contexts if passage not in used for window in _windows(passage)]
        used.update(case.contexts)
        passages = [*own, *islice(filling, _PASSAGES)][:_PASSAGES]
        yield _sample(_SENTENCE.split(case.answer), _SUPPORT_WORDS, passages)


def _page_cases(folder: Path) -> Iterator[Sample]:
    """Yield sentences of pages, and a few of people who write about something else."""
    filling = iter(_windows(_prose(folder)))
    off_topic = [case.answer for case in read_cases(folder, ["anthropic"])["anthropic"]]
    words = " ".join(off_topic).split()
    for first in range(0, len(words), _OFF_TOPIC_WORDS):
        passages = list(islice(filling, _PASSAGES))
        if len(passages) < _PASSAGES:
            return
        yield _sample(words[first : first + _OFF_TOPIC_WORDS], _OFF_TOPIC_WORDS, passages)


def _sample(written: Sequence[str], at_most: int, passages: Sequence[str]) -> Sample:
    """Return an answer of exactly `_ANSWER_WORDS` words, `at_most` of them from the sentences `written`."""
    head = " ".join(written).split()[:at_most]
    sentences = [sentence for passage in passages for sentence in _SENTENCE.split(passage)[1:-1]]
    tail = " ".join([*sentences[::7], *sentences[1::7], *passages]).split()
    return " ".join((head + tail)[:_ANSWER_WORDS]), list(passages)


def _windows(text: str) -> list[str]:
    """Cut a text into passages of 200 words with their white space; the rest at its end is dropped."""
    words = list(re.finditer(r"\S+\s*", text))
    return [
        text[words[first].start() : words[first + _PASSAGE_WORDS - 1].end()]
        for first in range(0, len(words) - _PASSAGE_WORDS + 1, _PASSAGE_WORDS)
    ]


def _prose(folder: Path) -> str:
    """Return the pages of the staff handbook and of the software's documentation as one text."""
    pages = [*(folder / "handbook_18f" / "pages").rglob("*.md"), *(folder / "fastapi_docs").rglob("*.md")]
    return "\n\n".join(page.read_text(encoding="utf-8") for page in sorted(pages))
