from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evals.distill.data.filters.held_out import LEAST_SHARED, SHINGLE, HeldOutText, shingles
from tests.unit.evals.distill.data.filters.candidates import EXPENSES, LAPTOPS, LEAVE

WORDS = st.lists(st.sampled_from("leave day year claim desk laptop manager month train receipt".split()), max_size=60)
DISTINCT = st.lists(st.text("abcdefghij", min_size=4, max_size=8), min_size=40, max_size=60, unique=True)


@given(WORDS)
def test_a_text_has_at_most_one_shingle_for_each_word_that_begins_one(words: list[str]) -> None:
    found = shingles(" ".join(words))
    assert len(found) <= max(0, len(words) - SHINGLE + 1)
    assert sorted(set(found.tolist())) == found.tolist()


@given(DISTINCT, st.integers(0, 10))
def test_every_part_of_a_held_out_page_that_is_long_enough_is_recognised(words: list[str], start: int) -> None:
    held_out = HeldOutText([("page.md", " ".join(words))])
    part = " ".join(words[start : start + SHINGLE + LEAST_SHARED - 1])
    assert held_out.has(part)
    assert held_out.has(part.upper())


@given(DISTINCT)
def test_the_same_words_in_reverse_are_another_text(words: list[str]) -> None:
    assert not HeldOutText([("page.md", " ".join(words))]).has(" ".join(reversed(words)))


def test_a_page_that_shares_a_sentence_is_no_copy_and_one_that_shares_most_is() -> None:
    held_out = HeldOutText([("page.md", f"{LAPTOPS}\n\n{EXPENSES}")])
    assert not held_out.has(f"{LEAVE} {LAPTOPS.split('. ')[0]}.")
    assert held_out.has(f"{LAPTOPS} Another sentence.")
    assert not held_out.has("See the page on expenses.")


def test_without_held_out_documents_nothing_is_a_copy() -> None:
    assert not HeldOutText([]).has(LEAVE)
    assert not HeldOutText([("empty.md", "")]).has(LEAVE)
