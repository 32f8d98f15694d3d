// @vitest-environment node

/** The sizes of the committed build, gzipped. Measured in other widgets: 111 to 455 kB. */

import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

const DIST = new URL("../dist/", import.meta.url);
const KILOBYTE = 1000;

function size(file: string): number {
  return gzipSync(readFileSync(new URL(file, DIST)), { level: 6 }).length / KILOBYTE;
}

function assets(prefix: RegExp): number[] {
  return readdirSync(new URL("assets/", DIST))
    .filter((name) => prefix.test(name))
    .map((name) => size(`assets/${name}`));
}

const loader = size("loader.js");
const [element = Infinity] = assets(/^element-.*\.js$/);
const largestLanguage = Math.max(0, ...assets(/^(de|fr|es)-.*\.js$/));
const page = assets(/^page-.*\.js$/).reduce((sum, one) => sum + one, 0);

test("the loader has at most 3 kB", () => {
  expect(loader).toBeLessThan(3);
});

// The goal is 40 kB. micromark takes 13 of it, Preact 6, the style sheets 6.
test("the widget has at most 62 kB with any language", () => {
  expect(loader + element + largestLanguage).toBeLessThan(62);
});

test("the full page has at most 70 kB with any language", () => {
  expect(element + page + largestLanguage).toBeLessThan(70);
});
