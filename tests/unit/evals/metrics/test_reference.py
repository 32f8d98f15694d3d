from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.tokenizers import DefaultTokenizer

from evals.metrics.contribution import Contribution
from evals.metrics.reference import RougeWords, compare_with_reference, rouge_l, squad_words, word_f1
from tests.unit.evals.responses import LEAVE, case_of, response_to

WORDS = st.lists(st.sampled_from("days leave twenty-five paid 25 a the € Über".split()), max_size=12)


def compared(answer: str, reference: str, question: str = "How many days of leave do I have?") -> dict[str, float]:
    case = case_of(LEAVE, question=question, answer=reference)
    return {name: one.numerator for name, one in compare_with_reference(response_to(case, content=answer)).items()}


def test_case_punctuation_and_articles_do_not_count() -> None:
    assert squad_words("The first, “ripe” apple — and a pear!") == ["first", "ripe", "apple", "and", "pear"]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "to die for", ["to", "die", "for"]),
        ("de", "Die Größe des Gebäudes", ["grösse", "gebäudes"]),
        ("de", "an einem Tag", ["an", "tag"]),
        ("fr", "L’accord de la direction", ["accord", "de", "direction"]),
        ("es", "¿Los días?", ["días"]),
        ("other", "de dag", ["de", "dag"]),
    ],
)
def test_articles_are_those_of_the_language_and_letters_are_kept(language: str, text: str, words: list[str]) -> None:
    assert squad_words(text, language) == words  # type: ignore[arg-type]


def test_exact_match_is_of_all_words_and_ignores_markers_and_layout() -> None:
    assert compared("**25 days** [1]", "25 days.")["exact match"] == 1.0
    assert compared("25 paid days", "25 days.")["exact match"] == 0.0


def test_word_f1_is_the_harmonic_mean_over_shared_words() -> None:
    # 2 of 4 words of the answer, 2 of 3 of the reference: P = 1/2, R = 2/3, F1 = 4/7.
    assert compared("Everybody has 25 days", "25 days yearly")["token F1"] == pytest.approx(4 / 7)


def test_a_repeated_word_is_shared_as_often_as_both_have_it() -> None:
    assert word_f1(["25", "25", "25"], ["25", "25"]) == pytest.approx(2 * 2 / 5)


def test_rouge_l_counts_words_in_their_order() -> None:
    # Lin 2004, section 3: "police kill the gunman" and "the gunman kill police" against "police killed the gunman".
    assert rouge_l("police kill the gunman", "police killed the gunman") == pytest.approx(0.75)
    assert rouge_l("the gunman kill police", "police killed the gunman") == pytest.approx(0.5)


def test_rouge_l_keeps_words_with_letters_beyond_ascii_whole() -> None:
    assert rouge_l("fünf Tage für alle", "für alle") == pytest.approx(2 * 0.5 * 1 / 1.5)
    assert rouge_l("für", "fur") == 0.0


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_ascii_text_has_the_words_of_the_package_itself(text: str) -> None:
    assert RougeWords().tokenize(text) == DefaultTokenizer().tokenize(text)


@given(WORDS, WORDS)
def test_f1_scores_are_symmetric_shares_and_one_for_equal_texts(first: list[str], second: list[str]) -> None:
    assert word_f1(first, second) == word_f1(second, first)
    assert 0.0 <= word_f1(first, second) <= 1.0
    assert word_f1(first, first) == 1.0
    ours, theirs = " ".join(first), " ".join(second)
    assert rouge_l(ours, theirs) == pytest.approx(rouge_l(theirs, ours))
    assert 0.0 <= rouge_l(ours, theirs) <= 1.0


@given(WORDS, WORDS)
def test_the_common_subsequence_is_no_longer_than_the_shared_bag(first: list[str], second: list[str]) -> None:
    answer, reference = " ".join(first), " ".join(second)
    bags = word_f1(RougeWords().tokenize(answer), RougeWords().tokenize(reference))
    assert rouge_l(answer, reference) <= bags + 1e-9


def test_an_exact_match_has_an_f1_of_one() -> None:
    assert compared("On the 25th.", "on 25th") == {"exact match": 1.0, "token F1": 1.0, "ROUGE-L": pytest.approx(0.8)}


@pytest.mark.parametrize("returned", [{"refused": True}, {"kind": "clarification"}, {"kind": "small_talk"}])
def test_a_refusal_and_a_question_back_score_nothing(returned: dict[str, object]) -> None:
    case = case_of(LEAVE, answer="Ask the People team.")
    measured = compare_with_reference(response_to(case, content="Ask the People team.", **returned))  # type: ignore[arg-type]
    assert set(measured.values()) == {Contribution(0.0)}


def test_a_case_without_a_reference_is_not_compared() -> None:
    assert compare_with_reference(response_to(case_of(LEAVE, answer=" "))) == {}


def test_the_refusal_that_an_unanswerable_case_has_is_no_reference() -> None:
    refusal = "I could not find this."
    assert compare_with_reference(response_to(case_of(answer=refusal), content=refusal, refused=True)) == {}
