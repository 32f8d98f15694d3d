import { type FunctionComponent, render } from "preact";
import { describe, expect, test } from "vitest";

import * as pageIcons from "../../src/page/icons";
import * as icons from "../../src/view/icons";

const ALL = Object.entries({ ...icons, ...pageIcons });

function drawn(Icon: FunctionComponent): SVGElement {
  const box = document.createElement("div");
  render(<Icon />, box);
  const svg = box.querySelector("svg");
  if (!svg) throw new Error("no svg");
  return svg;
}

describe("an icon", () => {
  test.each(ALL)("%s is drawn in the colour of the text, and silent", (_, Icon) => {
    const svg = drawn(Icon);
    expect(svg.getAttribute("aria-hidden")).toBe("true");
    expect(svg.getAttribute("viewBox")).toBe("0 0 24 24");
    expect(svg.getAttribute("stroke")).toBe("currentColor");
    expect(svg.querySelector("path")?.getAttribute("d")).toMatch(/^M[\d .a-zA-Z-]+$/);
  });

  test("is one of its own", () => {
    const paths = ALL.map(([, Icon]) => drawn(Icon).querySelector("path")?.getAttribute("d"));
    expect(new Set(paths).size).toBe(ALL.length);
  });

  test("is mirrored where it points along the text", () => {
    expect(ALL.filter(([, Icon]) => drawn(Icon).classList.contains("directed")).map(([name]) => name)).toEqual([
      "ExternalIcon",
      "BackIcon",
    ]);
  });
});
