"""A long answer, written token by token: its work does not grow, and the page answers while it is written."""

from __future__ import annotations

from random import Random
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import CDPSession, expect

from testing.model_server import ModelServer
from tests.browser.states import MOLES, Stage
from tests.browser.visit import Visit

_WORDS = (
    "the moles dig deep in winter their keeper answers on mondays gardeners planted trees along the avenue repaired "
    "wall that a storm had broken and opened pond to schools of valley for one long rainy week great flood washed away "
    "orchid house orchids were never replaced glasshouse serves tea cakes until sharp hiring rowing boat costs euros"
).split()
_CHARACTERS = 50_000
_TOKEN = 4
"""Characters of a token: that is the mean of English text."""
_SLOWDOWN = 4
_LONGEST_MILLISECONDS = 200
_RUNS = 5


def long_answer(characters: int) -> tuple[str, ...]:
    """Return an answer of so many characters, in tokens. It never repeats itself: the service would end it."""
    chance = Random(7)
    parts: list[str] = []
    while sum(map(len, parts)) < characters:
        parts.append(_section(len(parts) + 1, chance))
    text = "".join(parts)[:characters]
    return tuple(text[at : at + _TOKEN] for at in range(0, len(text), _TOKEN))


def _section(number: int, chance: Random) -> str:
    def words(count: int) -> str:
        return " ".join(chance.choices(_WORDS, k=count))

    items = "\n".join(f"- {words(6)} **{words(2)}** [1]." for _ in range(3))
    rows = "\n".join(f"| {words(2)} | {chance.randrange(1000)} |" for _ in range(3))
    return (
        f"## Part {number}: {words(3)}\n\nAnd {words(20)} `{words(1)}` [1]. Then {words(25)} [1, 2].\n\n{items}\n\n"
        f"| {words(1)} | {words(1)} |\n|---|--:|\n{rows}\n\n"
    )


def session_of(visit: Visit) -> CDPSession:
    return visit.page.context.new_cdp_session(visit.page)


def calls(session: CDPSession) -> int:
    """Return how many functions of the component have been called since the last time."""
    scripts: list[dict[str, Any]] = session.send("Profiler.takePreciseCoverage")["result"]
    ranges = [
        function["ranges"][0]["count"]
        for script in scripts
        if "/widget/assets/element-" in script["url"]
        for function in script["functions"]
    ]
    return sum(ranges)


def test_the_work_for_a_token_does_not_grow_with_the_answer(stage: Stage, model: ModelServer) -> None:
    """Counted, not timed: the functions that are called for the same text at its beginning and at its end.

    The component is drawn at most once a frame, so that the calls vary with how many tokens come in a frame: a work
    that grew with the length would be about seven times as much in the last quarter as in the first.
    """
    pieces = long_answer(24_000)
    visit = stage.generating(*pieces)
    session = session_of(visit)
    session.send("Profiler.enable")
    session.send("Profiler.startPreciseCoverage", {"callCount": True, "detailed": False})
    sections = "".join(pieces).count("## Part ")
    quarters = []
    visit.type_and_send(MOLES)
    for quarter in range(1, 5):
        expect(visit.last_answer.locator(".prose")).to_contain_text(f"Part {sections * quarter // 4}:", timeout=60_000)
        quarters.append(calls(session))
    visit.wait_for_end()
    assert max(quarters[2:]) < 2.5 * quarters[0], quarters


@pytest.mark.long
def test_no_task_of_a_long_answer_blocks_a_slow_machine(stage: Stage) -> None:
    longest = sorted(longest_task(stage) for _ in range(_RUNS))
    print(f"longest task of each run: {longest} ms")
    assert median(longest) < _LONGEST_MILLISECONDS


def longest_task(stage: Stage) -> float:
    """Return the milliseconds of the longest task of the main thread while 50 kB are written, at a slowed down CPU."""
    visit = stage.generating(*long_answer(_CHARACTERS))
    visit.page.evaluate(
        """() => {
          window.longest = 0;
          const read = (list) => {
            window.longest = Math.max(window.longest, ...list.getEntries().map(({ duration }) => duration));
          };
          new PerformanceObserver(read).observe({ type: "longtask" });
        }"""
    )
    session_of(visit).send("Emulation.setCPUThrottlingRate", {"rate": _SLOWDOWN})
    visit.type_and_send(MOLES)
    visit.page.wait_for_selector(".panel[data-state='conversation']", timeout=300_000)
    expect(visit.last_answer).to_have_attribute("data-state", "done")
    visit.page.wait_for_timeout(500)
    longest: float = visit.page.evaluate("window.longest")
    visit.page.close()
    return longest
