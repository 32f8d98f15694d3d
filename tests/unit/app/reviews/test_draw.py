"""Spot checks are drawn at random, the same way every time."""

from __future__ import annotations

from app.reviews.draw import is_drawn, new_salt

IDS = [f"answer-{number}" for number in range(20_000)]


def test_the_share_of_the_answers_is_drawn() -> None:
    for share in (0.01, 0.1, 0.5):
        drawn = sum(is_drawn("salt", one, share) for one in IDS)
        # Five standard deviations.
        assert abs(drawn - share * len(IDS)) < 5 * (len(IDS) * share * (1 - share)) ** 0.5


def test_with_a_share_of_nothing_none_is_drawn_and_with_all_each() -> None:
    assert not any(is_drawn("salt", one, 0.0) for one in IDS[:1000])
    assert all(is_drawn("salt", one, 1.0) for one in IDS[:1000])


def test_the_draw_of_a_lower_share_is_part_of_that_of_a_higher_one() -> None:
    few = {one for one in IDS if is_drawn("salt", one, 0.02)}
    many = {one for one in IDS if is_drawn("salt", one, 0.1)}
    assert few < many


def test_nobody_who_does_not_know_the_salt_knows_what_is_drawn() -> None:
    one, other = new_salt(), new_salt()
    assert one != other
    assert len(one) == 64
    both = sum(is_drawn(one, each, 0.1) and is_drawn(other, each, 0.1) for each in IDS)
    # Independent draws: 1% of the answers are in both.
    assert abs(both - 200) < 5 * (20_000 * 0.01 * 0.99) ** 0.5
