import { describe, expect, test } from "vitest";

import { sectionsOf, within } from "../../src/page/WholeDocument";
import type { Mark } from "../../src/view/Prose";

const mark = (start: number, end: number): Mark => ({ id: "passage", kind: "cited", start, end });

describe("the sections of a document", () => {
  test("are its pages, by UTF-16 units", () => {
    const pages = [
      { number: 1, start: 0, end: 2 },
      { number: 2, start: 2, end: 4 },
    ];
    expect(sectionsOf({ text: "🫖ab🫖", pages })).toEqual([
      { page: 1, start: 0, end: 3 },
      { page: 2, start: 3, end: 6 },
    ]);
  });

  test("are one without pages", () => {
    expect(sectionsOf({ text: "abc", pages: [] })).toEqual([{ page: null, start: 0, end: 3 }]);
  });
});

describe("the marks of a page", () => {
  test("are cut at its edges and counted from its beginning", () => {
    expect(within([mark(5, 25)], { start: 10, end: 20 })).toEqual([mark(0, 10)]);
    expect(within([mark(12, 15)], { start: 10, end: 20 })).toEqual([mark(2, 5)]);
  });

  test("are not those beside it", () => {
    expect(within([mark(0, 10), mark(20, 30)], { start: 10, end: 20 })).toEqual([]);
  });
});
