import fc from "fast-check";
import { expect, test } from "vitest";

import { cut, utf16Offsets } from "../../src/text/offsets";
import { runs } from "../random";

test("an offset in code points is one in UTF-16 units", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "é", "🌵", "\u{10FFFF}", "\n") }), fc.nat(), (text, place) => {
      const points = Array.from(text);
      const at = place % (points.length + 1);
      expect(utf16Offsets(text)(at)).toBe(points.slice(0, at).join("").length);
    }),
    runs(100),
  );
});

test("an offset outside of the text is limited to it", () => {
  const offset = utf16Offsets("a🌵");
  expect([offset(-1), offset(2), offset(9)]).toEqual([0, 3, 3]);
});

test("a span is cut where layers begin and end", () => {
  const [a, b] = [{ start: 0, end: 6 }, { start: 4, end: 20 }];
  expect(cut(2, 10, [a, b, { start: 10, end: 12 }])).toEqual([
    { start: 2, end: 4, layers: [a] },
    { start: 4, end: 6, layers: [a, b] },
    { start: 6, end: 10, layers: [b] },
  ]);
});

test("pieces have no gaps, and name the layers that cover them", () => {
  const span = fc.tuple(fc.nat(30), fc.nat(30)).map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));
  fc.assert(
    fc.property(fc.array(span), (layers) => {
      const pieces = cut(5, 25, layers);
      expect(pieces.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, at) => start + at))).toEqual(
        Array.from({ length: 20 }, (_, at) => 5 + at),
      );
      for (const piece of pieces) {
        const covering = layers.filter(({ start, end }) => start <= piece.start && end >= piece.end && start < end);
        expect(piece.layers).toEqual(covering);
      }
    }),
    runs(100),
  );
});
