import { render } from "preact";
import { describe, expect, test } from "vitest";

import { Icon, type IconName } from "../../src/view/icons";

const NAMES: readonly IconName[] = [
  "chat", "close", "send", "stop", "copy", "up", "down", "external", "document", "search", "menu", "download", "print",
  "trash", "back", "person", "plus", "edit",
];

describe("an icon", () => {
  test.each(NAMES)("%s is drawn in the colour of the text, and silent", (name) => {
    const box = document.createElement("div");
    render(<Icon name={name} />, box);
    const svg = box.querySelector("svg");
    expect(svg?.getAttribute("aria-hidden")).toBe("true");
    expect(svg?.getAttribute("viewBox")).toBe("0 0 24 24");
    expect(svg?.getAttribute("stroke")).toBe("currentColor");
    expect(svg?.querySelector("path")?.getAttribute("d")).toMatch(/^M[\d .a-zA-Z-]+$/);
  });
});
