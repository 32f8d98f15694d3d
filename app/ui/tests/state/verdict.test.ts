import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import type { Report } from "../../src/api/types";
import { isContradicted } from "../../src/state/flags";
import { summaryOf, verdictOf } from "../../src/state/verdict";
import { en, loadWords } from "../../src/words";
import { exchange, flag, report } from "../builders";

interface Case {
  readonly case: string;
  readonly line: string;
  readonly report: Report;
}

/** The terminal is tested with the same reports. */
const CASES = JSON.parse(readFileSync("../../testing/verdicts.json", "utf-8")) as readonly Case[];

describe("the line on an answer", () => {
  test.each(CASES)("where $case", ({ report: checked, line }) => {
    expect(summaryOf(checked, en).line).toBe(line);
  });

  test.each(["de", "fr", "es"])("is another one for each outcome, and in the language of the reader: %s", async (code) => {
    const words = await loadWords(code);
    const english = new Set(CASES.map(({ line }) => line));
    const lines = new Set(CASES.map((one) => summaryOf(one.report, words).line));
    expect(lines.size).toBe(english.size);
    for (const line of lines) expect(english).not.toContain(line);
  });

  test("has its sign: what is wrong, what may be, what is not", () => {
    const sentences = [{ start: 0, end: 20, score: 1, supported: false }];
    const outcome = (changes: Partial<Report>): string => summaryOf(report({ sentences, ...changes }), en).outcome;
    expect(outcome({ flags: [flag()] })).toBe("check");
    expect(outcome({ flags: [flag({ severity: "soft", reason: "term_absent" })] })).toBe("doubtful");
    expect(outcome({})).toBe("supported");
    expect(outcome({ unjudged: [{ start: 0, end: 20, reason: "other_language" }] })).toBe("unchecked");
  });

  test("claims nothing of an answer that was not checked", () => {
    expect(verdictOf(exchange({ about: { mode: "extractive" } }), en)).toEqual({ line: en.quoted, outcome: "quoted" });
    expect(verdictOf(exchange({ about: { mode: "generated" } }), en)).toEqual({ line: en.unchecked, outcome: "unchecked" });
  });
});

test("a reason of a newer service is no contradiction", () => {
  expect(isContradicted(flag({ reason: "number_mismatch" }))).toBe(true);
  expect(isContradicted(flag({ reason: "colour_mismatch" as never }))).toBe(false);
});
