"""The sample domain's gold cases keep their promises.

Not covered: whether a question is a good one, and whether an unanswerable question is truly unanswered by the
handbook. Those take a reader.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import Stemmer

from evals.metrics.required import contains_any

DOMAIN = Path(__file__).resolve().parents[3] / "domains" / "onboarding"
CORPUS = DOMAIN / "corpus"
KINDS = {"answerable", "unanswerable", "follow_up", "underspecified"}
HARD_TAGS = ("topic_change", "typo", "language", "table", "false_premise", "underspecified", "conflict")
SPLITS = {"dev", "test"}

STOP_WORDS = frozenset(
    """
    a about above after again all also am an and any anybody anyone are aren as at be because been before
    being below between both but by can could couldn d did didn do does doesn doing don down during each
    else even every few for from further had hasn have haven having he her here him his how i if in into
    is isn it its itself just ll m may me might more most much must my no nor not now of off on once only
    or other our out over own per re s same shall she should so some such t than that the their them then
    there these they this those through to too under until up us ve very was wasn we were what when where
    which while who whom whose why will with within without won would you your
    """.split()
)


@dataclass(frozen=True, slots=True)
class Gold:
    """A passage that answers a case: its document and its words."""

    document_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Case:
    """One line of `cases.jsonl`."""

    id: str
    question: str
    kind: str
    gold: tuple[Gold, ...]
    answer: str
    history: tuple[dict[str, str], ...]
    tags: frozenset[str]
    split: str
    required: tuple[tuple[str, ...], ...]
    forbidden: tuple[str, ...]

    @property
    def answered(self) -> bool:
        return self.kind in ("answerable", "follow_up")


class VisibleText(HTMLParser):
    """Collects what a reader sees of an HTML page: character data outside `<head>`."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._in_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_head = self._in_head or tag == "head"

    def handle_endtag(self, tag: str) -> None:
        self._in_head = self._in_head and tag != "head"

    def handle_data(self, data: str) -> None:
        if not self._in_head:
            self.parts.append(data)


def read_cases() -> list[Case]:
    lines = (DOMAIN / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return [case_of(json.loads(line)) for line in lines]


def case_of(row: dict[str, Any]) -> Case:
    return Case(
        id=row["id"],
        question=row["question"],
        kind=row["kind"],
        gold=tuple(Gold(**entry) for entry in row["gold"]),
        answer=row["answer"],
        history=tuple(row["history"]),
        tags=frozenset(row["tags"]),
        split=row["split"],
        required=tuple((entry,) if isinstance(entry, str) else tuple(entry) for entry in row.get("required", [])),
        forbidden=tuple(row.get("forbidden", [])),
    )


def pages() -> list[Path]:
    return sorted(path for path in CORPUS.rglob("*") if path.is_file())


def visible_text(document_id: str) -> str:
    text = (CORPUS / document_id).read_text(encoding="utf-8")
    if not document_id.endswith(".html"):
        return text
    parser = VisibleText()
    parser.feed(text)
    return "".join(parser.parts)


def content_stems(text: str) -> tuple[set[str], set[str]]:
    """The stems of the content words of `text`: (ordinary words, names).

    A name is a token with a digit, a token of two or more capitals, or a token capitalised inside a sentence.
    A sentence begins at the start of the text, after `. ? ! :` and at each table cell. A stem that also
    stands there as an ordinary word is no name. A word with an apostrophe counts as its parts.
    """
    stem = Stemmer.Stemmer("english").stemWord
    ordinary: set[str] = set()
    names: set[str] = set()
    for sentence in re.split(r"[.?!:]\s+|\|", text):
        for position, token in enumerate(re.findall(r"[^\W_]+", sentence)):
            if token.lower() in STOP_WORDS:
                continue
            in_capitals = len(token) > 1 and token.isupper()
            has_digit = any(character.isdigit() for character in token)
            is_name = has_digit or in_capitals or (position > 0 and token[0].isupper())
            (names if is_name else ordinary).add(stem(token.lower()))
    return ordinary, names - ordinary


def shared_stems(question: str, quote: str) -> set[str]:
    """Stems of content words that stand in both texts, except those that are names in both."""
    question_words, question_names = content_stems(question)
    quote_words, quote_names = content_stems(quote)
    everything_shared = (question_words | question_names) & (quote_words | quote_names)
    return everything_shared - (question_names & quote_names)


def is_paraphrase(case: Case) -> bool:
    """Whether a well-spelled English question shares no content word with any gold quote."""
    if case.tags & {"language", "typo"}:
        return False
    return not any(shared_stems(case.question, gold.quote) for gold in case.gold)


def last_reviewed(document_id: str) -> str:
    found = re.search(r"Last reviewed: (\d+ \w+ \d{4})", visible_text(document_id))
    assert found is not None, f"{document_id} does not say when it was last reviewed"
    return found[1]


def test_the_handbook_has_at_least_thirty_pages_and_the_cases_are_at_least_sixty() -> None:
    assert len(pages()) >= 30
    assert len(read_cases()) >= 60


def test_every_page_says_when_it_was_last_reviewed() -> None:
    for page in pages():
        assert last_reviewed(page.relative_to(CORPUS).as_posix())


def test_ids_and_questions_are_unique() -> None:
    cases = read_cases()
    assert [name for name, count in Counter(case.id for case in cases).items() if count > 1] == []
    conversations = Counter((case.question, str(case.history)) for case in cases)
    assert [asked for asked, count in conversations.items() if count > 1] == []


def test_kinds_and_splits_are_known_ones() -> None:
    cases = read_cases()
    assert {case.kind for case in cases} == KINDS
    assert {case.split for case in cases} == SPLITS


def test_every_gold_quote_stands_verbatim_and_once_in_its_document() -> None:
    wrong = [
        (case.id, gold.quote)
        for case in read_cases()
        for gold in case.gold
        if "\n" in gold.quote or visible_text(gold.document_id).count(gold.quote) != 1
    ]
    assert wrong == []


def test_cases_that_the_handbook_answers_have_gold_and_an_answer_and_no_other_has() -> None:
    for case in read_cases():
        assert bool(case.gold) == case.answered, case.id
        assert bool(case.answer) == case.answered, case.id


def test_every_reference_answer_has_the_required_tokens_and_none_that_is_forbidden() -> None:
    cases = [case for case in read_cases() if case.required]
    assert len(cases) >= 140
    lacking = [(case.id, one) for case in cases for one in case.required if not contains_any(case.answer, one)]
    assert lacking == []
    assert [case.id for case in cases if case.forbidden and contains_any(case.answer, case.forbidden)] == []


def test_the_required_tokens_are_words_of_the_gold_quotes_unless_they_are_counted() -> None:
    wrong = [
        (case.id, one)
        for case in read_cases()
        for one in case.required
        if not contains_any(" ".join(gold.quote for gold in case.gold), one)
    ]
    assert wrong == [("table-08", ("five", "5"))]


def test_each_kind_of_hard_question_is_there_in_both_splits() -> None:
    found = Counter((tag, case.split) for case in read_cases() for tag in case.tags if tag in HARD_TAGS)
    assert [(tag, split) for tag in HARD_TAGS for split in SPLITS if found[tag, split] < 3] == []
    assert [tag for tag in HARD_TAGS if found[tag, "dev"] != found[tag, "test"]] == []


def test_underspecified_questions_are_of_their_own_kind_and_begin_a_conversation() -> None:
    for case in read_cases():
        assert (case.kind == "underspecified") == ("underspecified" in case.tags), case.id
        assert case.kind != "underspecified" or not case.history, case.id


def test_follow_ups_and_changes_of_topic_have_a_history_that_ends_with_the_assistant_and_no_other_case_has_one() -> (
    None
):
    for case in read_cases():
        roles = [message["role"] for message in case.history]
        expected = ["user", "assistant"] * (len(roles) // 2)
        assert roles == expected, case.id
        assert bool(roles) == (case.kind == "follow_up" or "topic_change" in case.tags), case.id


def test_a_question_after_a_change_of_topic_is_answerable_without_its_history() -> None:
    changes = [case for case in read_cases() if "topic_change" in case.tags]
    assert {case.split for case in changes} == SPLITS
    assert {case.kind for case in changes} == {"answerable"}


def test_a_third_of_the_answerable_questions_share_no_content_word_with_any_gold_quote() -> None:
    answerable = [case for case in read_cases() if case.kind == "answerable"]
    paraphrases = [case for case in answerable if is_paraphrase(case)]
    assert len(paraphrases) * 3 >= len(answerable)


def test_the_paraphrase_tag_stands_on_exactly_the_answerable_questions_that_share_no_content_word() -> None:
    answerable = [case for case in read_cases() if case.kind == "answerable"]
    mistagged = [case.id for case in answerable if ("paraphrase" in case.tags) != is_paraphrase(case)]
    assert mistagged == []


def test_inflected_words_are_shared_and_names_are_not() -> None:
    assert shared_stems("how many holidays do I get", "Each holiday is paid.") == {"holiday"}
    assert shared_stems("can I park at Harrowmere", "Spaces at Harrowmere are free.") == set()
    assert shared_stems("can I leave on friday", "Offices close early on Fridays.") == {"friday"}


def test_both_splits_have_every_kind() -> None:
    cases = read_cases()
    for split in SPLITS:
        assert {case.kind for case in cases if case.split == split} == KINDS


def test_a_conflict_quotes_two_pages_with_different_amounts_and_different_review_dates() -> None:
    conflicts = [case for case in read_cases() if "conflict" in case.tags]
    assert conflicts
    for case in conflicts:
        documents = {gold.document_id for gold in case.gold}
        amounts = {amount for gold in case.gold for amount in re.findall(r"€[\d,.]*\d", gold.quote)}
        assert len(documents) == len(amounts) == 2, case.id
        assert len({last_reviewed(document) for document in documents}) == 2, case.id
