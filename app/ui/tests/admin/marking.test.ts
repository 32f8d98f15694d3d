import { describe, expect, test } from "vitest";

import { spansOf, toggled, wordsIn, wordsOf } from "../../src/admin/marking";

const TEXT = "Pay day is the 25th 🎉 of each\n\nmonth [1].";
const words = wordsOf(TEXT);
const at = (word: string): number => words.findIndex(({ start, end }) => TEXT.slice(start, end) === word);
const marked = (...of: string[]): ReadonlySet<number> => new Set(of.map(at));
const said = (set: ReadonlySet<number>): string[] => [...set].map((index) => TEXT.slice(words[index]?.start, words[index]?.end));

describe("marking words", () => {
  test("a word has no signs around it, and keeps those inside", () => {
    const text = "It costs “3.50 €” (one-way), or more [2]. – ...";
    const found = wordsOf(text).map(({ start, end }) => text.slice(start, end));
    expect(found).toEqual(["It", "costs", "3.50", "€", "one-way", "or", "more", "2", "–", "..."]);
  });

  test("a press marks a word, and a second one unmarks it", () => {
    const once = toggled(new Set(), at("25th"), at("25th"));
    expect(said(once)).toEqual(["25th"]);
    expect(toggled(once, at("25th"), at("25th")).size).toBe(0);
  });

  test("a drag marks every word in between, in either direction", () => {
    expect(said(toggled(new Set(), at("day"), at("the")))).toEqual(["day", "is", "the"]);
    expect(said(toggled(new Set(), at("the"), at("day")))).toEqual(["day", "is", "the"]);
  });

  test("a drag over marked and other words marks them all, and over marked ones alone unmarks them", () => {
    expect(said(toggled(marked("is"), at("day"), at("the"))).sort()).toEqual(["day", "is", "the"]);
    expect(said(toggled(marked("day", "is", "the"), at("day"), at("is")))).toEqual(["the"]);
  });
});

describe("the spans of a label", () => {
  test("are in code points, behind an emoji too", () => {
    const [span] = spansOf(TEXT, words, marked("month"));
    expect(Array.from(TEXT).slice(span?.start, span?.end).join("")).toBe("month");
  });

  test("join neighbours, and keep others apart, in order", () => {
    const spans = spansOf(TEXT, words, marked("each", "Pay", "day", "of"));
    expect(spans.map(({ start, end }) => Array.from(TEXT).slice(start, end).join(""))).toEqual(["Pay day", "of each"]);
  });

  test("of nothing are none", () => {
    expect(spansOf(TEXT, words, new Set())).toEqual([]);
    expect(wordsOf("")).toEqual([]);
  });

  test("come back as the words that they touch, also where they cut a word", () => {
    const start = TEXT.indexOf("5th");
    expect(said(wordsIn(words, [{ start, end: start + 1 }]))).toEqual(["25th"]);
    expect(said(wordsIn(words, [{ start: 0, end: 8 }]))).toEqual(["Pay", "day", "is"].slice(0, 2));
  });
});
