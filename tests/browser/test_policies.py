"""What a reader sees of the grounding policies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from testing.model_server import ModelServer, Script
from tests.browser.conftest import Open
from tests.browser.garden import REFUSAL
from tests.browser.service import Library, Service, running_service
from tests.browser.visit import Visit

MOLES = "How deep do the moles dig, and who is their keeper?"
GOOD = "The moles dig to a depth of 30 metres in winter [1]."
WRONG = "Their keeper is Boris Falk [1]."


@pytest.fixture
def strict_visit(tab: Open, withholding_service: Service, model: ModelServer) -> Visit:
    """The page of the service that withholds."""
    visit: Visit = tab(withholding_service)
    visit.open_ready()
    return visit


@pytest.fixture(scope="module")
def retrying_service(
    library: Library, model_server: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service that asks the model a second time."""
    folder = tmp_path_factory.mktemp("retry")
    moved = library.with_settings(folder / "domain", 'grounding = "retry"').copy_to(folder)
    with running_service(moved, folder / "log", LLM_BASE_URL=model_server.url) as service:
        service.wait_until_ready()
        yield service


def test_the_number_of_withheld_sentences_is_shown(strict_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=tuple(f"{GOOD} {WRONG}"))
    answer = strict_visit.ask(MOLES)
    expect(answer.shown.locator(".prose p")).to_have_text(GOOD)
    expect(answer.shown.locator(".notice[data-kind='withheld']")).to_have_text(
        "1 sentence was withheld, because the documents do not support it."
    )
    expect(answer.shown.locator(".verdict")).to_have_attribute("data-outcome", "supported")
    expect(strict_visit.announcer).to_contain_text("1 sentence was withheld")


def test_a_refusal_because_every_sentence_was_withheld_says_so(strict_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=tuple(f"{WRONG} {WRONG}"))
    answer = strict_visit.ask(MOLES)
    expect(answer.shown).to_have_attribute("data-state", "refused")
    expect(answer.shown.locator(".prose")).to_have_text(REFUSAL)
    expect(answer.shown.locator(".notice[data-kind='withheld']")).to_have_text(
        "An answer was written, but the documents do not support it; it is not shown."
    )


def test_without_a_withheld_sentence_there_is_no_notice(strict_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=tuple(GOOD))
    expect(strict_visit.ask(MOLES).shown.locator(".notice")).to_have_count(0)


def test_a_second_attempt_is_shown(tab: Open, retrying_service: Service, model: ModelServer) -> None:
    visit = tab(retrying_service)
    visit.open_ready()
    model.script = Script(pieces=tuple(f"{GOOD} {WRONG}"), then=Script(pieces=tuple(GOOD)))
    answer = visit.ask(MOLES)
    expect(answer.shown.locator(".prose p")).to_have_text(GOOD)
    expect(answer.shown.locator(".made p")).to_contain_text("Written by the model · at the second attempt")
