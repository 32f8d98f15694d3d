"""An arena over run folders: by a metric, a judge or people, with no model asked again."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from core.errors import ConfigurationError, GenerationError, ServiceError
from core.types import Message
from evals.arena.console import print_arena
from evals.arena.matches import Entry, make_matches, parse_entry, read_entries
from evals.arena.result import Arena
from evals.arena.run import ArenaRequest, run_arena
from evals.judge.client import JudgeClient
from evals.run.folder import read_run
from evals.service import ServiceClient
from testing.judges import completion, judge_client, verdict_by_words
from tests.unit.evals.judge.runs import answered, failed, write_run

MODELS = {"large": ("right", "right", "right"), "small": ("right", "not", "not"), "damaged": ("not", "not", "no")}


class Queue:
    """A service with a review queue. It shows each pair the other way round, as the real one does with some."""

    def __init__(self, refuses: bool = False) -> None:
        self.items: list[dict[str, Any]] = []
        self.refuses = refuses

    async def post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Keep the items that are not known."""
        assert path == "/v1/reviews"
        if self.refuses:
            raise ServiceError("the scope admin is needed")
        new = [item for item in body["items"] if item not in self.items]
        self.items += new
        return {"added": len(new), "known": len(body["items"]) - len(new)}

    async def get(self, path: str) -> dict[str, Any]:
        """Return the pairs with a vote, one a page: for the answer that is right."""
        assert path.startswith("/v1/reviews?source=pair&state=done")
        place = int(path.partition("&cursor=")[2] or 0)
        shown = [self._voted(item) for item in self.items[place : place + 1]]
        more = place + 1 < len(self.items)
        return {"items": shown, "next": str(place + 1) if more else None, "open": 0}

    async def stream(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[dict[str, Any], None]:
        """No answer is asked for."""
        raise AssertionError(path)
        yield {}

    def _voted(self, item: dict[str, Any]) -> dict[str, Any]:
        a, b = item["b"], item["a"]
        good = ["right" in side["answer"] for side in (a, b)]
        preferred = "tie" if good[0] == good[1] else "a" if good[0] else "b"
        return {**item, "a": a, "b": b, "decision": {"preferred": preferred}}


@asynccontextmanager
async def opened(queue: Queue) -> AsyncIterator[ServiceClient]:
    yield queue


@pytest.fixture
def entries(tmp_path: Path) -> tuple[Entry, ...]:
    """Three runs of the same three questions."""
    runs = {
        name: write_run(
            tmp_path / name,
            *(answered(f"q{number}", f"It is {word}, says {name}.") for number, word in enumerate(words)),
            model=name,
        )
        for name, words in MODELS.items()
    }
    return tuple(Entry(folder) for folder in runs.values())


def arena_of(
    request: ArenaRequest, *, words: tuple[str, ...] = (), queue: Queue | None = None, reply: str | None = None
) -> Arena:
    """Run an arena; with `words`, by a judge that finds answers with one of them good."""

    def respond(body: dict[str, Any]) -> Any:
        return completion(reply if reply is not None else json.dumps(verdict_by_words(body, *words)))

    async def open_judge() -> JudgeClient:
        return judge_client(request.out.parent / "cache", respond)

    has_judge = bool(words) or reply is not None
    return asyncio.run(
        run_arena(
            request, open_judge if has_judge else None, lambda: opened(queue or Queue()), lambda done, total: None
        )
    )


def test_a_judge_ranks_the_models_and_everything_is_written(entries: tuple[Entry, ...], tmp_path: Path) -> None:
    arena = arena_of(ArenaRequest(entries, tmp_path / "arena"), words=("right",))

    (standings,) = arena.standings
    (group,) = standings.groups
    assert [one.model for one in group] == ["large", "small", "damaged"]
    assert (arena.questions, arena.judge and arena.judge["asked"]) == (3, 18)
    written = json.loads((tmp_path / "arena" / "arena.json").read_text())
    assert written == json.loads(json.dumps(arena.to_dict()))
    lines = (tmp_path / "arena" / "decisions.jsonl").read_text().splitlines()
    assert len(lines) == 9
    assert json.loads(lines[1])["outcome"] == "a"
    assert "unknown here" in " ".join(arena.notes())


def test_a_metric_decides_without_a_judge(entries: tuple[Entry, ...], tmp_path: Path) -> None:
    arena = arena_of(ArenaRequest(entries, tmp_path / "arena", by="citation recall"))
    assert arena.standings[0].source == "citation recall"
    assert arena.standings[0].pairs[0].ties == 3


def test_people_vote_in_the_queue_and_the_judge_is_compared_with_them(
    entries: tuple[Entry, ...], tmp_path: Path
) -> None:
    queue = Queue()
    posted = arena_of(ArenaRequest(entries, tmp_path / "first", queue=100), queue=queue)
    assert posted.standings == ()
    assert posted.posted is not None
    assert (posted.posted.added, posted.posted.known) == (9, 0)
    assert set(queue.items[0]) == {"source", "question", "history", "passages", "a", "b"}
    assert queue.items[0]["passages"] == [
        {"index": 1, "document_name": "Leave", "section": None, "text": "Everybody has 25 days."}
    ]

    arena = arena_of(ArenaRequest(entries, tmp_path / "second", votes=True, queue=100), words=("right",), queue=queue)
    judge, people = arena.standings
    assert (people.source, people.pairs) == ("people", judge.pairs)
    assert arena.posted is not None
    assert arena.posted.known == 9
    assert arena.agreement is not None
    assert arena.agreement.raw is not None
    assert (arena.agreement.labels, arena.agreement.raw.value) == (9, 1.0)


def test_without_a_vote_one_line_says_so_in_place_of_an_empty_table(entries: tuple[Entry, ...], tmp_path: Path) -> None:
    arena = arena_of(ArenaRequest(entries, tmp_path / "arena", votes=True))

    console = Console(width=300, file=io.StringIO(), record=True)
    print_arena(arena, console)
    said, written = console.export_text().splitlines()
    assert said.startswith("No person has voted on these answers yet.")
    assert written.startswith("Written to")
    assert said in (tmp_path / "arena" / "report.html").read_text(encoding="utf-8")


def test_votes_on_other_answers_are_not_counted(entries: tuple[Entry, ...], tmp_path: Path) -> None:
    queue = Queue()
    arena_of(ArenaRequest(entries, tmp_path / "first", queue=100), queue=queue)
    other = write_run(tmp_path / "again", *(answered(f"q{n}", "Other words.") for n in range(3)), model="large")
    arena = arena_of(ArenaRequest((Entry(other), *entries[1:]), tmp_path / "second", votes=True), queue=queue)

    assert [(pair.a, pair.b) for pair in arena.standings[0].pairs] == [("small", "damaged")]
    assert "cannot be compared: large; small, damaged." in " ".join(arena.notes())


def test_a_sample_of_the_questions_is_compared(entries: tuple[Entry, ...], tmp_path: Path) -> None:
    arena = arena_of(ArenaRequest(entries, tmp_path / "arena", limit=2), words=("right",))
    assert (arena.questions, len(arena.decisions["a-judge"])) == (2, 6)


def test_a_judge_that_never_replies_in_its_form_decides_nothing(entries: tuple[Entry, ...], tmp_path: Path) -> None:
    arena = arena_of(ArenaRequest(entries, tmp_path / "arena"), reply="I prefer the first.")
    assert all(decision.outcome is None for decision in arena.decisions["a-judge"])
    assert len(arena.standings[0].groups) == 3
    assert "Not decided by a-judge: 9" in " ".join(arena.notes())


def test_the_folder_of_an_arena_that_failed_is_free_again(entries: tuple[Entry, ...], tmp_path: Path) -> None:
    request = ArenaRequest(entries, tmp_path / "arena", queue=10)
    with pytest.raises(ServiceError):
        arena_of(request, queue=Queue(refuses=True))

    async def broken() -> JudgeClient:
        raise GenerationError("the judge is gone")

    with pytest.raises(GenerationError):
        asyncio.run(run_arena(request, broken, lambda: opened(Queue()), lambda done, total: None))
    assert not (tmp_path / "arena").exists()


def test_what_cannot_be_compared_is_refused(entries: tuple[Entry, ...], tmp_path: Path) -> None:
    out = tmp_path / "arena"
    other_cases = write_run(tmp_path / "other", answered("x", "It is right."), model="other")
    for request, message in (
        (ArenaRequest(entries, out), "Nothing decides the matches"),
        (ArenaRequest(entries[:1], out, by="recall@5"), "two runs or more"),
        (ArenaRequest((entries[0], entries[0]), out, by="recall@5"), "are both of 'large'"),
        (ArenaRequest((entries[0], Entry(other_cases)), out, by="recall@5"), "no case in common"),
        (ArenaRequest((entries[0], Entry(tmp_path / "absent")), out, by="recall@5"), "cannot be read"),
        (ArenaRequest(entries, tmp_path / "large", by="recall@5"), "exists already"),
    ):
        with pytest.raises(ConfigurationError, match=message):
            arena_of(request)
    with pytest.raises(ConfigurationError, match="--limit is 0"):
        ArenaRequest(entries, out, limit=0)
    with pytest.raises(ConfigurationError, match="--queue is 0"):
        ArenaRequest(entries, out, queue=0)


def test_different_questions_under_one_id_are_refused(entries: tuple[Entry, ...], tmp_path: Path) -> None:
    result = answered("q0", "It is right.")
    changed = replace(result, case=replace(result.case, question="Another one?"))
    folder = write_run(tmp_path / "changed", changed, model="changed")
    with pytest.raises(ConfigurationError, match="different questions under the id 'q0'"):
        make_matches(read_entries((entries[0], Entry(folder))))


def test_a_run_is_named_by_its_argument_or_its_model(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", answered("q", "x"), model="a-model")
    assert parse_entry(f"mine={folder}") == Entry(folder, "mine")
    assert parse_entry(str(folder)) == Entry(folder)
    strange = tmp_path / "a=b"
    strange.mkdir()
    assert parse_entry(str(strange)) == Entry(strange)
    runs = read_entries((Entry(folder), Entry(folder, "mine")))
    assert runs == {"a-model": read_run(folder), "mine": read_run(folder)}
    for wrong in ("=", "name=", f"={folder}"):
        with pytest.raises(ConfigurationError, match="NAME=FOLDER"):
            parse_entry(wrong)


def test_the_terminal_and_the_page_show_the_same_figures(tmp_path: Path) -> None:
    hostile = "It is right. <script>alert(1)</script>"
    follow_up = answered("q0", hostile)
    follow_up = replace(follow_up, case=replace(follow_up.case, history=(Message("user", "<i>Before?</i>"),)))
    one = write_run(tmp_path / "one", follow_up, answered("q1", "It is right."), model="<b>one</b>")
    lost = replace(failed("q0"), case=follow_up.case)
    two = write_run(tmp_path / "two", lost, answered("q1", "It is not."), model="two")
    arena = arena_of(ArenaRequest((Entry(one), Entry(two)), tmp_path / "arena"), words=("right",))
    console = Console(width=160, file=io.StringIO(), record=True)
    print_arena(arena, console)
    text = console.export_text()
    page = (tmp_path / "arena" / "report.html").read_text(encoding="utf-8")

    standing = arena.standings[0].groups[0][0]
    assert standing.strength is not None
    assert f"+{round(standing.strength.value)}" in text
    assert f"+{round(standing.strength.value)}" in page
    assert "Position bias: in 0 of 1 matches" in text
    assert "user: &lt;i&gt;Before?&lt;/i&gt;" in page
    assert "<script>" not in page
    assert "<b>one</b>" not in page
    assert "The request failed: The service answered with 503." in page
