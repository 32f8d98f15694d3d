import { describe, expect, test } from "vitest";

import { DEFAULT_ACCENT, themeOf } from "../../src/theme/colours";
import { DECORATION, SHAPE, TEXT } from "./pairs";

const SHEETS = import.meta.glob<string>("../../src/theme/*.css", { query: "?raw", import: "default", eager: true });
const COLOURS = new Set(Object.keys(themeOf(DEFAULT_ACCENT, "light")));

interface Rule {
  readonly selector: string;
  readonly declarations: ReadonlyMap<string, string>;
}

/** The innermost rules of a style sheet, without comments. */
function rulesOf(css: string): Rule[] {
  return [...css.replace(/\/\*[^]*?\*\//g, "").matchAll(/([^{};]+)\{([^{}]*)\}/g)].map(([, selector = "", body = ""]) => ({
    selector: selector.trim().replace(/\s+/g, " "),
    declarations: new Map(
      body
        .split(";")
        .filter((line) => line.includes(":"))
        .map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()] as const),
    ),
  }));
}

const rules = Object.entries(SHEETS).flatMap(([path, css]) =>
  rulesOf(css).map((rule) => ({ ...rule, where: `${path.split("/").at(-1) ?? path}: ${rule.selector}` })),
);

/** The colours of the theme that a value names. */
const named = (value = ""): string[] => [...value.matchAll(/var\(--gw-([\w-]+)/g)].map(([, name = ""]) => name);
const isColour = (name: string): boolean => COLOURS.has(`--gw-${name}`) && name !== "shadow";

test("the rules are read", () => {
  expect(Object.keys(SHEETS).length).toBeGreaterThan(3);
  expect(rules.length).toBeGreaterThan(150);
});

describe("the pairs of colours", () => {
  test("cover every colour that a rule sets together with a background", () => {
    const missing = rules.flatMap(({ where, declarations }) => {
      const [text] = named(declarations.get("color"));
      const [under] = named(declarations.get("background"));
      return text && under && !TEXT[text]?.includes(under) ? [`${where}: ${text} on ${under}`] : [];
    });
    expect(missing).toEqual([]);
  });

  test("cover every colour of text on the paper, and every background under the ink", () => {
    const missing = rules.flatMap(({ where, declarations }) => {
      const [text] = named(declarations.get("color"));
      const [under] = named(declarations.get("background"));
      const unread = text && !TEXT[text] ? [`${where}: ${text}`] : [];
      const isShape = declarations.has("content") || /meter|progress|::before/.test(where);
      const empty = under && !text && !isShape && !TEXT["ink"]?.includes(under) ? [`${where}: ink on ${under}`] : [];
      return [...unread, ...empty];
    });
    // What is filled with the accent sets the colour of its text in the rule without :hover.
    expect(missing.filter((sentence) => !sentence.endsWith("ink on accent-hover"))).toEqual([]);
  });

  test("cover every border, outline and underline", () => {
    const missing = rules.flatMap(({ where, declarations }) =>
      [...declarations]
        .filter(([property]) => /^(border|outline|text-decoration)/.test(property))
        .flatMap(([, value]) => named(value))
        .filter((name) => isColour(name) && !SHAPE[name] && !DECORATION.includes(name))
        .map((name) => `${where}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test("are of colours that the theme has", () => {
    for (const pairs of [TEXT, SHAPE])
      for (const name of [...Object.keys(pairs), ...Object.values(pairs).flat()]) expect(isColour(name), name).toBe(true);
  });
});

describe("the style sheets", () => {
  test("use only colours of the theme, besides shadows, print and system colours", () => {
    const literal = rules.flatMap(({ where, declarations }) =>
      [...declarations]
        .filter(([property, value]) => /#[\da-f]{3,8}\b|\b(rgb|hsl|oklch)\(/i.test(value) && !property.endsWith("shadow"))
        .map(([property]) => `${where}: ${property}`),
    );
    expect(literal.filter((sentence) => !sentence.startsWith("print.css"))).toEqual([]);
  });

  test("name no side: left and right depend on the direction of the text", () => {
    const sided = rules.flatMap(({ where, declarations }) =>
      [...declarations.keys()]
        .filter((property) => /(^|-)(left|right|top|bottom)(-|$)/.test(property) && !property.startsWith("--"))
        .map((property) => `${where}: ${property}`),
    );
    expect(sided).toEqual([]);
  });

  test("name every variable of a site in its own name space", () => {
    const site = new Set(rules.flatMap(({ declarations }) => [...declarations.values()].flatMap(named)));
    const documented = new Set(["scheme", "font", "title-font", "mono-font", "round", "layer", "inset-block", "inset-inline", "visible", "visible-top"]);
    expect([...site].filter((name) => !COLOURS.has(`--gw-${name}`) && !documented.has(name))).toEqual([]);
  });

  test("use no rem, whose size is the host page's", () => {
    expect(rules.flatMap((rule) => [...rule.declarations.values()]).filter((value) => /\drem\b/.test(value))).toEqual([]);
  });

  test("move only where the reader has not asked for less motion", () => {
    for (const [path, css] of Object.entries(SHEETS)) {
      const still = css.replace(/@media \(prefers-reduced-motion: no-preference\) \{[^]*?\n\}/g, "");
      expect(still, path).not.toMatch(/\b(animation|transition):/);
    }
  });
});
