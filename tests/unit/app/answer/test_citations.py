from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.citations import CitationWriter, cited_passages, without_markers
from app.answer.ground import Grounder
from app.answer.parts import PartStream
from app.answer.types import CitationCounts
from testing.passages import passage, passages
from testing.properties import tried

REFUSAL = "I could not find this in the handbook. Please ask Wilhelmina Quist."
FOUND = [
    passage(1, "Every colleague has 25 days of leave a year. Unused days expire on 31 March of the next year."),
    passage(2, "Lunch is paid up to 18 EUR. Dinner is paid up to 30 EUR. Hotels cost at most 120 EUR.", name="Travel"),
    passage(3, "Read `values[0]` first. Set `dp[1][0]` to 1. The range is [0, 100].", name="Code"),
]
GROUNDER = Grounder("What applies?", FOUND, REFUSAL)
LEAVE = "Every colleague has 25 days of leave a year"
LUNCH = "Lunch is paid up to 18 EUR"


def written(*pieces: str) -> tuple[str, CitationCounts]:
    """What is shown of an answer that comes in these pieces, and what became of its markers."""
    citations, stream = CitationWriter(FOUND, GROUNDER.support), PartStream()
    shown = "".join(citations.feed(part) for piece in pieces for part in stream.feed(piece))
    return shown + "".join(map(citations.feed, stream.end())), citations.counts


def shown(text: str) -> str:
    return written(text)[0]


@pytest.mark.parametrize(
    ("text", "expected", "counts"),
    [
        (f"{LEAVE} [1].", f"{LEAVE} [1].", CitationCounts(kept=1)),
        (f"{LEAVE}. [1]", f"{LEAVE}. [1]", CitationCounts(kept=1)),
        (f"{LEAVE}[1].", f"{LEAVE}[1].", CitationCounts(kept=1)),
        (f"{LEAVE} [2].", f"{LEAVE} [1].", CitationCounts(moved=1)),
        (f"{LEAVE}.", f"{LEAVE}. [1]", CitationCounts(added=1)),
        (f"{LEAVE} [1, 77].", f"{LEAVE} [1].", CitationCounts(kept=1, dropped=1)),
        (f"{LEAVE} [1][2].", f"{LEAVE} [1].", CitationCounts(kept=1, dropped=1)),
        ("Nobody mentions any giraffes [1].", "Nobody mentions any giraffes.", CitationCounts(dropped=1)),
        (f"{LEAVE.replace('25', '77')} [1].", f"{LEAVE.replace('25', '77')}.", CitationCounts(dropped=1)),
        (f"{LEAVE}, and {LUNCH.lower()}.", f"{LEAVE}, and {LUNCH.lower()}. [1, 2]", CitationCounts(added=2)),
        (f"{LEAVE} [1], and {LUNCH.lower()} [2].", f"{LEAVE} [1], and {LUNCH.lower()} [2].", CitationCounts(kept=2)),
        (f"{LEAVE}.\n[1]", f"{LEAVE}. [1]\n", CitationCounts(added=1)),
    ],
)
def test_a_marker_is_kept_moved_added_or_dropped_by_what_supports_its_sentence(
    text: str, expected: str, counts: CitationCounts
) -> None:
    assert written(text) == (expected, counts)


def test_what_the_model_cited_is_kept_for_each_sentence_though_it_is_not_shown() -> None:
    citations, stream = CitationWriter(FOUND, GROUNDER.support), PartStream()
    wrong = LEAVE.replace("25", "77")
    text = f"{wrong} [1, 99]. {LUNCH} [2], and more [3]. Nothing is cited here.\n\n- Dinner: 99 EUR.\n[2]"
    for part in (*stream.feed(text), *stream.end()):
        citations.feed(part)
    assert citations.written == {f"{wrong}.": (1,), f" {LUNCH}, and more.": (2, 3), "\n\n- Dinner: 99 EUR.": (2,)}


@pytest.mark.parametrize(
    "text", ["Hello! How can I help you?", f"{LEAVE}, or do you mean sick leave?", REFUSAL, "Yes."]
)
def test_a_sentence_that_claims_nothing_is_given_no_marker(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize("text", ["Hello! [1]", "Do you mean annual leave, or sick leave? [1]", f"{REFUSAL} [2]"])
def test_a_marker_behind_a_sentence_that_claims_nothing_is_dropped(text: str) -> None:
    assert shown(text) == text.rpartition(" ")[0]


def test_items_and_rows_have_one_marker_each_and_headers_and_lead_ins_none() -> None:
    text = (
        "# Leave\n\n**Travel**\n\nThe limits are:\n\n- Lunch [2]: 18 EUR [2]\n- Dinner is paid up to 30 EUR.\n\n"
        "| Meal | Limit |\n|---|---|\n| Lunch | 18 EUR |\n| Dinner | 30 EUR | [1]\n"
    )
    assert shown(text) == (
        "# Leave\n\n**Travel**\n\nThe limits are:\n\n- Lunch: 18 EUR [2]\n- Dinner is paid up to 30 EUR. [2]\n\n"
        "| Meal | Limit |\n|---|---|\n| Lunch | 18 EUR [2] |\n| Dinner | 30 EUR [2] |\n"
    )


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Read `values[0]` first. [3]", [3]),
        ("```python\nl = [0]\nm = [1, 2, 99]\n```\n", []),
        ("The range is [0, 100]. [3]", [3]),
        ("See [7](https://example.org/7).", []),
        ("Set `dp[1][0]` to 1. [3]", [3]),
        ("The rule [^1] is old.\n\n[^1]: Since 1999.", []),
    ],
)
def test_brackets_that_cite_nothing_stay_and_are_not_cited(text: str, cited: list[int]) -> None:
    assert shown(text) == text
    assert [found.index for found in cited_passages(text, FOUND)] == cited


def test_a_marker_behind_a_code_block_cites_the_code() -> None:
    text = "```\nSet `dp[1][0]` to 1.\n```\nThat is all. [3]"
    assert shown(text) == text


def test_an_answer_in_another_language_keeps_the_models_markers() -> None:
    text = "Alle Kollegen haben 25 Tage Urlaub im Jahr, und das ist für alle so. [1][3]"
    assert shown(text) == text


@pytest.mark.parametrize("sources", ["Sources: [1]", "Sources: [1], [2]", "**Sources:** [1]; [2]."])
def test_a_list_of_sources_at_the_end_stays(sources: str) -> None:
    assert shown(f"{LEAVE} [1].\n\n{sources}") == f"{LEAVE} [1].\n\n{sources}"


sentences = st.sampled_from(
    [f"{LEAVE}.", f"{LUNCH}.", "Unused days expire on 31 March.", "Hello!", "It is so, e.g. here."]
)
marks = st.sampled_from(["", " [1]", " [2]", "[9]", " [1, 2]"])
gaps = st.sampled_from([" ", "\n\n", "\n- ", "\n| "])


@tried(60)
@given(st.lists(st.tuples(gaps, sentences, marks), max_size=5), st.lists(st.integers(0, 250), max_size=8))
def test_an_answer_is_shown_in_the_same_way_however_it_arrives(
    parts: list[tuple[str, str, str]], places: list[int]
) -> None:
    text = "".join("".join(part) for part in parts)
    ends = sorted({min(place, len(text)) for place in places})
    pieces = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    assert written(*pieces) == written(text) == written(*text)
    assert without_markers(shown(text)).split() == without_markers(text).split()


def test_words_do_not_wait_for_the_end_of_their_sentence() -> None:
    citations, stream = CitationWriter(FOUND, GROUNDER.support), PartStream()
    assert "".join(map(citations.feed, stream.feed("Every colleague"))) == "Every colleague"


def test_cited_passages_are_those_of_the_markers_once_and_in_their_order() -> None:
    assert [found.index for found in cited_passages("So [3]. And so [1, 3].", passages(3))] == [1, 3]


@pytest.mark.parametrize("text", ["So it is.", "So it is [7]."])
def test_without_a_marker_of_a_passage_nothing_is_cited(text: str) -> None:
    assert cited_passages(text, passages(3)) == ()


def test_a_text_without_its_markers_keeps_its_other_brackets() -> None:
    assert (
        without_markers("25 days [1]. See [7](https://x.org) and `a[1]`. [2]")
        == "25 days. See [7](https://x.org) and `a[1]`."
    )
