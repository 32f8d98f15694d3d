"""What the script of the report shows: the questions of a run with their answers and passages, as JSON values.

Passages are written once, however many questions have them. A passage that no model was given and that no gold quote is
in is shortened, so that a run of 1,000 questions stays within some ten megabytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.grounding.reasons import flag_words
from core.stats import Estimate
from evals.cases.case import Case, Gold
from evals.judge.judgement import Judgement
from evals.judge.verdict import Verdict
from evals.labelled import CheckedAnswer
from evals.metrics.catalogue import METRICS
from evals.metrics.retrieval import is_relevant
from evals.response import CaseResponse
from evals.run.case_result import CaseResult
from evals.run.presentation import SLICE_TITLES, digits, figure, interval
from evals.run.report.spans import find_quote, in_utf16, pieces
from evals.run.summary import SLICES, Summary, is_in

_LONGEST_TEXT = 6000
"""Characters of a passage. Chosen: more than a chunk has."""
_LONGEST_UNUSED = 300
"""Characters of a hit that no model was given and that has no gold quote."""


def report_data(results: Sequence[CaseResult], summary: Summary, judgements: Mapping[str, Judgement]) -> dict[str, Any]:
    """Return metrics, slices, passages and cases as JSON values."""
    texts = _Texts()
    cases = [_case(result, judgements.get(result.case.id), texts) for result in results]
    names = [name for name in METRICS if any(name in estimates for estimates in summary.values())]
    return {
        "metrics": {name: _metric(name) for name in names},
        "slices": {name: SLICE_TITLES[name] for name in summary},
        "figures": {
            name: {metric: _figure(metric, estimate) for metric, estimate in estimates.items()}
            for name, estimates in summary.items()
        },
        "passages": texts.passages,
        "cases": cases,
    }


def _metric(name: str) -> dict[str, Any]:
    metric = METRICS[name]
    return {"better": metric.better, "duration": metric.duration, "digits": digits(name), "group": metric.group}


def _figure(metric: str, estimate: Estimate) -> list[Any]:
    return [figure(metric, estimate.value), interval(metric, estimate), estimate.n]


class _Texts:
    """The passages of all cases, each once."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, int, str], int] = {}
        self.passages: list[dict[str, Any]] = []

    def place(self, passage: Mapping[str, Any], *, is_used: bool) -> int:
        """Return the number of a passage; one that was not used so far gets its whole text as soon as it is."""
        key = passage["document_id"], passage["start"], passage["text"]
        if key not in self._places:
            self._places[key] = len(self.passages)
            about = {name: passage[name] for name in ("document_id", "document_name", "section", "page")}
            self.passages.append({**about, **_shortened(passage["text"], _LONGEST_UNUSED)})
        number = self._places[key]
        if is_used:
            self.passages[number] |= _shortened(passage["text"], _LONGEST_TEXT)
        return number


def _shortened(text: str, most: int) -> dict[str, Any]:
    return {"text": text[:most], "cut": len(text) > most}


def _case(result: CaseResult, judgement: Judgement | None, texts: _Texts) -> dict[str, Any]:
    case, response = result.case, result.response
    return {
        "id": case.id,
        "question": case.question,
        "kind": case.kind,
        "split": case.split,
        "tags": sorted(case.tags),
        "slices": [name for name in SLICES if is_in(case, name)],
        "history": [[message.role, message.content] for message in case.history],
        "gold": [[gold.document_id, gold.quote] for gold in case.gold],
        "reference": case.answer,
        "required": [" or ".join(tokens) for tokens in case.required],
        "forbidden": list(case.forbidden),
        "failure": result.failure,
        "sums": {name: [one.numerator, one.denominator] for name, one in result.contributions.items()},
        "durations": {name: round(milliseconds, 1) for name, milliseconds in result.durations.items()},
        "answer": None if response is None else _answer(response, texts),
        "judge": None if judgement is None else _judgement(judgement),
    }


def _answer(response: CaseResponse, texts: _Texts) -> dict[str, Any]:
    about = response.completion["groundwork"]
    flags = response.flags or []
    cited = {passage["index"] for passage in response.citations}
    passages = about["passages"]
    given = {(passage["document_id"], passage["start"]): passage["index"] for passage in passages}
    return {
        "pieces": pieces(response.content, flags),
        "flags": [_flag(flag) for flag in flags],
        "checked": response.flags is not None,
        "mode": response.mode,
        "kind": response.kind,
        "refused": response.refused,
        "degraded": response.degraded_reason,
        "finish": response.finish_reason,
        "choices": about.get("choices", []),
        "withheld": len(about.get("withheld", [])),
        "retried": about.get("retried"),
        "conflicts": [conflict["what"] for conflict in about.get("conflicts", [])],
        "query": response.search.get("query"),
        "passages": [
            {
                "number": passage["index"],
                "cited": passage["index"] in cited,
                **_passage(passage, response.case, texts, is_used=True),
            }
            for passage in passages
        ],
        "hits": [
            {
                "number": rank,
                "given": given.get((hit["document_id"], hit["start"])),
                **_passage(hit, response.case, texts, is_used=False),
            }
            for rank, hit in enumerate(response.hits, start=1)
        ],
        "timings": response.timings_ms,
        "tokens": [response.prompt_tokens, response.completion_tokens],
        "labelled": [_labelled(checked) for checked in response.checked],
    }


def _passage(passage: Mapping[str, Any], case: Case, texts: _Texts, *, is_used: bool) -> dict[str, Any]:
    golds = [gold for gold in case.gold if is_relevant(passage, gold)]
    return {
        "passage": texts.place(passage, is_used=is_used or bool(golds)),
        "score": passage["score"],
        "gold": bool(golds),
        "document": any(gold.document_id == passage["document_id"] for gold in case.gold),
        "spans": list(_gold_spans(passage["text"], golds)),
    }


def _gold_spans(text: str, golds: Iterable[Gold]) -> Iterable[tuple[int, int]]:
    """Yield where the gold quotes are, in UTF-16 units, in order and none within another."""
    end = 0
    for span in sorted(filter(None, (find_quote(text, gold.quote) for gold in golds))):
        if span[0] >= end:
            end = span[1]
            yield in_utf16(text, span)


def _flag(flag: Mapping[str, Any]) -> list[str]:
    evidence = flag["evidence"]
    return [flag["severity"], flag["text"], flag_words(flag["reason"], evidence["text"] if evidence else None)]


def _labelled(checked: CheckedAnswer) -> dict[str, Any]:
    return {
        "pieces": pieces(checked.labelled.answer, checked.report["flags"]),
        "flags": [_flag(flag) for flag in checked.report["flags"]],
        "unsupported": list(checked.labelled.unsupported),
        "missed": checked.missed,
    }


def _judgement(judgement: Judgement) -> list[list[str]]:
    verdicts = {"Correct": judgement.correct, "Faithful": judgement.faithful}
    return [[name, _holds(verdict), verdict.reason] for name, verdict in verdicts.items() if verdict is not None]


def _holds(verdict: Verdict) -> str:
    return "not judged" if verdict.holds is None else "yes" if verdict.holds else "no"
