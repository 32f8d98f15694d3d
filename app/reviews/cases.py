"""Make a gold case of a labelled answer: one line of the file that `groundwork eval run --cases FILE` reads.

    answer right                the question with the words of its cited passages that support it
    wrong or partly right       the question with the better answer, and the words of all its passages that support that
    a refusal is right, or the better answer is one
                                a question that the documents do not answer
    a question back is right    a question that may mean several things

The answer itself becomes a labelled answer of the case, on which the grounding check is measured: a right one, and one
in which the reviewer marked unsupported words. Of a wrong answer without such marks nothing is known word by word.

Not covered: a better answer that no passage of the answer supports. Such a case is written by hand.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from app.answer.citations import without_markers
from app.answer.ground import Grounder
from app.answer.types import Passage, Question
from app.answers.present import PresentChunks
from app.answers.tables import AnswerRow
from app.reviews.queue import QueuedAnswer
from core.errors import Conflict
from core.files import replace_text
from core.index import IndexView
from core.json_lines import json_lines
from core.sentences import split_sentences
from core.text import Span

Case: TypeAlias = dict[str, Any]
"""A line of cases.jsonl; its keys are explained in `evals/cases/case.py`."""
CASES_FILE = "cases.jsonl"
_LEAST = 0.5
"""Of what a sentence says, the share that a gold quote has at least. Chosen: with less, the words in common are mostly
the topic."""
_SPLIT = "test"
"""Live questions measure. A case that recipes are tuned on is moved to `dev` by hand."""
_TAG = "live"
_writing = threading.Lock()


def make_case(queued: QueuedAnswer, index: IndexView, refusals: Sequence[str]) -> Case:
    """Return the gold case of a review. Blocks. `refusals` are the domain's, in all languages.

    Raises IndexFault, and Conflict for a review that is open, one without a better answer where the answer is not
    right, and one of which no passage supports the answer.
    """
    answer, label, history = queued.answer, queued.label, queued.history
    if label is None:
        raise Conflict("A gold case is made of a labelled review. Label it first.", code="review_open")
    question = Question(answer.question or "", history)
    present = PresentChunks(index, [one["chunk_id"] for one in answer.passages])
    passages = list(_passages(answer, present))
    grounder = Grounder(question.all_user_turns, passages, *refusals)
    is_own = label.verdict == "right" and label.better_answer is None
    if not is_own and label.better_answer is None:
        raise Conflict(
            f"The answer is labelled '{label.verdict}', and the label has no better answer. Write what the answer "
            "should have been, then make the case.",
            code="no_better_answer",
        )
    if is_own and answer.kind == "small_talk":
        raise Conflict(
            "The answer is small talk, of which an evaluation has no case. Write a better answer, then make the case.",
            code="no_better_answer",
        )
    asks_back = is_own and answer.kind == "clarification"
    expected = "" if asks_back else without_markers((answer.text if is_own else label.better_answer) or "").strip()
    unanswerable = answer.kind == "refusal" if is_own else grounder.is_refusal(expected)
    has_gold = not (unanswerable or asks_back)
    cited = [passage for passage in passages if passage.index in answer.citations]
    gold = list(_gold(expected, cited if is_own else passages, grounder)) if has_gold else []
    if has_gold and not gold:
        raise Conflict(
            "No passage of the answer, as the index has them now, supports the expected answer, so that the case would "
            "have no gold quote. Write the better answer in the words of a passage, or write the case by hand.",
            code="no_gold_quote",
        )
    # A question that was searched for in other words than its own needed the turns before it.
    follows = bool(history) and answer.query != answer.question
    answered = "follow_up" if follows else "answerable"
    return {
        "id": queued.review.id,
        "question": answer.question,
        "kind": "unanswerable" if unanswerable else "underspecified" if asks_back else answered,
        "gold": gold,
        "answer": expected,
        "history": [{"role": turn.role, "content": turn.content} for turn in history if turn.content.strip()],
        "tags": [_TAG, queued.review.source],
        "split": _SPLIT,
        "labelled": list(_labelled(answer, label.verdict, label.unsupported)),
    }


def unique_part(text: str, start: int, end: int) -> str:
    """Return `text[start:end]` with as many of the words around it as make it occur once."""
    while text.count(text[start:end]) > 1:
        start = max(text.rfind(" ", 0, max(start - 1, 0)) + 1, 0)
        following = text.find(" ", end + 1)
        end = following if following >= 0 else len(text)
    return text[start:end]


def keep_case(file: Path, case: Case) -> None:
    """Write a case to a file, in place of the one with its id, or at the end. Raises OSError."""
    with _writing:
        others = [one for one in read_cases(file) if one["id"] != case["id"]]
        _replace(file, [*others, case])


def drop_case(file: Path, case: Case) -> None:
    """Remove a case from a file, if it is there as it is given here. Raises OSError."""
    with _writing:
        cases = read_cases(file)
        if case in cases:
            _replace(file, [one for one in cases if one != case])


def add_cases(file: Path, cases: Sequence[Case]) -> int:
    """Append the cases that a file does not have to it, of one id the last; return how many. Raises OSError."""
    known = {one["id"] for one in read_cases(file)}
    new = list({case["id"]: case for case in cases if case["id"] not in known}.values())
    if new:
        # As text, and not line by line: what a person wrote keeps its form.
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        replace_text(file, before + ("\n" if before and not before.endswith("\n") else "") + "".join(map(_line, new)))
    return len(new)


def read_cases(file: Path) -> list[Case]:
    """Return the cases of a file; none where there is no file. Raises Conflict for a file that is not one of cases."""
    if not file.exists():
        return []
    try:
        cases = [json.loads(line) for _, line in json_lines(file.read_text(encoding="utf-8"))]
        _ = [case["id"] for case in cases]
    except (ValueError, TypeError, KeyError) as error:
        raise Conflict(
            f"{file} has a line that is no gold case: {error}. Correct the line, or move the file away.",
            code="unreadable_cases",
        ) from error
    return cases


def _passages(answer: AnswerRow, present: PresentChunks) -> Iterator[Passage]:
    for one in answer.passages:
        chunk = present.passage(one)
        if chunk is not None:
            yield Passage(one["index"], chunk, one["score"], one["copy_of"])


def _gold(expected: str, passages: Sequence[Passage], grounder: Grounder) -> Iterator[dict[str, str]]:
    """Yield for each sentence the first passage that supports it, with the words that do, each once."""
    seen: set[tuple[str, str]] = set()
    for start, end in split_sentences(expected):
        found = _first_support(expected[start:end], passages, grounder)
        if found is not None and found not in seen:
            seen.add(found)
            yield {"document_id": found[0], "quote": found[1]}


def _first_support(sentence: str, passages: Sequence[Passage], grounder: Grounder) -> tuple[str, str] | None:
    for passage in passages:
        for start, end in grounder.supporting_units(sentence, passage, least=_LEAST)[:1]:
            return passage.chunk.document_id, passage.chunk.text[start:end].strip()
    return None


def _labelled(
    answer: AnswerRow, verdict: Literal["right", "wrong", "partly"], spans: Sequence[Span]
) -> Iterator[dict[str, Any]]:
    if answer.kind == "answer" and (verdict == "right" or spans):
        text = answer.text or ""
        yield {"answer": text, "unsupported": list(dict.fromkeys(unique_part(text, *span) for span in spans))}


def _line(case: Mapping[str, Any]) -> str:
    return json.dumps(case, ensure_ascii=False) + "\n"


def _replace(file: Path, cases: Sequence[Case]) -> None:
    replace_text(file, "".join(map(_line, cases)))
