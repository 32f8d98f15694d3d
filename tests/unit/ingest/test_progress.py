from __future__ import annotations

import pytest

from ingest.progress import Meter, Progress


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seen() -> list[Progress]:
    return []


@pytest.fixture
def meter(seen: list[Progress], clock: Clock) -> Meter:
    return Meter(seen.append, clock)


def test_documents_are_counted_as_they_are_read(meter: Meter, seen: list[Progress]) -> None:
    meter.begin("listing")
    meter.list(2)
    meter.read("a.md", 100)
    assert [(now.stage, now.done, now.total, now.name) for now in seen] == [
        ("listing", 0, 0, ""),
        ("reading", 0, 2, ""),
        ("reading", 1, 2, "a.md"),
    ]


def test_the_chunks_of_a_long_document_are_expected_by_its_length(meter: Meter, seen: list[Progress]) -> None:
    meter.list(1)
    meter.read("long.txt", 10_000)
    for _ in range(4):
        meter.chunk(500)
    meter.begin("embedding")
    assert (seen[-1].chunks, seen[-1].chunks_expected) == (0, 20)


def test_before_the_last_document_is_read_the_number_of_chunks_is_unknown(meter: Meter, seen: list[Progress]) -> None:
    meter.list(2)
    meter.read("a.md", 500)
    meter.chunk(500)
    meter.begin("embedding")
    assert seen[-1].chunks_expected is None
    meter.read("b.md")
    assert seen[-1].chunks_expected == 1


def test_white_space_at_the_end_of_a_document_is_not_expected_to_become_chunks(
    meter: Meter, seen: list[Progress]
) -> None:
    meter.list(1)
    meter.read("a.md", 900)
    meter.chunk(500)
    meter.end_document(400)
    meter.begin("embedding")
    assert seen[-1].chunks_expected == 1


def test_the_time_left_follows_from_the_speed_of_embedding(meter: Meter, seen: list[Progress], clock: Clock) -> None:
    meter.list(1)
    meter.read("long.txt", 10_000)
    meter.chunk(5_000)
    meter.chunk(5_000)
    meter.begin("embedding")
    assert seen[-1].seconds_left is None
    clock.now += 3
    meter.embed(1)
    assert seen[-1].seconds_left == pytest.approx(3)
    clock.now += 3
    meter.embed(1)
    assert seen[-1].seconds_left == 0


def test_the_time_left_counts_documents_that_are_still_to_be_read(
    meter: Meter, seen: list[Progress], clock: Clock
) -> None:
    meter.list(4)
    clock.now += 2
    meter.read("a.md", 500)
    meter.chunk(500)
    meter.begin("embedding")
    clock.now += 1
    meter.embed(1)
    # Three documents, each read in two seconds and embedded in one.
    assert seen[-1].seconds_left == pytest.approx(9)


def test_unchanged_documents_take_the_time_of_reading_alone(meter: Meter, seen: list[Progress], clock: Clock) -> None:
    meter.list(10)
    clock.now += 1
    meter.read("a.md")
    assert seen[-1].seconds_left == pytest.approx(9)


@pytest.mark.parametrize(
    ("progress", "summary"),
    [
        (Progress(12, 40, "a.md", chunks=310), "12 of 40 documents read, 310 chunks embedded"),
        (
            Progress(1, 1, "a.md", chunks=1024, chunks_expected=80_000),
            "1 of 1 documents read, 1,024 of about 80,000 chunks embedded",
        ),
    ],
)
def test_a_progress_is_summed_up_for_people(progress: Progress, summary: str) -> None:
    assert progress.summary == summary
