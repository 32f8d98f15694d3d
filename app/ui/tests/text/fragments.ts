/** Pieces of Markdown that random texts are made of. */

import fc from "fast-check";

import type { Text } from "../../src/text/markdown";

export const FRAGMENTS = [
  "a", "b c", "Word", "12", " ", "  ", "   ", "\n", "\n\n", "\n\n\n", "\r\n", "\t", "é", "🌵", "\u202E", "\u0000",
  "*", "**", "_", "__", "~~", "`", "``", "\n```\n", "```js\n", "~~~\n", "  ```\n", "\\", "&amp;", "&#42;", "&x;", "<b>", "<!--",
  "- ", "\n- ", "\n  - ", "* ", "1. ", "\n2. ", "10) ", "\n   - ", "# ", "\n## ", "> ", "\n> ", ">> ", "---\n", "\n***\n", "===",
  "| a | b |\n", "|---|:-:|\n", "\n| x |", "|", "[1]", "[2, 3]", "[", "]", "](", ")", "](https://x.org)", "![", "https://a.b/c", "[x] ", ": ",
];

/** A text of up to `most` fragments. */
export const markdown = (most = 40): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: most }).map((parts) => parts.join(""));

/** Texts with long lines, long lists, long tables and long code, which are cut inside. */
export const longMarkdown: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(fc.constantFrom(...FRAGMENTS, "word ", "- item of a list\n", "| cell | cell |\n", "code();\n", "x".repeat(90)), fc.integer({ min: 1, max: 120 })),
    { maxLength: 14 },
  )
  .map((parts) => parts.map(([fragment, times]) => fragment.repeat(times)).join(""));

/** Return a text cut at some places. */
export function cutAt(text: string, places: readonly number[]): string[] {
  const ends = [...new Set([...places.map((place) => (text.length ? place % text.length : 0)), text.length])].sort((a, b) => a - b);
  return ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end));
}

/** Return the texts in blocks, in order; with a `source`, also the markers in it, as texts. */
export function texts(node: unknown, source?: string): Text[] {
  if (Array.isArray(node)) return node.flatMap((child) => texts(child, source));
  if (!node || typeof node !== "object") return [];
  const { type, start, end } = node as Partial<Text>;
  if (type === "text") return [node as Text];
  if ("index" in node) return source === undefined ? [] : [{ ...(node as unknown as Text), value: source.slice(start, end) }];
  return Object.values(node).flatMap((child) => texts(child, source));
}
