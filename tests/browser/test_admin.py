"""The administration: its panels on a real service, what it does where something is missing, and how it looks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Locator, Route, expect

from app.api.widget.files import INTERFACE
from testing.model_server import ModelServer, Script
from tests.browser.axe import read_axe, violations
from tests.browser.conftest import NARROW, WIDE, Open, Upload
from tests.browser.service import Library, Service, running_service, wait_until
from tests.browser.visit import CHAT, Visit

SCREENSHOTS = os.environ.get("GROUNDWORK_SCREENSHOTS")
"""A folder for a picture of each panel; none are taken without it."""
MOLES = "How deep do the moles dig, and who is their keeper?"
ANSWER = "The moles dig to a depth of 30 metres in winter [1]. Their keeper is Boris Falk [1]."
BETTER = "The moles dig to a depth of 30 metres in winter."
UNANSWERED = ("Which opera is sung in the garden?", "Who sings the opera in the garden?")
CASE: dict[str, Any] = {
    "id": "moles-1",
    "question": "How deep do moles dig in winter?",
    "kind": "answerable",
    "gold": [
        {"document_id": "animals/moles.md", "quote": "dig to a depth of 30 metres"},
        {"document_id": "animals/moles.md", "quote": "Moles are blind."},
    ],
    "answer": "30 metres.",
    "split": "dev",
    "tags": ["number"],
    "required": [["30 metres", "30 m"]],
    "forbidden": ["40 metres"],
}
PAIR: dict[str, Any] = {
    "question": "How deep do moles dig?",
    "history": [{"role": "user", "content": "Tell me of the moles."}, {"role": "assistant", "content": "Gladly."}],
    "passages": [{"index": 1, "document_name": "Moles", "section": "Winter", "text": "The moles dig 30 metres deep."}],
    "a": {"model": "original", "answer": "The moles dig 30 metres deep [1].\n\nThey are not blind."},
    "b": {"model": "compressed", "answer": "Moles dig a few metres."},
}
TURNS = [{"role": "user", "content": "Do moles see?"}, {"role": "assistant", "content": "A little."}]
ITEMS = [
    {"source": "case", "case": CASE},
    {"source": "pair", **PAIR},
    {"source": "example", "example": {"messages": TURNS}},
]
SHOWN = ("documents", "answers", "gaps", "reviews", "review", "experiments", "experiment", "health")
SOURCES = ("case", "pair", "example")
LOOKS = [(theme, width) for theme, width in product(("light", "dark"), (390, WIDE))]
IN_CI = ("light", WIDE)
Look: TypeAlias = Callable[[str, str, int], None]


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe."""
    return read_axe()


@pytest.fixture(scope="module")
def filled(library: Library, model_server: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of its own with a model, after questions that were answered, flagged, refused and rated down."""
    folder = tmp_path_factory.mktemp("administered")
    with running_service(library.copy_to(folder), folder / "log", LLM_BASE_URL=model_server.url) as service:
        service.wait_until_ready()
        wait_until(service.model_is_reachable, "the model is reachable")
        fill(service, model_server)
        yield service


def fill(service: Service, model_server: ModelServer) -> None:
    """Ask questions that are answered, flagged and refused, and rate one answer down."""
    model_server.reset()
    model_server.script = Script(pieces=tuple(ANSWER))
    flagged = ask(service, MOLES)
    assert flagged["grounding"]["flags"], "the answer of this module has to be flagged"
    for question in UNANSWERED:
        ask(service, question)
    judged = {"answer_id": flagged["answer_id"], "rating": "down", "reason": "wrong", "comment": "It is not Boris."}
    service.client.post("/v1/feedback", json=judged).raise_for_status()
    wait_until(lambda: bool(service.client.get("/v1/reviews").json()["items"]), "a review is in the queue")
    service.client.post("/v1/reviews", json={"items": ITEMS}).raise_for_status()


@pytest.fixture
def admin(tab: Open, filled: Service) -> Visit:
    """A tab for the administration of the service with answers."""
    opened: Visit = tab(filled)
    return opened


def ask(service: Service, question: str) -> dict[str, Any]:
    """Ask over the API; return what is known of the answer."""
    body = {"model": "groundwork", "messages": [{"role": "user", "content": question}]}
    response = service.client.post(CHAT, json=body)
    response.raise_for_status()
    found: dict[str, Any] = response.json()["groundwork"]
    return found


def open_panel(visit: Visit, panel: str) -> Locator:
    """Load a panel, and wait until all of it is there."""
    visit.page.goto(f"{visit.url}/admin#{panel}")
    body = visit.page.locator(f".panel-body[data-panel='{panel.partition('/')[0]}']")
    expect(body).to_be_visible()
    expect(body.locator(".progress")).to_have_count(0)
    return body


def overflow(visit: Visit) -> int:
    """Return by how many pixels the panel scrolls sideways."""
    found: int = visit.page.evaluate(
        """() => {
          const root = document.querySelector("groundwork-admin").shadowRoot;
          const parts = [document.documentElement, ...root.querySelectorAll("main, header, .panel-body")];
          return Math.max(...parts.map((part) => part.scrollWidth - part.clientWidth));
        }"""
    )
    return found


def metric(value: float, **changes: Any) -> dict[str, Any]:
    """Return a metric of an arm as the API has it, without a difference unless `changes` have one."""
    unknown = dict.fromkeys(("difference", "low", "high", "p_value", "pairs"))
    return {"value": value, "answers": 120, "units": 60, **unknown, "verdict": "undecided", **changes}


STOP = {
    "stopped_at": "2026-11-20T10:00:00Z",
    "guard_rail": "flagged",
    "value": 0.31,
    "limit": 0.2,
    "answers": 50,
}
FIELDS = {
    "name": "refuse-sooner",
    "status": "running",
    "start": "2026-11-01",
    "end": "2026-12-01",
    "sticky": "user",
    "metric": "refused",
    "shadow": False,
}
ARMS = [
    {"name": "strict", "share": 0.25, "stop": None},
    {"name": "bold", "share": 0.25, "stop": STOP},
    {"name": "control", "share": 0.5, "stop": None},
]
FIGURES: list[dict[str, Any]] = [
    {
        "refused": metric(0.18, difference=0.08, low=0.02, high=0.14, p_value=0.01, pairs=30, verdict="higher"),
        "p95_ms": metric(4200.0, difference=300.0, low=-900.0),
    },
    {"refused": metric(0.11, difference=0.01, low=-0.05, high=0.07, p_value=0.8, pairs=30), "p95_ms": metric(4100.0)},
    {"refused": metric(0.10), "p95_ms": metric(3900.0)},
]
REPORT = {
    **FIELDS,
    "window_hours": 24.0,
    "level": 0.025,
    "moved_units": 3,
    "arms": [
        {**arm, "units": 60, "open_units": 4, "answers": 120, "metrics": figures}
        for arm, figures in zip(ARMS, FIGURES, strict=True)
    ],
}


def run_an_experiment(visit: Visit) -> None:
    """Have the service say that an experiment runs: its figures take users and days."""
    visit.page.route("**/v1/experiments", lambda route: route.fulfill(json={"experiments": [{**FIELDS, "arms": ARMS}]}))
    visit.page.route("**/v1/experiments/refuse-sooner", lambda route: route.fulfill(json=REPORT))


def fill_days(visit: Visit) -> None:
    """Have the service say what it would after a month: answers of one day make no line."""
    days = [
        {
            "day": f"2026-11-{day:02}",
            "answers": 40 + 7 * (day % 5),
            "refused": 3 + day % 4,
            "flagged_hard": 2 + day % 3,
            "flagged_soft": 5 + day % 6,
            "degraded": day % 2,
            "thumbs_up": 6,
            "thumbs_down": day % 3,
            "p50_first_word_ms": 420.0 + 11 * day,
            "p95_first_word_ms": 1300.0 + 60 * (day % 7),
        }
        for day in range(1, 31)
    ]
    rate = {"drawn": 40, "reviewed": 30, "wrong": 2, "partly": 1, "rate": 2 / 30, "low": 0.008, "high": 0.22}
    weeks = [{**rate, "week": f"2026-11-{day:02}"} for day in (2, 9, 16, 23)]
    found = {"days": days, "spot_checks": {**rate, "by_week": weeks}, "review_share": 0.01}
    visit.page.route("**/v1/quality?*", lambda route: route.fulfill(json=found))


# Panels


def test_the_page_leads_to_the_administration_of_those_who_may(tab: Open, filled: Service) -> None:
    visit = tab(filled)
    visit.open_ready()
    visit.page.get_by_role("link", name="Administration").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Documents")
    assert visit.page.url == f"{filled.url}/admin"


def test_the_page_leads_nobody_else_there(tab: Open, service: Service) -> None:
    visit = tab(service)
    visit.set_features(admin=False)
    visit.open_ready()
    expect(visit.page.get_by_role("link", name="Administration")).to_have_count(0)


def test_those_who_may_not_administer_are_told_whom_to_ask(tab: Open, service: Service) -> None:
    visit = tab(service)
    visit.set_features(admin=False)
    visit.page.goto(f"{service.url}/admin")
    expect(visit.page.locator(".refused .notice")).to_contain_text("Ask the person who runs it for the role")


@pytest.mark.parametrize(
    ("status", "said"), [(401, "your session has ended. Sign in to go on."), (403, "You may not administer")]
)
def test_a_session_that_ends_says_what_to_do(admin: Visit, status: int, said: str) -> None:
    admin.expected_failures.add("/v1/gaps")
    admin.page.route(
        "**/v1/gaps?*",
        lambda route: route.fulfill(status=status, json={"error": {"message": "No.", "code": "insufficient_scope"}}),
    )
    expect(open_panel(admin, "gaps").get_by_role("alert")).to_contain_text(said)


def test_what_an_older_service_does_not_have_breaks_no_other_panel(admin: Visit) -> None:
    admin.expected_failures |= {"/v1/quality", "/v1/ingest/jobs"}
    missing = {"error": {"message": "There is no such address.", "code": "not_found"}}
    for path in ("**/v1/quality?*", "**/v1/ingest/jobs"):
        admin.page.route(path, lambda route: route.fulfill(status=404, json=missing))
    expect(open_panel(admin, "answers").get_by_role("alert")).to_contain_text("too old for this panel")
    documents = open_panel(admin, "documents")
    expect(documents.get_by_role("alert")).to_contain_text("too old for this panel")
    expect(documents.get_by_role("row", name="visits/tickets.md")).to_be_visible()


def test_a_failure_can_be_tried_again(admin: Visit) -> None:
    admin.expected_failures.add("/v1/gaps")
    admin.page.route("**/v1/gaps?*", lambda route: route.fulfill(status=503, body="down"), times=1)
    body = open_panel(admin, "gaps")
    body.get_by_role("button", name="Try again").click()
    expect(body.locator(".card").first).to_be_visible()


def test_documents_are_filtered_deleted_and_their_jobs_listed(tab: Open, service: Service, upload: Upload) -> None:
    upload("kettle.md", "# The kettle\n\nThe copper kettle is descaled on Fridays.\n")
    visit = tab(service)
    body = open_panel(visit, "documents")
    row = body.get_by_role("row", name="The kettle")
    expect(row).to_contain_text("uploads")
    expect(body.get_by_role("region", name="Jobs")).to_contain_text("1 added")
    body.get_by_role("searchbox").fill("kettle")
    expect(body.locator("section").first.locator("tbody tr")).to_have_count(1)
    row.get_by_role("button", name="Delete: The kettle").click()
    visit.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)
    assert service.client.get("/v1/documents/uploads/kettle.md").status_code == 404


def test_gaps_are_in_groups_with_their_nearest_pages(admin: Visit) -> None:
    body = open_panel(admin, "gaps")
    expect(body.locator(".card", has_text=UNANSWERED[0])).to_contain_text("refused")
    expect(body.locator(".card", has_text=MOLES)).to_contain_text("1 flagged · 1 rated down")
    link = body.locator(".card", has_text=MOLES).locator(".nearest a").first
    assert "#/documents/" in str(link.get_attribute("href"))


def test_answers_are_counted_and_the_table_has_the_figures_of_the_chart(admin: Visit) -> None:
    body = open_panel(admin, "answers")
    expect(body.locator(".figures").first).to_contain_text("Answers")
    chart = body.locator(".chart").first
    expect(chart.locator("canvas")).to_be_visible()
    chart.get_by_text("Show as a table").click()
    expect(chart.locator("tbody tr")).to_have_count(30)
    assert int(chart.locator("tbody tr").last.locator("td").inner_text()) >= 1 + len(UNANSWERED)
    with admin.page.expect_response("**/v1/quality?days=7"):
        body.get_by_role("button", name="7 days").click()
    expect(body.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")


def test_a_chart_that_cannot_be_loaded_leaves_its_table(admin: Visit) -> None:
    admin.expected_errors.add("Failed to load resource")
    admin.page.route("**/admin-plot-*.js", lambda route: route.fulfill(status=404))
    admin.expected_failures.add(f"/widget/assets/{next((INTERFACE / 'assets').glob('admin-plot-*.js')).name}")
    chart = open_panel(admin, "answers").locator(".chart").first
    expect(chart).to_contain_text("The chart could not be drawn.")
    expect(chart.locator("table")).to_be_visible()


def test_an_experiment_shows_its_intervals_and_why_an_arm_was_stopped(admin: Visit) -> None:
    expect(open_panel(admin, "experiments").locator(".empty")).to_contain_text("Add [[experiments]] to domain.toml")
    run_an_experiment(admin)
    admin.page.reload()
    admin.page.get_by_role("link", name="refuse-sooner").click()
    body = admin.page.locator(".panel-body")
    stopped = "“bold” was stopped on Nov 20, 2026: the share of flagged answers was 31%, over the limit of 20%"
    expect(body.locator(".notice")).to_contain_text(stopped)
    decisive = body.get_by_role("region", name="Refusals")
    expect(decisive.get_by_role("row", name="strict")).to_contain_text("+2% to +14%")
    expect(decisive.get_by_role("row", name="strict")).to_contain_text("higher than the control")
    expect(decisive.get_by_role("columnheader", name="97.5% interval")).to_be_visible()
    expect(body).to_contain_text("those of all arms hold together with 95%")
    expect(body.get_by_role("region", name="95th percentile")).to_contain_text("to ?")


def test_health_says_whether_the_service_answers(admin: Visit) -> None:
    body = open_panel(admin, "health")
    expect(body.locator(".figures")).to_contain_text("Ready")
    expect(body.get_by_role("heading", name="Findings in the documents")).to_be_visible()


def test_a_service_that_is_not_ready_says_why(tab: Open, empty_service: Service) -> None:
    visit = tab(empty_service)
    visit.expected_failures.add("/ready")
    expect(open_panel(visit, "health").locator(".figures")).to_contain_text("No document has been ingested yet")
    expect(open_panel(visit, "documents").locator(".empty").first).to_contain_text("There are no documents yet.")
    expect(open_panel(visit, "answers").locator(".empty")).to_contain_text("Nothing was asked")


# Reviews


def first_review(visit: Visit, service: Service) -> dict[str, Any]:
    """Open the review of the flagged answer; return it as the service has it."""
    items = (
        service.client.get("/v1/reviews").json()["items"] + service.client.get("/v1/reviews?state=done").json()["items"]
    )
    review: dict[str, Any] = next(item for item in items if item.get("question") == MOLES)
    body = open_panel(visit, "reviews")
    if review["label"]:
        body.get_by_role("button", name="Done").click()
    body.get_by_role("link", name=MOLES).click()
    return review


def label_of(service: Service, review: dict[str, Any]) -> dict[str, Any]:
    """Return the label that a review has."""
    items = service.client.get("/v1/reviews?state=done&limit=100").json()["items"]
    label: dict[str, Any] = next(item["label"] for item in items if item["id"] == review["id"])
    return label


def marked(review: dict[str, Any], label: dict[str, Any]) -> list[str]:
    """Return the words that a label marks."""
    return [review["answer"][span["start"] : span["end"]] for span in label["unsupported"]]


def test_an_answer_is_labelled_with_the_mouse_and_becomes_a_case(admin: Visit, filled: Service) -> None:
    review = first_review(admin, filled)
    page = admin.page
    expect(page.locator(".word[data-flagged]").first).to_be_visible()
    first, last = (page.locator(".word", has_text=word).bounding_box() for word in ("Boris", "Falk"))
    assert first is not None
    assert last is not None
    page.mouse.move(first["x"] + 4, first["y"] + 8)
    page.mouse.down()
    page.mouse.move(last["x"] + 8, last["y"] + 8, steps=4)
    page.mouse.up()
    expect(page.locator(".review").get_by_text("2 words marked")).to_be_visible()
    page.get_by_label("Partly right").check()
    page.get_by_label("Better answer").fill(BETTER)
    page.get_by_role("button", name="Make a case").click()
    expect(page.locator(".review .notice")).to_contain_text("cases.jsonl")
    label = label_of(filled, review)
    assert marked(review, label) == ["Boris Falk"]
    assert (label["verdict"], label["better_answer"]) == ("partly", BETTER)


def test_an_answer_is_labelled_with_the_keyboard_alone(admin: Visit, filled: Service) -> None:
    review = first_review(admin, filled)
    keys = admin.page.keyboard
    expect(admin.page.locator(".review h2")).to_be_focused()
    if admin.page.get_by_role("button", name="Remove all marks").count():
        admin.page.get_by_role("button", name="Remove all marks").click()
    admin.page.get_by_role("listbox").focus()
    keys.press("Home")
    keys.press("ArrowRight")
    keys.press("Shift+ArrowRight")
    keys.press("Space")
    expect(admin.page.locator(".word[aria-selected='true']")).to_have_count(2)
    keys.press("3")
    expect(admin.page.get_by_label("Wrong", exact=False).first).to_be_checked()
    with admin.page.expect_response("**/label"):
        keys.press("s")
    label = label_of(filled, review)
    assert (label["verdict"], marked(review, label)) == ("wrong", ["moles dig"])


def test_a_letter_that_is_written_is_no_command(admin: Visit, filled: Service) -> None:
    first_review(admin, filled)
    note = admin.page.get_by_label("Note")
    note.fill("")
    note.press_sequentially("3 sources, see cook")
    expect(note).to_have_value("3 sources, see cook")
    expect(admin.page.locator(".review")).to_be_visible()


def test_without_a_verdict_nothing_is_kept(admin: Visit) -> None:
    review: dict[str, Any] = {
        "id": "one",
        "source": "spot_check",
        "created_at": "2026-11-29T10:00:00Z",
        "answer_id": "a",
        "kind": "answer",
        "question": "When is tea?",
        "history": [],
        "answer": "At four.",
        "passages": [],
        "flags": [],
        "feedback": None,
        "label": None,
        "labelled_at": None,
        "has_case": False,
    }
    admin.page.route("**/v1/reviews?*", lambda route: route.fulfill(json={"items": [review], "next": None, "open": 1}))
    open_panel(admin, "reviews/one")
    admin.page.get_by_role("button", name="Save and go on").click()
    expect(admin.page.locator(".review").get_by_role("alert")).to_have_text("Choose a verdict first.")
    admin.expected_failures.add("/v1/reviews/two")
    open_panel(admin, "reviews/two")
    expect(admin.page.locator(".queue-item")).to_contain_text("There is no such review.")


def open_item(visit: Visit, source: str) -> Locator:
    """Open the review of the one item of a source, by the filter, whatever its state."""
    body = open_panel(visit, "reviews")
    body.get_by_label("From").select_option(source)
    for state in ("Open", "Done"):
        body.get_by_role("button", name=state, exact=True).click()
        expect(body.locator(".progress")).to_have_count(0)
        if body.locator(".queue-list li").count():
            break
    body.locator(".queue-list a").click()
    form = visit.page.locator(".review")
    expect(form.get_by_role("heading", level=2)).to_be_focused()
    return form


def decided(service: Service, source: str) -> dict[str, Any]:
    """Return the item of a source as it is after its decision."""
    [item] = service.client.get("/v1/reviews", params={"state": "done", "source": source}).json()["items"]
    found: dict[str, Any] = item
    return found


def test_posted_items_are_decided_with_the_keyboard_and_a_pair_stays_blind(
    admin: Visit, filled: Service, axe: str
) -> None:
    keys = admin.page.keyboard
    case = open_item(admin, "case")
    expect(case.locator(".excerpt mark")).to_have_text("dig to a depth of 30 metres")
    expect(case).to_contain_text("Their keeper is Ada Wren")
    expect(case).to_contain_text("These words are not in the document as it is now.")
    assert violations(admin.page, axe) == []
    case.get_by_label("Expected answer").fill("In winter 30 metres, 1 more than in summer.")
    with admin.page.expect_response("**/decision"):
        case.get_by_role("button", name="Accept with changes").click()
    assert decided(filled, "case")["decision"]["edited"]["answer"] == "In winter 30 metres, 1 more than in summer."

    pair = open_item(admin, "pair")
    shown = pair.locator(".pair-answer").all_inner_texts()
    assert sorted(shown) == sorted(PAIR[side]["answer"] for side in ("a", "b"))
    assert violations(admin.page, axe) == []
    with admin.page.expect_response("**/decision"):
        keys.press("2")
    voted = decided(filled, "pair")
    assert (voted["decision"]["preferred"], voted["b"]["answer"]) == ("b", shown[1])
    again = open_item(admin, "pair")
    expect(again.get_by_role("button", name="B is better")).to_have_attribute("aria-pressed", "true")
    assert not any(name in again.inner_text() for name in ("original", "compressed"))

    example = open_item(admin, "example")
    expect(example.locator(".turns blockquote")).to_have_text(["Do moles see?", "A little."])
    assert violations(admin.page, axe) == []
    example.get_by_label("Example as JSON").fill("{")
    example.get_by_role("button", name="Accept").click()
    expect(example.get_by_role("alert")).to_contain_text("not a JSON object")
    with admin.page.expect_response("**/decision"):
        example.get_by_role("button", name="Reject").click()
    assert decided(filled, "example")["decision"]["verdict"] == "reject"


# The whole


def test_a_model_of_a_recipe_that_the_server_does_not_list_is_named(admin: Visit) -> None:
    def without_one(route: Route) -> None:
        ready = route.fetch().json()
        route.fulfill(json={**ready, "model": {**ready["model"], "missing": ["acme-8b"]}})

    admin.page.route("**/ready", without_one)
    open_panel(admin, "health")
    expect(admin.page.get_by_text("Answers, but not with every model")).to_be_visible()
    expect(admin.page.get_by_text("The server does not list these models: acme-8b")).to_be_visible()


def test_panels_have_addresses_and_back_works(admin: Visit) -> None:
    open_panel(admin, "gaps")
    admin.page.get_by_role("navigation").get_by_role("link", name="Health").click()
    expect(admin.page.get_by_role("heading", level=1)).to_have_text("Health")
    assert admin.page.url.endswith("/admin#health")
    admin.page.go_back()
    expect(admin.page.get_by_role("heading", level=1)).to_have_text("Gaps")
    expect(admin.page.get_by_role("heading", level=1)).to_be_focused()


@pytest.mark.parametrize(("locale", "title"), [("de-CH", "Lücken"), ("ja", "Gaps")])
def test_the_page_speaks_the_language_of_its_reader(tab: Open, filled: Service, locale: str, title: str) -> None:
    visit = tab(filled, locale=locale)
    open_panel(visit, "gaps")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(title)
    assert visit.page.evaluate("document.documentElement.lang") == ("en" if locale == "ja" else locale[:2])


def test_nobody_who_asks_loads_the_administration(visit: Visit) -> None:
    assert [address for address in visit.requests if "admin" in address] == []


def drawn(visit: Visit) -> None:
    """Wait until every chart is drawn."""
    expect(visit.page.locator(".chart canvas")).to_have_count(4)


def show(name: str, visit: Visit, service: Service) -> None:
    """Open a panel, or one thing of it, with as much in it as it can have."""
    if name == "answers":
        fill_days(visit)
        open_panel(visit, "answers")
        drawn(visit)
    elif name == "experiment":
        run_an_experiment(visit)
        open_panel(visit, "experiments/refuse-sooner")
    elif name in SOURCES:
        open_item(visit, name)
    elif name == "review":
        first_review(visit, service)
        expect(visit.page.locator(".review")).to_be_visible()
    else:
        open_panel(visit, name)


@pytest.fixture
def look(tab: Open, filled: Service, axe: str) -> Look:
    """Check a panel in one theme and width."""

    def check(name: str, theme: str, width: int) -> None:
        visit = tab(filled, width=width, color_scheme=theme)
        show(name, visit, filled)
        if SCREENSHOTS:
            # As high as the panel: the picture has all of it.
            height: int = visit.page.evaluate(
                "document.querySelector('groundwork-admin').shadowRoot.querySelector('main').scrollHeight"
            )
            visit.page.set_viewport_size({"width": width, "height": min(height + 200, 4000)})
            visit.page.screenshot(path=Path(SCREENSHOTS) / f"admin-{name}-{theme}-{width}.png")
        assert violations(visit.page, axe) == []
        assert overflow(visit) == 0

    return check


@pytest.mark.parametrize("name", SHOWN)
def test_the_panel_is_accessible(name: str, look: Look) -> None:
    look(name, *IN_CI)


@pytest.mark.long
@pytest.mark.parametrize(("theme", "width"), [one for one in [*LOOKS, ("light", NARROW)] if one != IN_CI])
@pytest.mark.parametrize("name", [*SHOWN, *SOURCES])
def test_the_panel_is_accessible_in_every_theme_and_size(name: str, theme: str, width: int, look: Look) -> None:
    look(name, theme, width)
