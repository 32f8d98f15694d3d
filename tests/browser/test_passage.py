from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.model_server import ModelServer, Script
from tests.browser.conftest import NARROW, WIDE, Open, Upload
from tests.browser.garden import HOSTILE_FILE
from tests.browser.service import Service
from tests.browser.visit import Answer, Visit

FLOOD = "What did the great flood wash away?"
VISIBLE = """mark => {
  const seen = mark.getBoundingClientRect(), box = mark.closest(".passage").getBoundingClientRect();
  return seen.height > 0 && seen.top >= box.top && seen.bottom <= box.bottom;
}"""


def first_citation(answer: Answer) -> str:
    marker = answer.shown.locator(".marker").first.text_content()
    return str(next(passage["text"] for passage in answer.groundwork["passages"] if f"[{passage['index']}]" == marker))


def single_spaced(text: str) -> str:
    return " ".join(text.split())


def test_a_marker_opens_its_passage_in_the_document(visit: Visit) -> None:
    answer = visit.ask(FLOOD)
    panel = visit.open_first_marker(answer)
    expect(panel.get_by_role("heading", level=2)).to_have_text("History")
    expect(panel.locator(".head p")).to_contain_text("The flood")
    expect(panel.locator(".prose > p", has_text="In 1959")).to_have_count(1)
    assert single_spaced(" ".join(panel.locator("mark").all_inner_texts())) == single_spaced(first_citation(answer))
    assert panel.locator("mark").first.evaluate(VISIBLE)


def test_a_passage_after_emoji_and_combining_characters_is_marked_exactly(visit: Visit) -> None:
    answer = visit.ask("Until when does the glasshouse serve tea?")
    panel = visit.open_first_marker(answer)
    assert "".join(panel.locator("mark").all_text_contents()).strip() == first_citation(answer).strip()
    assert "👩‍🌾 The Cafe\u0301" in first_citation(answer)


def test_a_passage_in_a_table_marks_its_cells(visit: Visit) -> None:
    answer = visit.ask("What does a ticket for an adult cost?")
    panel = visit.open_first_marker(answer)
    expect(panel.locator("td mark", has_text="12 euros")).to_have_count(1)
    cells = single_spaced(first_citation(answer).replace("|", " ").replace("-", " "))
    assert single_spaced(" ".join(panel.locator("mark").all_inner_texts())) == cells


def test_a_listed_source_opens_its_passage_too(visit: Visit) -> None:
    answer = visit.ask(FLOOD)
    answer.shown.locator(".sources .source").first.click()
    expect(visit.sheet.locator("mark").first).to_be_visible()


def test_escape_closes_the_panel_and_returns_the_focus(visit: Visit) -> None:
    answer = visit.ask(FLOOD)
    panel = visit.open_first_marker(answer)
    expect(panel.get_by_role("heading", level=2)).to_be_focused()
    visit.page.keyboard.press("Escape")
    expect(visit.sheet).to_have_count(0)
    expect(answer.shown.locator(".marker").first).to_be_focused()


@pytest.mark.parametrize(("width", "covers"), [(WIDE, False), (NARROW, True)])
def test_the_passage_is_beside_the_conversation_or_over_it(
    tab: Open, service: Service, width: int, covers: bool
) -> None:
    visit = tab(service, width=width)
    visit.open_ready()
    panel = visit.open_first_marker(visit.ask(FLOOD))
    expect(panel).to_have_attribute("aria-modal", str(covers).lower())
    # What is covered cannot be reached.
    assert visit.page.locator("main").evaluate("main => main.inert") is covers
    assert panel.locator("mark").first.evaluate(VISIBLE)
    assert visit.sideways_overflow() == 0


def test_a_long_document_shows_more_on_request(visit: Visit) -> None:
    panel = visit.open_first_marker(visit.ask(FLOOD))
    expect(panel.locator("p", has_text="In 1860")).to_have_count(0)
    panel.get_by_role("button", name="Show earlier text").click()
    expect(panel.locator("p", has_text="In 1860")).to_have_count(1)
    expect(panel.get_by_role("button", name="Show earlier text")).to_be_hidden()
    expect(panel.get_by_role("button", name="Show later text")).to_be_hidden()


def test_a_document_that_was_deleted_is_reported_as_missing(visit: Visit, service: Service, upload: Upload) -> None:
    document = upload("otters.md", "# Otters\n\nTwo otters live below the old mill.\n")
    answer = visit.ask("Where do the otters live?")
    visit.expected_failures.add(f"/v1/documents/{document}")
    service.delete(document)
    panel = visit.open_first_marker(answer)
    expect(panel.locator(".notice")).to_contain_text("no longer exists")
    expect(panel.locator("mark").first).to_contain_text("Two otters live below the old mill.")


def test_a_document_that_has_changed_is_reported_as_changed(visit: Visit, upload: Upload) -> None:
    upload("otters.md", "# Otters\n\nTwo otters live below the old mill.\n")
    answer = visit.ask("Where do the otters live?")
    upload("otters.md", "# Otters\n\nThe otters have moved to the pond.\n")
    panel = visit.open_first_marker(answer)
    expect(panel.locator(".notice")).to_contain_text("has changed since")
    expect(panel.locator("mark").first).to_contain_text("Two otters live below the old mill.")


def test_a_document_with_any_file_name_can_be_opened(visit: Visit) -> None:
    answer = visit.ask("Where does the hemlock grow?")
    assert answer.groundwork["citations"][0]["document_id"] == f"plants/{HOSTILE_FILE}"
    panel = visit.open_first_marker(answer)
    expect(panel.locator(".notice")).to_have_count(0)
    expect(panel.locator("mark").first).to_contain_text("hemlock")


def test_the_panel_closes_with_a_new_conversation(generated_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=("The great flood [1].",))
    generated_visit.open_first_marker(generated_visit.ask(FLOOD))
    generated_visit.button("New conversation").click()
    expect(generated_visit.sheet).to_have_count(0)
