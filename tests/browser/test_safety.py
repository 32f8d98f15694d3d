"""The text of documents and models is shown, and never executed."""

from __future__ import annotations

from playwright.sync_api import expect

from testing.model_server import ModelServer, Script
from tests.browser.garden import HACK
from tests.browser.visit import Visit

HEMLOCK = "Where does the hemlock grow?"
ACTING = "script, img, svg, iframe, a[href^='javascript' i], [onerror], [onload]"


def expect_harmless(visit: Visit) -> None:
    expect(visit.page.locator(f":is(main, #passage, #announcer) :is({ACTING})")).to_have_count(0)
    assert visit.page.evaluate("window.hacked") is None


def test_a_hostile_document_is_shown_as_it_was_written(visit: Visit) -> None:
    answer = visit.ask(HEMLOCK)
    expect(answer.shown.locator(".prose")).to_contain_text(f"<script>{HACK}</script>")
    expect(answer.shown.locator(".source .name").first).to_contain_text(f"<script>{HACK}</script> Poisonous plants")
    answer.shown.locator(".marker").first.click()
    panel = visit.page.locator("#passage[open]")
    expect(panel.locator("#passage-title")).to_contain_text(f"<script>{HACK}</script>")
    expect(panel.locator("mark", has_text=f"<img src=x onerror={HACK}>")).to_have_count(1)
    expect_harmless(visit)


def test_a_hostile_answer_is_shown_as_it_was_written(generated_visit: Visit, model: ModelServer) -> None:
    attack = (
        f"<script>{HACK}</script> <img src=x onerror={HACK}> <svg/onload={HACK}>",
        f" [press](javascript:{HACK}) ![seen](x.png) [me](JaVa\tScript:{HACK})",
        f"\n\n| <img src=x onerror={HACK}> | `<script>{HACK}</script>` |\n|---|---|\n| <b>x</b> | [1] |\n",
    )
    model.script = Script(pieces=attack)
    answer = generated_visit.ask(HEMLOCK)
    expect(answer.shown.locator(".prose p")).to_contain_text(f"<img src=x onerror={HACK}>")
    expect(answer.shown.locator(".prose p")).to_contain_text(f"[press](javascript:{HACK})")
    expect(answer.shown.locator("td b")).to_have_count(0)
    answer.shown.locator("details.grounding summary").click()
    expect_harmless(generated_visit)


def test_a_hostile_question_is_shown_as_it_was_written(visit: Visit) -> None:
    question = f"<img src=x onerror={HACK}> Where does the hemlock grow?"
    answer = visit.ask(question)
    expect(answer.exchange.locator(".question")).to_have_text(question)
    expect_harmless(visit)


def test_a_link_opens_in_a_new_tab_without_a_referrer(generated_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=("See [the map](https://garden.example/map?x=1) [1].",))
    link = generated_visit.ask(HEMLOCK).shown.locator(".prose a")
    expect(link).to_have_attribute("href", "https://garden.example/map?x=1")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
