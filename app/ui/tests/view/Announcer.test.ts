import { describe, expect, test } from "vitest";

import { RequestFailed } from "../../src/api/failure";
import { announcementOf } from "../../src/view/Announcer";
import { en } from "../../src/words";
import { citation, exchange, flag, report } from "../builders";

const TEXT = "You have **27 days** [1, 2] of leave.\n\n- `more` later";
const SENTENCE = { start: 0, end: 20, score: 1, supported: true };
const SPOKEN = "You have 27 days of leave. - more later";

describe("what a screen reader is told of an answer", () => {
  test("is its words without signs and markers, and the verdict", () => {
    const done = exchange({ content: TEXT, about: { mode: "generated", grounding: report({ sentences: [SENTENCE] }) } });
    expect(announcementOf(done, en)).toBe(`${SPOKEN} Everything here is in the sources.`);
    expect(announcementOf(exchange({ content: TEXT, about: { mode: "extractive" } }), en)).toBe(`${SPOKEN} ${en.quoted}.`);
  });

  test("names what is flagged, withheld, disputed and degraded", () => {
    const done = exchange({
      content: TEXT,
      about: {
        mode: "generated",
        degraded: true,
        degraded_reason: "cut",
        grounding: report({ sentences: [SENTENCE], flags: [flag()] }),
        withheld: [{}, {}] as never,
        conflicts: [{ a: citation(1), b: citation(2), what: "27 or 30" }],
      },
    });
    const said = announcementOf(done, en);
    for (const part of [SPOKEN, "1 statement contradicts the sources.", "2 sentences were withheld", "The sources disagree.", "cut off"]) {
      expect(said).toContain(part);
    }
  });

  test("says of a refusal that the documents do not answer, and whether an answer was withheld", () => {
    const refused = exchange({ content: "Not found.", about: { refused: true } });
    expect(announcementOf(refused, en)).toBe(`${en.refused}. Not found.`);
    const withheld = exchange({ content: "Not found.", about: { refused: true, withheld: [{}] as never } });
    expect(announcementOf(withheld, en)).toBe(`${en.refused}. Not found. ${en.withheldAnswer}`);
  });

  test("says of a failure only what came of the answer: the notice is an alert of its own", () => {
    const { failure } = new RequestFailed("closed");
    expect(announcementOf(exchange({ phase: "failed", content: "27 da", failure }), en)).toBe("27 da");
    expect(announcementOf(exchange({ phase: "failed", content: "", failure }), en)).toBe("");
  });

  test("says that an answer was stopped", () => {
    expect(announcementOf(exchange({ phase: "stopped", content: "27 da" }), en)).toBe(`27 da ${en.stopped}`);
    expect(announcementOf(exchange({ phase: "stopped", content: "" }), en)).toBe(en.stoppedEarly);
  });
});
