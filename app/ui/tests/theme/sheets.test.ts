import { beforeEach, describe, expect, test } from "vitest";

import { CHAT_SHEETS } from "../../src/theme/chat";
import { adoptTheme } from "../../src/theme/sheets";

const rootOf = (): ShadowRoot => document.createElement("div").attachShadow({ mode: "open" });
const first = (root: ShadowRoot): string => root.adoptedStyleSheets[0]?.cssRules[0]?.cssText ?? "";

describe("the theme of a shadow root", () => {
  let root = rootOf();
  beforeEach(() => (root = rootOf()));

  test("begins with the colours, so that the style sheets can change them", () => {
    adoptTheme(root, "#ff0", "light");
    expect(first(root)).toContain("--gw-accent: #ffff00");
  });

  test("is the same sheets for two elements with the same accent", () => {
    const other = rootOf();
    adoptTheme(root, "#ff0", "auto");
    adoptTheme(other, "#ff0", "auto");
    expect(other.adoptedStyleSheets).toHaveLength(root.adoptedStyleSheets.length);
    other.adoptedStyleSheets.forEach((sheet, at) => expect(sheet).toBe(root.adoptedStyleSheets[at]));
  });

  test("changes the colours alone with the accent", () => {
    adoptTheme(root, "#ff0", "auto");
    const [colours, ...others] = root.adoptedStyleSheets;
    adoptTheme(root, "#00f", "auto");
    expect(root.adoptedStyleSheets[0]).not.toBe(colours);
    root.adoptedStyleSheets.slice(1).forEach((sheet, at) => expect(sheet).toBe(others[at]));
  });

  test("ends with the further sheets", () => {
    adoptTheme(root, "#ff0", "auto");
    const widget = root.adoptedStyleSheets.length;
    adoptTheme(root, "#ff0", "auto", CHAT_SHEETS);
    expect(root.adoptedStyleSheets).toHaveLength(widget + CHAT_SHEETS.length);
  });
});
