import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { contrast, DEFAULT_ACCENT, type Scheme, themeCss, themeOf } from "../../src/theme/colours";
import { runs } from "../random";
import { SHAPE, TEXT } from "./pairs";

const SCHEMES: readonly Scheme[] = ["light", "dark"];

/** Brand colours that go wrong where a theme is derived carelessly: pale, neon, black, grey, and the primaries. */
const NASTY = [
  "#ff0", "#fff", "#000", "#808080", "#0f0", "#0ff", "#f0f", "#f00", "#00f", "#39ff14",
  "#ccff00", "#ffd700", "#fffffe", "#010101", "#777777", "#767676", "#bada55", "#ffc0cb", "#1d2125", "#fbfaf7",
];

const channel = fc.noBias(fc.integer({ min: 0, max: 255 }));
const brand = fc
  .tuple(channel, channel, channel)
  .map((rgb) => `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`);
const RANDOM = fc.sample(brand, { seed: 20261129, numRuns: 10 });

/** The pairs of the tables that lack their contrast, as sentences. */
function tooFaint(accent: string, scheme: Scheme): string[] {
  const theme = themeOf(accent, scheme);
  const faint = (pairs: typeof TEXT, least: number): string[] =>
    Object.entries(pairs).flatMap(([over, surfaces]) =>
      surfaces.flatMap((under) => {
        const ratio = contrast(colour(theme, over), colour(theme, under));
        return ratio < least ? [`${over} on ${under}: ${ratio.toFixed(2)} of ${String(least)}`] : [];
      }),
    );
  return [...faint(TEXT, 4.5), ...faint(SHAPE, 3)];
}

function colour(theme: Record<string, string>, name: string): string {
  const value = theme[`--gw-${name}`];
  if (value === undefined) throw new Error(`no colour ${name}`);
  return value;
}

describe("contrast", () => {
  test("is what WCAG says of black and white, and of a known pair", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrast("#ffffff", "#767676")).toBeCloseTo(4.54, 2);
  });

  test.each(SCHEMES)("reaches AA for the default accent, %s", (scheme) => {
    expect(tooFaint(DEFAULT_ACCENT, scheme)).toEqual([]);
  });

  test.each([...RANDOM, ...NASTY].flatMap((accent) => SCHEMES.map((scheme) => [accent, scheme] as const)))(
    "reaches AA for the brand colour %s, %s",
    (accent, scheme) => {
      expect(tooFaint(accent, scheme)).toEqual([]);
    },
  );

  test("reaches AA for any colour", () => {
    fc.assert(
      fc.property(brand, fc.constantFrom(...SCHEMES), (accent, scheme) => tooFaint(accent, scheme).length === 0),
      runs(500),
    );
  });
});

describe("the theme", () => {
  test("keeps the look of the default accent", () => {
    const light = themeOf(DEFAULT_ACCENT, "light");
    expect(colour(light, "accent")).toBe("#2a5f4f");
    expect(colour(light, "accent-text")).toBe("#2a5f4f");
    expect(colour(light, "accent-ink")).toBe("#ffffff");
    const dark = themeOf(DEFAULT_ACCENT, "dark");
    for (const name of ["accent", "accent-text"]) expect(apart(colour(dark, name), "#8fcbb3")).toBeLessThan(6);
    expect(apart(colour(light, "accent-tint"), "#e4efe9")).toBeLessThan(6);
    expect(apart(colour(dark, "accent-tint"), "#21352e")).toBeLessThan(6);
  });

  test("keeps a brand colour as it is where it can be seen", () => {
    for (const scheme of SCHEMES) expect(colour(themeOf("#e60023", scheme), "accent")).toBe("#e60023");
    expect(colour(themeOf("#ff0", "light"), "accent")).toBe("#ffff00");
  });

  test("puts dark text on yellow and white text on blue", () => {
    expect(contrast(colour(themeOf("#ff0", "light"), "accent-ink"), "#000000")).toBeLessThan(2);
    expect(colour(themeOf("#0b3d91", "light"), "accent-ink")).toBe("#ffffff");
  });

  test("has the same names and only hexadecimal colours in both schemes", () => {
    const [light, dark] = [themeOf("#ff0", "light"), themeOf("#ff0", "dark")];
    expect(Object.keys(light)).toEqual(Object.keys(dark));
    for (const [name, value] of Object.entries({ ...light, ...dark }))
      if (name !== "--gw-shadow") expect(value).toMatch(/^#[\da-f]{6}$/);
  });

  test.each(["", "green", "#12", "#12345", "#gggggg", "#2a5f4f80", "red;}:host{display:none"])(
    "takes the default accent for %j",
    (accent) => {
      expect(themeOf(accent, "light")).toEqual(themeOf(DEFAULT_ACCENT, "light"));
    },
  );

  test("reads three digits, capitals and spaces around", () => {
    expect(themeOf(" #F0A ", "dark")).toEqual(themeOf("#ff00aa", "dark"));
  });
});

describe("the style sheet of the colours", () => {
  test("follows the system, and is light in print", () => {
    const css = themeCss(DEFAULT_ACCENT, "auto");
    expect(css).toMatch(/^:host\{--gw-scheme:light;--gw-paper:#fbfaf7;/);
    expect(css).toContain("@media screen and (prefers-color-scheme:dark){:host{--gw-scheme:dark;--gw-paper:#15181b;");
  });

  test("is of one scheme where the site chooses it", () => {
    expect(themeCss(DEFAULT_ACCENT, "light")).not.toContain("@media");
    expect(themeCss(DEFAULT_ACCENT, "dark")).toContain("@media screen{:host{--gw-scheme:dark;");
  });
});

/** The largest difference of a channel. */
function apart(a: string, b: string): number {
  return Math.max(...[1, 3, 5].map((at) => Math.abs(parseInt(a.slice(at, at + 2), 16) - parseInt(b.slice(at, at + 2), 16))));
}
