"""What holds for any text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.grounding import ContextIndex, check
from app.grounding.text.normalise import normalise
from core.sentences import split_sentences
from testing.properties import tried

ANY_TEXT = st.text(max_size=120)
SURROGATES_TOO = st.text(alphabet=st.characters(exclude_categories=()), max_size=80)
PIECES = st.sampled_from(
    "The board Board approved 25 days of leave. Rolf Amsel three 3 1,500,000 1.5 million $50 €50 50 % 14:00 2 pm March "
    "5 2024 2024-03-05 May may first Monday – - don't clerk's home-office max_retries --dry-run https://a.example/b "
    "a@b.example U.S. 2FA [1] 1. \n \n\n | ** # ` ( ) \" ' café naïve 休暇は 年 25日 ｶﾞ 한국어 привет ½ m² ¹ ﬁle "
    "\u00ad \u200b \u00a0 é ß Ünal die der Urlaub le congé ? ! ; : & million hundred and half past eleven".split(" ")
)
PROSE = st.lists(PIECES, max_size=25).map(" ".join)
GLUED = st.lists(PIECES, max_size=12).map("".join)
MARKERS = ["[{0}]", "[{0}, {1}]", "[{0}][{1}]", "({0})", "【{0}】", "[^{0}]", "(see [{0}])", "[doc {0}]"]
LIST_MARKS = ["{0}. ", "{0}) ", "({0}) ", "- ", "* ", "• ", "> ", "## ", "Step {0}: ", "| "]
TEXT = st.one_of(PROSE, GLUED, ANY_TEXT)

ABSENCES = ("number_absent", "date_absent", "entity_absent", "term_absent")
CONTRADICTIONS = ("number_mismatch", "date_mismatch", "entity_mismatch", "unit_mismatch", "negation", "antonym")

examples = tried(150)


def absences(answer: str, contexts: list[str], question: str | None = None) -> set[tuple[int, int, str]]:
    flags = check(answer, contexts, question).flags
    return {(flag.start, flag.end, flag.reason) for flag in flags if flag.reason in ABSENCES}


def flagged_words(answer: str, contexts: list[str]) -> list[str]:
    return [unicodedata.normalize("NFC", flag.text) for flag in check(answer, contexts).flags]


@examples
@given(answer=TEXT, contexts=st.lists(TEXT, max_size=3), question=st.none() | TEXT)
def test_every_offset_slices_to_the_text_it_names(answer: str, contexts: list[str], question: str | None) -> None:
    report = check(answer, contexts, question)
    for flag in report.flags:
        assert flag.text == answer[flag.start : flag.end]
        assert flag.text
        if flag.evidence is not None:
            evidence = flag.evidence
            assert evidence.text == contexts[evidence.context][evidence.start : evidence.end]
            assert evidence.text
    spans = [(one.start, one.end) for one in report.sentences] + [(one.start, one.end) for one in report.unjudged]
    assert all(0 <= start < end <= len(answer) for start, end in spans)


@examples
@given(answer=TEXT, contexts=st.lists(TEXT, max_size=3))
def test_scores_and_verdicts_agree_with_the_flags(answer: str, contexts: list[str]) -> None:
    report = check(answer, contexts)
    assert all(0.0 <= sentence.score <= 1.0 for sentence in report.sentences)
    worst = min((sentence.score for sentence in report.sentences), default=1.0)
    assert report.score >= min(worst, 0.5) - 1e-9
    assert report.supported == all(sentence.supported for sentence in report.sentences)
    placed = 0
    for sentence in report.sentences:
        inside = [flag for flag in report.flags if sentence.start <= flag.start and flag.end <= sentence.end]
        placed += len(inside)
        grave = [flag for flag in inside if flag.severity == "hard" or flag.reason == "sentence_unsupported"]
        assert sentence.supported == (not grave)
        assert not inside or sentence.score < 1.0
        assert "sentence_unsupported" not in [flag.reason for flag in inside[1:]]
    assert placed == len(report.flags)


@examples
@given(answer=TEXT, contexts=st.lists(TEXT, max_size=3), question=st.none() | TEXT)
def test_every_flag_has_the_severity_and_evidence_of_its_reason(
    answer: str, contexts: list[str], question: str | None
) -> None:
    for flag in check(answer, contexts, question).flags:
        assert 0.0 <= flag.confidence <= 1.0
        if flag.reason == "term_absent":
            assert flag.severity == "soft"
        elif flag.reason == "sentence_unsupported":
            assert flag.evidence is None
        elif flag.reason in CONTRADICTIONS and flag.evidence is not None:
            assert flag.severity == "hard" or flag.reason == "number_mismatch"  # soft over tables
            assert flag.confidence >= 0.9
        elif flag.reason != "unit_mismatch":
            assert flag.reason in ABSENCES


@examples
@given(answer=TEXT, contexts=st.lists(TEXT, max_size=3), question=st.none() | TEXT)
def test_the_same_texts_have_the_same_report(answer: str, contexts: list[str], question: str | None) -> None:
    assert check(answer, contexts, question) == check(answer, contexts, question)


@examples
@given(contexts=st.lists(TEXT, min_size=1, max_size=3), data=st.data())
def test_a_verbatim_sentence_of_a_context_is_never_flagged(contexts: list[str], data: st.DataObject) -> None:
    context = data.draw(st.sampled_from(contexts))
    normalised = normalise(context)
    for start, end in split_sentences(normalised.text):
        first, last = normalised.original_span(start, end)
        assert check(context[first:last], contexts).flags == ()


@examples
@given(context=TEXT)
def test_a_context_supports_itself(context: str) -> None:
    assert check(context, [context]).flags == ()


@pytest.mark.parametrize(
    "text",
    [
        "No, the gate opens on Monday.",
        "The monkeys eat figs [1] never",
        "board approved 25 three [1] board",
    ],
)
def test_a_copied_sentence_is_not_flagged_for_the_marks_and_openers_that_are_left_out(text: str) -> None:
    assert check(text, [text]).flags == ()


def test_a_copied_sentence_is_not_flagged_beside_one_that_repeats_its_words() -> None:
    contexts = ["Rooms cost 25 euros, rooms cost less in May, and in June rooms cost nothing.", "Rooms cost 30 euros."]
    assert check("Rooms cost 30 euros.", contexts).flags == ()


@examples
@given(answer=TEXT, contexts=st.lists(TEXT, max_size=2), added=TEXT, question=st.none() | TEXT)
def test_one_more_context_never_adds_an_absence(
    answer: str, contexts: list[str], added: str, question: str | None
) -> None:
    before = check(answer, contexts, question)
    assume("other_language" not in {unjudged.reason for unjudged in before.unjudged})
    assert absences(answer, [*contexts, added], question) <= absences(answer, contexts, question)


def test_one_more_context_in_its_language_lets_an_answer_be_judged() -> None:
    answer, german = "Der Garten öffnet um neun Uhr.", "Der Garten ist im Mai offen."
    english = "The garden is open in May."
    assert absences(answer, [english]) == absences(answer, [english, "12"]) == set()
    assert {reason for *_, reason in absences(answer, [english, german])} >= {"term_absent"}


def test_one_more_context_never_takes_a_sum_away() -> None:
    answer, context = "The park has a total of 44 trees.", "The park has 31 oaks and 13 beeches."
    others = [
        "The park has a total of many trees.",
        "The park's total of trees has grown.",
        "A total of the trees the park has.",
        "Total trees of the park.",
    ]
    assert "number_absent" not in {reason for *_, reason in absences(answer, [context])}
    assert absences(answer, [context, *others]) <= absences(answer, [context])


def test_one_more_context_never_takes_a_compound_away() -> None:
    answer, context = "Use the login form.", "You log in with the form and use it."
    other = "Le mot in est dans la liste que nous avons avec vous."
    assert absences(answer, [context, other]) <= absences(answer, [context])


@examples
@given(answer=TEXT, contexts=st.lists(TEXT, max_size=2))
def test_composed_and_decomposed_answers_have_the_same_flagged_words(answer: str, contexts: list[str]) -> None:
    composed = flagged_words(unicodedata.normalize("NFC", answer), contexts)
    decomposed = flagged_words(unicodedata.normalize("NFD", answer), contexts)
    assert composed == decomposed


@examples
@given(answer=SURROGATES_TOO, contexts=st.lists(SURROGATES_TOO, max_size=2), question=SURROGATES_TOO)
def test_no_text_raises(answer: str, contexts: list[str], question: str) -> None:
    check(answer, contexts, question).to_dict()


@examples
@given(answer=TEXT, contexts=st.lists(TEXT, max_size=3), question=st.none() | TEXT)
def test_an_index_gives_the_report_of_its_contexts(answer: str, contexts: list[str], question: str | None) -> None:
    assert check(answer, ContextIndex.build(contexts), question) == check(answer, contexts, question)


@examples
@given(
    marker=st.sampled_from(MARKERS),
    numbers=st.tuples(st.integers(1, 99), st.integers(1, 99)),
)
def test_citation_markers_are_never_flagged(marker: str, numbers: tuple[int, int]) -> None:
    context = "Badges expire after a year."
    assert check(f"Badges expire after a year {marker.format(*numbers)}.", [context]).supported
    assert check(f"Badges expire after a year. {marker.format(*numbers)}", [context]).supported


@examples
@given(
    mark=st.sampled_from(LIST_MARKS),
    number=st.integers(1, 99),
)
def test_list_marks_are_never_flagged(mark: str, number: int) -> None:
    assert check(f"{mark.format(number)}Badges expire after a year.", ["Badges expire after a year."]).supported


@examples
@given(text=TEXT)
def test_normalised_characters_map_to_ascending_ranges(text: str) -> None:
    normalised = normalise(text)
    reached = 0
    for position in range(len(normalised.text)):
        start, end = normalised.original_span(position, position + 1)
        assert reached <= start < end <= len(text) or (start < end == reached)
        reached = max(reached, end) if start >= reached else reached
