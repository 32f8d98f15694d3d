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

/** The files that a file loads at once, and itself. */
function withImports(file: string): Set<string> {
  const code = readFileSync(new URL(`assets/${file}`, DIST), "utf-8");
  // Static imports alone: a dynamic one is loaded when it is needed.
  const imported = [...code.matchAll(/(?:from|import)\s*["`]\.\/([\w-]+\.js)["`]/g)].map(([, name = ""]) => name);
  return new Set([file, ...imported.flatMap((name) => [...withImports(name)])]);
}

function load(...prefixes: string[]): number {
  const files = prefixes.flatMap((prefix) => names.filter((name) => name.startsWith(`${prefix}-`)));
  const all = new Set(files.flatMap((file) => [...withImports(file)]));
  return [...all].reduce((sum, file) => sum + size(`assets/${file}`), size("loader.js"));
}

const names = readdirSync(new URL("assets/", DIST)).filter((name) => name.endsWith(".js"));

test("the loader has at most 3 kB", () => {
  expect(size("loader.js")).toBeLessThan(3);
});

test("a page whose visitors ask nothing loads at most 22 kB", () => {
  expect(load("element")).toBeLessThan(22);
});

// The goal is 40 kB. micromark takes 13 of it, the style sheets 7, Preact 6.
test("the widget has at most 61 kB in English", () => {
  expect(load("element", "chat")).toBeLessThan(61);
});

test("the full page has at most 76 kB in English", () => {
  expect(load("element", "page")).toBeLessThan(76);
});

test("the administration has at most 44 kB in English, and its charts 24 kB more", () => {
  const [entry = ""] = names.filter((name) => /^admin-[\da-f]+\.js$/.test(name));
  const [plot = ""] = names.filter((name) => name.startsWith("admin-plot-"));
  expect(size(`assets/${entry}`)).toBeLessThan(44);
  expect(size(`assets/${plot}`)).toBeLessThan(24);
});

test("nobody who asks loads any of the administration", () => {
  for (const name of names.filter((other) => !other.startsWith("admin-")))
    expect(readFileSync(new URL(`assets/${name}`, DIST), "utf-8"), name).not.toContain("admin-");
});
