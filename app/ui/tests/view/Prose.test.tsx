import { render } from "preact";
import { afterEach, beforeEach, expect, test } from "vitest";

import { Prose, type ProseProps } from "../../src/view/Prose";

let container: HTMLElement;
beforeEach(() => {
  container = document.createElement("div");
  document.body.append(container);
});
afterEach(() => {
  render(null, container);
  container.remove();
});

function show(source: string, props: Partial<ProseProps> = {}): string {
  render(<Prose source={source} tableLabel="Table" {...props} />, container);
  return container.getHTML();
}

const marker = (index: number) => (index <= 3 ? <button data-index={index}>[{index}]</button> : null);

test("Markdown becomes elements", () => {
  expect(show("# Title\n\nSome **bold** `code` [1].\n\n- a\n- b\n\n10. c\n    - d", { renderMarker: marker })).toBe(
    '<h3 dir="auto">Title</h3>' +
      '<p dir="auto">Some <strong>bold</strong> <code>code</code><span class="glued"> <button data-index="1">[1]</button></span>.</p>' +
      '<ul dir="auto"><li>a</li><li>b</li></ul>' +
      '<ol dir="auto" start="10"><li>c<ul><li>d</li></ul></li></ol>',
  );
});
