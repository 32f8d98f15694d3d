"""The page with a keyboard, a screen reader, other colours, a large zoom, and in a language from right to left."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import states
from tests.browser.conftest import NARROW, WIDE
from tests.browser.states import MOLES, Stage
from tests.browser.test_states import StageOf
from tests.browser.visit import Visit

# Says where the focus is: a name for the element, whether it has a ring, and whether it is in the window.
_FOCUS = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const hasRing = (element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  const field = at.closest(".field");
  const box = at.getBoundingClientRect();
  const name = at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent ?? at.textContent;
  return {
    name: `${at.localName}: ${name.replace(/\\s+/g, " ").trim().slice(0, 60)}`,
    hasRing: hasRing(at) || (field !== null && hasRing(field)),
    isSeen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""
_MOST_STOPS = 40


def focus(visit: Visit) -> str:
    """Return the name of the element that has the focus; it can be seen, and that it has the focus."""
    found: dict[str, Any] = visit.page.evaluate(_FOCUS)
    assert found["hasRing"], f"nothing shows that {found['name']!r} has the focus"
    assert found["isSeen"], f"{found['name']!r} has the focus, and is out of the window"
    return str(found["name"])


def walk(visit: Visit, key: str, name: str) -> list[str]:
    """Press the key until the focus is on the element of this name; return the stops on the way."""
    stops: list[str] = []
    while not stops or stops[-1] != name:
        assert len(stops) < _MOST_STOPS, f"{key} does not lead to {name!r}: {stops}"
        visit.page.keyboard.press(key)
        stops.append(focus(visit))
    return stops


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_everything_can_be_done_with_the_keyboard_alone(stage_of: StageOf, width: int) -> None:
    visit = stage_of(width=width).tab(stage_of().services.plain)
    given = states.take_feedback(visit)
    visit.open_ready()
    keys = visit.page.keyboard
    assert focus(visit) == "textarea: Your question"

    # A suggestion, and back.
    walk(visit, "Tab", "button: When does the garden open?")
    walk(visit, "Shift+Tab", "textarea: Your question")

    # A question, its answer, a passage in its document, and back.
    keys.type(MOLES)
    keys.press("Enter")
    visit.wait_for_end()
    assert focus(visit) == "textarea: Your question"
    walk(visit, "Shift+Tab", "button: Source 1: The moles")
    keys.press("Enter")
    expect(visit.sheet.locator("mark").first).to_be_visible()
    assert focus(visit) == "h2: The moles"
    walk(visit, "Tab", "button: Close the passage")
    walk(visit, "Tab", "div: The passage in its document")
    keys.press("Escape")
    expect(visit.sheet).to_have_count(0)
    assert focus(visit) == "button: Source 1: The moles"

    # The passages that are not cited, opened and closed.
    walk(visit, "Tab", "summary: 2 more passages read, not cited")
    keys.press("Enter")
    expect(visit.last_answer.locator("details .source").first).to_be_visible()
    keys.press("Enter")

    # Feedback: a reason with the arrow keys, a comment, and the way back.
    walk(visit, "Tab", "button: This did not help")
    keys.press("Space")
    walk(visit, "Tab", "input: Wrong")
    keys.press("ArrowDown")
    assert focus(visit) == "input: Incomplete"
    keys.press("Tab")
    keys.type("Nothing on summer.")
    walk(visit, "Tab", "button: Send")
    with visit.page.expect_response(f"**{states.FEEDBACK}"):
        keys.press("Enter")
    expect(visit.last_answer).to_contain_text("Thank you for the feedback.")
    assert given[-1]["reason"] == "incomplete"

    # A new conversation.
    if width == NARROW:
        walk(visit, "Shift+Tab", "button: Open the menu")
        keys.press("Enter")
        walk(visit, "Tab", "button: New conversation")
    else:
        walk(visit, "Shift+Tab", "button: New conversation")
    keys.press("Enter")
    expect(visit.panel).to_have_attribute("data-state", "welcome")
    expect(visit.page.get_by_role("textbox", name="Your question")).to_be_focused()


def test_no_part_of_an_answer_keeps_the_focus(stage: Stage) -> None:
    visit = states.complete(stage)
    first = focus(visit)
    stops: list[str] = []
    for _ in range(_MOST_STOPS):
        visit.page.keyboard.press("Tab")
        name: str = visit.page.evaluate(_FOCUS)["name"]
        stops.append(name)
        if name == first:
            break
    assert stops[-1] == first
    for name in ("button: New conversation", "button: Source 1: The moles", "div: Table", "button: Copy answer"):
        assert name in stops


def test_flagged_words_are_walked_with_their_reasons(stage: Stage) -> None:
    visit = states.flagged(stage)
    walk(visit, "Shift+Tab", "span: 45")
    expect(visit.note).to_contain_text("The sources say 30")
    walk(visit, "Tab", "span: Boris")
    expect(visit.note).to_contain_text("Not in the sources")
    visit.page.keyboard.press("Escape")
    expect(visit.note).to_have_count(0)


def test_an_answer_is_announced_once_and_not_while_it_is_written(stage: Stage) -> None:
    visit = stage.generating(*(f"{word} " for word in states.GOOD.split(" ")), stall_after=5)
    visit.announcer.evaluate(
        """region => {
          window.spoken = [];
          const hear = () => region.textContent && window.spoken.push(region.textContent);
          new MutationObserver(hear).observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    visit.type_and_send(MOLES)
    expect(visit.last_answer).to_have_attribute("data-state", "writing")
    assert visit.page.evaluate("window.spoken") == []
    # Nor is the answer itself a live region.
    assert visit.last_answer.locator(".prose").evaluate(
        "prose => prose.closest('[aria-live], [role=log], [role=status], [role=alert]') === null"
    )
    stage.model.go_on.set()
    visit.wait_for_end()
    said = "The moles dig to a depth of 30 metres in winter. Everything here is in the sources."
    expect(visit.announcer).to_have_text(said)
    visit.page.wait_for_timeout(300)
    assert visit.page.evaluate("window.spoken") == [said]


def test_nothing_moves_for_a_reader_who_wants_no_motion(stage_of: StageOf) -> None:
    moving = "document.querySelector('groundwork-chat').shadowRoot.getAnimations().length"
    for motion in ("reduce", "no-preference"):
        visit = states.searching(stage_of(reduced_motion=motion))
        assert bool(visit.page.evaluate(moving)) is (motion == "no-preference")


def test_in_forced_colours_flags_markers_and_notices_are_told_apart_without_colour(stage_of: StageOf) -> None:
    visit = states.flag_explained(stage_of(forced_colors="active"))
    styles: list[dict[str, str]] = [
        visit.last_answer.locator(f".prose .flag[data-severity='{severity}']").first.evaluate(
            """word => {
              const { textDecorationLine, textDecorationStyle } = getComputedStyle(word);
              return { line: textDecorationLine, style: textDecorationStyle };
            }"""
        )
        for severity in ("hard", "soft")
    ]
    assert [style["line"] for style in styles] == ["underline", "underline"]
    assert styles[0]["style"] != styles[1]["style"]
    border = "element => parseFloat(getComputedStyle(element).borderTopWidth)"
    assert visit.note.evaluate(border) >= 1
    assert visit.button("Ask").evaluate(border) >= 1
    assert focus(visit) == "span: 45"

    failed = states.busy(stage_of(forced_colors="active"))
    assert failed.last_answer.locator(".notice").evaluate(border) >= 1


@pytest.mark.parametrize("name", ["beginning", "complete", "flagged", "passage_opened", "feedback_asked", "busy"])
def test_at_a_zoom_of_200_percent_nothing_is_cut_off_or_scrolls_sideways(name: str, stage_of: StageOf) -> None:
    """A window of 1280 x 800 at 200 % has 640 x 400 pixels of CSS."""
    visit = states.GALLERY[name].reach(stage_of(width=640, height=400, device_scale_factor=2))
    assert visit.sideways_overflow() == 0
    cut: list[str] = visit.page.evaluate(
        """() => [...document.querySelector("groundwork-chat").shadowRoot.querySelectorAll("button, textarea, summary")]
          .filter((part) => part.checkVisibility() && !part.closest("[inert]"))
          .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
          .map((part) => part.textContent)"""
    )
    assert cut == []
    visit.question_box.scroll_into_view_if_needed()
    if name != "passage_opened":
        expect(visit.question_box).to_be_in_viewport()


def test_from_right_to_left_everything_is_mirrored_and_nothing_overflows(stage_of: StageOf) -> None:
    visit = stage_of().tab(stage_of().services.plain)
    visit.open_ready()
    visit.page.locator("groundwork-chat").evaluate("chat => chat.setAttribute('dir', 'rtl')")
    answer = visit.ask("What did the great flood wash away?")
    panel = visit.open_first_marker(answer)
    expect(panel.locator("mark").first).to_be_visible()

    def left(selector: str) -> float:
        box = visit.page.locator(selector).first.bounding_box()
        assert box is not None
        return box["x"]

    assert left(".sheet") < left(".conversation"), "the passage is at the end of the line: left"
    assert left(".composer .button") < left(".composer textarea")
    assert left(".sources .name") < left(".sources .number")
    assert left(".sheet .head .button") < left(".sheet .head .title")
    assert visit.sideways_overflow() == 0
    # What is in English keeps its own direction.
    assert answer.shown.locator(".prose p").first.evaluate("text => getComputedStyle(text).direction") == "ltr"
