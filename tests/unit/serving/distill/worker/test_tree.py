"""Examples that begin alike, as one row."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from serving.distill.worker.tree import Example, Row, make_row

SYSTEM = tuple(range(100, 120))
PASSAGES = tuple(range(200, 240))
tokens = st.lists(st.integers(0, 2), min_size=1, max_size=8).map(tuple)


def path_of(row: Row, place: int) -> list[int]:
    """Return the places of all tokens that the token at a place sees, itself included."""
    number = next(n for n, part in enumerate(row.segments) if part.start <= place < part.start + part.length)
    seen: list[int] = []
    for part in (*row.segments[number].above, number):
        segment = row.segments[part]
        seen += range(segment.start, segment.start + segment.length)
    return [one for one in seen if one <= place or one not in range(row.segments[number].start, len(row.ids))]


@given(st.lists(st.tuples(tokens, tokens), min_size=1, max_size=6), st.integers(1, 5))
def test_each_target_is_predicted_from_exactly_the_tokens_of_its_example(
    pairs: list[tuple[tuple[int, ...], tuple[int, ...]]], shortest: int
) -> None:
    examples = [Example(number, prompt, answer) for number, (prompt, answer) in enumerate(pairs)]
    row = make_row(examples, shortest)
    found = iter(zip(row.sources, row.targets, strict=True))
    for number, count in zip(row.examples, row.counts, strict=True):
        example = examples[number]
        assert count == len(example.answer)
        for offset in range(len(example.prompt), len(example.ids)):
            source, target = next(found)
            seen = path_of(row, source)
            assert target == example.ids[offset]
            assert [row.ids[place] for place in seen] == list(example.ids[:offset])
            assert [row.positions[place] for place in seen] == list(range(offset))
    assert next(found, None) is None
    assert sum(segment.length for segment in row.segments) == len(row.ids)


def test_what_examples_have_in_common_is_there_once() -> None:
    row = make_row(
        [
            Example(0, (*SYSTEM, *PASSAGES, 1), (7, 9)),
            Example(1, (*SYSTEM, *PASSAGES, 2), (8, 9)),
            Example(2, (*SYSTEM, 3), (6, 9)),
        ]
    )
    assert len(row.ids) == len(SYSTEM) + len(PASSAGES) + 3 * 3
    assert row.tokens == 3 * len(SYSTEM) + 2 * len(PASSAGES) + 3 * 3
    assert sorted(len(segment.above) for segment in row.segments) == [0, 1, 1, 2, 2]


def test_a_few_common_tokens_are_not_shared() -> None:
    row = make_row([Example(0, (1, 2, 3), (4,)), Example(1, (1, 2, 5), (6,))])
    assert [segment.above for segment in row.segments] == [(), ()]
    assert row.positions == (0, 1, 2, 3, 0, 1, 2, 3)


def test_the_same_example_twice_counts_twice() -> None:
    example = Example(0, SYSTEM, (1, 2))
    row = make_row([example, example])
    assert len(row.ids) == len(example.ids)
    assert row.targets == (1, 2, 1, 2)


def test_two_answers_to_one_prompt_have_one_prompt() -> None:
    row = make_row([Example(0, SYSTEM, (1, 2)), Example(1, SYSTEM, (3,))])
    assert len(row.ids) == len(SYSTEM) + 3
    assert row.sources[0] == row.sources[2] == len(SYSTEM) - 1
