import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { Segmenter, segments, type Segment } from "../../src/text/segments";
import { runs } from "../random";
import { cutAt, longMarkdown, markdown } from "./fragments";

const texts = (source: string): string[] => segments(source).map(({ text }) => text);
const ITEMS = "- one item of a list\n".repeat(200);

test.each([
  ["A paragraph\nof two lines\n\nand another", ["A paragraph\nof two lines\n\n", "and another"]],
  ["# Title\ntext", ["# Title\n", "text"]],
  ["text\n# Title\n\n\nmore", ["text\n", "# Title\n\n\n", "more"]],
  ["text\n- a\n- b\n\n- c\n\n  more of c\n\nafter", ["text\n", "- a\n- b\n\n- c\n\n  more of c\n\n", "after"]],
  ["- a\n* b", ["- a\n", "* b"]],
  ["1. a\n1984. is no item\n2. b", ["1. a\n1984. is no item\n2. b"]],
  ["In\n1984. A year", ["In\n1984. A year"]],
  ["```\na\n\nb\n```\nafter", ["```\na\n\nb\n```\n", "after"]],
  ["````\n```\n\n````\n\nafter", ["````\n```\n\n````\n\n", "after"]],
  ["- a\n  ```\n  b\n\n  c\n  ```\n- d", ["- a\n  ```\n  b\n\n  c\n  ```\n- d"]],
  ["10. a\n   ```\nb\n\nc\n   ```\n11. d", ["10. a\n   ```\nb\n\nc\n   ```\n11. d"]],
  ["> a\n> b\nlazy\n\n> c", ["> a\n> b\nlazy\n\n", "> c"]],
  ["| a | b |\n|---|---|\n| c | d |\n\nafter", ["| a | b |\n|---|---|\n| c | d |\n\n", "after"]],
  ["text\n---\nmore", ["text\n", "---\n", "more"]],
  ["\n\n  text", ["\n\n  text"]],
  ["", []],
])("%j is cut where its blocks end", (source, expected) => {
  expect(texts(source)).toEqual(expected);
});

describe("a long block is cut inside, and its parts join", () => {
  const shape = (source: string) => segments(source).map(({ kind, joins }) => [kind, joins]);

  test("a list before an item", () => {
    const cut = segments(ITEMS);
    expect(cut.length).toBeGreaterThan(3);
    expect(cut.map(({ kind, joins }) => [kind, joins])).toEqual(cut.map((_, at) => ["list", at > 0]));
    expect(cut.every(({ text }) => text.startsWith("- one"))).toBe(true);
  });

  test("a table before a row, with its header", () => {
    const cut = segments(`| a | b |\n|---|---|\n${"| one cell | another |\n".repeat(200)}`);
    expect(cut.length).toBeGreaterThan(3);
    expect(cut.slice(1).every(({ kind, joins, head }) => kind === "table" && joins && head === "| a | b |\n|---|---|\n")).toBe(true);
  });

  test("a code block at a line", () => {
    expect(shape(`~~~\n${"a = 1\n\n".repeat(400)}~~~\n`)).toEqual([["code", false], ["code", true], ["code", true], ["code", true]]);
  });

  test("a paragraph between two words", () => {
    const cut = segments("Words without an end. ".repeat(1000));
    expect(cut.map(({ kind, joins }) => [kind, joins])).toEqual(cut.map((_, at) => ["paragraph", at > 0]));
    expect(cut.every(({ text }) => /^\p{L}/u.test(text) && text.length <= 2400)).toBe(true);
  });

  test("a text without any place between two code points", () => {
    expect(segments("🌵".repeat(5000)).every(({ text }) => !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/.test(text))).toBe(true);
  });
});

test("a plain text is cut after forty lines", () => {
  const cut = segments("- a\n\n".repeat(50), true);
  expect(cut.map(({ text }) => text.split("\n").length - 1)).toEqual([40, 40, 20]);
});

test("segments are the text, in order and without gaps", () => {
  fc.assert(
    fc.property(fc.oneof(markdown(), longMarkdown), fc.boolean(), (source, isPlain) => {
      const cut = segments(source, isPlain);
      expect(cut.map(({ text }) => text).join("")).toBe(source);
      expect(cut.every(({ start, end, text }) => source.slice(start, end) === text && text)).toBe(true);
      // A last line is not cut before it is complete, or has 1,000 characters.
      expect(cut.every(({ text, end }) => text.length <= (end === source.length ? 3400 : 2400))).toBe(true);
    }),
    runs(300),
  );
});

test("the segments of a text are the same however it arrives", () => {
  fc.assert(
    fc.property(fc.oneof(markdown(), longMarkdown), fc.array(fc.nat()), fc.boolean(), (source, places, isPlain) => {
      const segmenter = new Segmenter(isPlain);
      let text = "";
      let last: readonly Segment[] = [];
      for (const piece of cutAt(source, places)) last = segmenter.update((text += piece));
      expect(last).toEqual(segments(source, isPlain));
    }),
    runs(1000),
  );
});

test("segments that have not changed are the same objects when more text arrives", () => {
  const segmenter = new Segmenter();
  const before = segmenter.update("one\n\ntwo\n\nthree");
  const after = segmenter.update("one\n\ntwo\n\nthree and four");
  expect(after[0]).toBe(before[0]);
  expect(after[1]).toBe(before[1]);
  expect(segmenter.update("one\n\ntwo\n\nthree and four\n\n")[1]).toBe(before[1]);
});

test("another text begins at its beginning", () => {
  const segmenter = new Segmenter();
  segmenter.update("```\none\n\ntwo");
  expect(segmenter.update("one\n\ntwo")).toEqual(segments("one\n\ntwo"));
});
