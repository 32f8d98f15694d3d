import { describe, expect, test } from "vitest";

import { date, duration, integer, percent, share, totalsOf } from "../../src/admin/figures";
import type { QualityDay } from "../../src/admin/types";

const day = (name: string, changes: Partial<QualityDay> = {}): QualityDay => ({
  day: name,
  answers: 10,
  refused: 1,
  flagged_hard: 2,
  flagged_soft: 3,
  degraded: 0,
  thumbs_up: 4,
  thumbs_down: 1,
  p50_first_word_ms: 300,
  p95_first_word_ms: 900,
  ...changes,
});

describe("figures", () => {
  test("a share has a digit more where it is small, and none of nothing", () => {
    expect(percent(0.5, "en")).toBe("50%");
    expect(percent(0.0123, "en")).toBe("1.2%");
    expect(percent(0, "en")).toBe("0%");
    expect(percent(share(1, 0), "en")).toBe("–");
    expect(percent(undefined, "en")).toBe("–");
  });

  test("are written as the language does", () => {
    expect(percent(0.012, "de")).toBe("1,2\u00a0%");
    expect(integer(12345, "de")).toBe("12.345");
    expect(integer(null, "en")).toBe("–");
  });

  test("a duration is in seconds from ten seconds on", () => {
    expect(duration(812.4, "en")).toBe("812\u00a0ms");
    expect(duration(12_340, "en")).toBe("12.3\u00a0s");
    expect(duration(null, "en")).toBe("–");
  });

  test("a day does not move with the time zone of the reader, and what is no day is shown as it is", () => {
    expect(date("2026-11-29", "en")).toContain("29");
    expect(date("2026-11-29T23:30:00Z", "en")).toContain("29");
    expect(date("2026-W48", "en")).toBe("2026-W48");
  });
});

describe("the days", () => {
  test("are summed", () => {
    const totals = totalsOf([day("2026-11-01"), day("2026-11-02", { answers: 5, thumbs_down: 0 })]);
    expect(totals).toMatchObject({ answers: 15, refused: 2, flaggedHard: 4, down: 1, up: 8 });
  });
});
