import { expect, test } from "vitest";

import { fileNameOf } from "../../src/page/exported";

test.each([
  ["When is pay day?", "When-is-pay-day.md"],
  ["../../etc/passwd", "etc-passwd.md"],
  ["Größe der Äpfel: 5 €", "Größe-der-Äpfel-5.md"],
  ["???", "conversation.md"],
  ["x".repeat(200), `${"x".repeat(80)}.md`],
])("the file of the conversation %j is %s", (title, name) => {
  expect(fileNameOf(title)).toBe(name);
});
