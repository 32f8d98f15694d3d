"""Random inputs for the grounding checker: what must hold for every text is asserted on each.

    python -m benchmarks.grounding_fuzz [--seconds 60] [--seed 0]

Prints how many inputs were tried and every property that failed, with an input cut down by halving. The real
sentences are those of the onboarding domain's corpus. Exit code 1 where something failed.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.grounding import Report, check
from benchmarks.fuzz_texts import Texts

_CORPUS = Path(__file__).parents[1] / "domains" / "onboarding" / "corpus"
# What a check may take: a part that is paid once, and a part for each character of all texts.
_SECONDS_ONCE, _SECONDS_PER_CHARACTER = 0.1, 50e-6
_FAILURES_SHOWN, _CHARACTERS_SHOWN = 3, 600
_SHRINKING_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Input:
    """What one check is given."""

    answer: str
    contexts: tuple[str, ...]
    question: str | None = None


Property = Callable[[Input, Report], Iterator[str]]


def main() -> None:
    """Try inputs until the time is over, and say what failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    texts = Texts(arguments.seed, real_sentences())
    failed: Counter[str] = Counter()
    tried = 0
    until = time.monotonic() + arguments.seconds
    while time.monotonic() < until:
        given = random_input(texts)
        tried += 1
        for name in examine(given):
            failed[name] += 1
            if failed[name] <= _FAILURES_SHOWN:
                small = shrink(given, name)
                detail = examine(small).get(name, "not at every run: the machine is busy")
                print(f"{name}: {detail[:_CHARACTERS_SHOWN]}\n  {ascii(small)[:_CHARACTERS_SHOWN]}", flush=True)
    print(f"{tried:,} inputs with seed {arguments.seed}, {len(PROPERTIES) + 2} properties each: ", end="")
    print("; ".join(f"{name} failed {count} times" for name, count in failed.items()) or "nothing failed")
    sys.exit(1 if failed else 0)


def real_sentences() -> list[str]:
    """Return the sentences of the sample corpus."""
    files = sorted(path for path in _CORPUS.rglob("*") if path.suffix in (".md", ".txt"))
    lines = (line for path in files for line in path.read_text(encoding="utf-8").splitlines())
    sentences = [sentence for line in lines for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", line.strip())]
    return [sentence for sentence in sentences if " " in sentence]


def random_input(texts: Texts) -> Input:
    """Return an input: a copied sentence among others, a copied wild text, or an answer and contexts of any kind."""
    choice = texts.random.random()
    question = texts.any_text() if texts.random.random() < 0.3 else None
    contexts = [texts.any_text() for _ in range(texts.random.randint(0, 3))]
    if choice < 0.3:
        passage = texts.prose()
        answer = texts.random.choice(passage.split("\n\n"))
    elif choice < 0.45:
        answer = passage = texts.wild()
    else:
        answer, passage = texts.any_text(), texts.any_text()
    contexts.insert(texts.random.randint(0, len(contexts)), passage)
    return Input(answer, tuple(contexts), question)


def examine(given: Input) -> dict[str, str]:
    """Return the properties that an input does not have, each with what was found instead."""
    try:
        began = time.perf_counter()
        report = check(given.answer, given.contexts, given.question)
        took = time.perf_counter() - began
        found = ((holds.__name__, detail) for holds in PROPERTIES for detail in holds(given, report))
        failures = dict(found)
    except Exception as error:  # whatever it is, it is the finding
        return {f"no {type(error).__name__} is raised": str(error)}
    size = len(given.answer) + sum(map(len, given.contexts)) + len(given.question or "")
    allowed = _SECONDS_ONCE + size * _SECONDS_PER_CHARACTER
    if took > allowed and (took := _fastest_of_two(given)) > allowed:
        failures["time is linear"] = f"{took:.3f} s for {size} characters, {allowed:.3f} s are allowed"
    return failures


def offsets_point_at_their_text(given: Input, report: Report) -> Iterator[str]:
    """Every range lies in its text, is not empty, and holds the text that it is said to hold."""
    for name, spans in (("flag", report.flags), ("sentence", report.sentences), ("unjudged", report.unjudged)):
        for span in spans:
            if not 0 <= span.start < span.end <= len(given.answer):
                yield f"{name} {span}"
    for flag in report.flags:
        if flag.text != given.answer[flag.start : flag.end]:
            yield f"flag {flag}"
        evidence = flag.evidence
        if evidence is None:
            continue
        context = "".join(given.contexts[evidence.context : evidence.context + 1])
        if not evidence.text or evidence.text != context[evidence.start : evidence.end]:
            yield f"evidence {evidence}"


def figures_are_shares(given: Input, report: Report) -> Iterator[str]:
    """Scores and confidences are between 0 and 1, and severities are the two that there are."""
    del given
    scores = [report.score, *(s.score for s in report.sentences), *(f.confidence for f in report.flags)]
    if not all(0 <= score <= 1 for score in scores):
        yield f"figures {scores}"
    if severities := {flag.severity for flag in report.flags} - {"hard", "soft"}:
        yield f"severities {severities}"


def a_copy_is_never_flagged_hard(given: Input, report: Report) -> Iterator[str]:
    """An answer that is a whole context, or a whole paragraph of one, has no hard flag."""
    if any(given.answer == context or given.answer in context.split("\n\n") for context in given.contexts):
        yield from (str(flag) for flag in report.flags if flag.severity == "hard")


def a_context_adds_no_absence(given: Input, report: Report) -> Iterator[str]:
    """What is absent from all contexts is flagged, or part of a flag, without the last of them too."""
    if not given.contexts:
        return
    before = check(given.answer, given.contexts[:-1], given.question).flags
    for flag in report.flags:
        absent = flag.reason.endswith("_absent")
        if absent and not any(other.start <= flag.start and flag.end <= other.end for other in before):
            yield f"{flag} with the last context only"


PROPERTIES: tuple[Property, ...] = (
    offsets_point_at_their_text,
    figures_are_shares,
    a_copy_is_never_flagged_hard,
    a_context_adds_no_absence,
)


def shrink(given: Input, name: str) -> Input:
    """Return a smaller input that fails in the same way: without contexts and question, then without ever less text."""
    until = time.monotonic() + _SHRINKING_SECONDS
    smaller = True
    while smaller and time.monotonic() < until:
        smaller = False
        for candidate in _smaller(given):
            if name in examine(candidate):
                given, smaller = candidate, True
                break
            if time.monotonic() > until:
                break
    return given


def _smaller(given: Input) -> Iterator[Input]:
    """Yield inputs with one part less, the largest parts first."""
    if given.question is not None:
        yield replace(given, question=None)
    for position in range(len(given.contexts)):
        yield replace(given, contexts=given.contexts[:position] + given.contexts[position + 1 :])
    for text in sorted({given.answer, *given.contexts, given.question or ""}, key=len, reverse=True):
        for shorter in _shorter(text):
            # Everywhere at once, so that a copy stays a copy; then, in each place, alone.
            contexts = tuple(context.replace(text, shorter) for context in given.contexts) if text else given.contexts
            yield replace(given, answer=given.answer.replace(text, shorter), contexts=contexts)
            for position, context in enumerate(given.contexts):
                if context == text:
                    alone = (*given.contexts[:position], shorter, *given.contexts[position + 1 :])
                    yield replace(given, contexts=alone)
            if given.answer == text:
                yield replace(given, answer=shorter)
            if given.question == text:
                yield replace(given, question=shorter)


def _shorter(text: str) -> Iterator[str]:
    """Yield the text without one half, one quarter, one eighth… of it, down to single characters."""
    length = len(text) // 2
    while length:
        for start in range(0, len(text), length):
            yield text[:start] + text[start + length :]
        length //= 2


def _fastest_of_two(given: Input) -> float:
    """Seconds of a check: a busy machine is no finding."""
    times = []
    for _ in range(2):
        began = time.perf_counter()
        check(given.answer, given.contexts, given.question)
        times.append(time.perf_counter() - began)
    return min(times)


if __name__ == "__main__":
    main()
