import { expect, test } from "vitest";

import { segments } from "../../src/text/segments";
import { settled } from "../../src/text/unfinished";

/** What is shown of the last segment of a text. */
function shown(source: string): string {
  const last = segments(source).at(-1);
  return last ? settled(last) : "";
}

test.each([
  ["plain words", "plain words"],
  ["days [", "days "],
  ["days [1", "days "],
  ["days [1, ", "days "],
  ["days [1]", "days [1]"],
  ["some **", "some "],
  ["some **bold", "some **bold**"],
  ["some **bold ", "some **bold**"],
  ["some **bold*", "some **bold**"],
  ["some **bold**", "some **bold**"],
  ["some `co", "some `co`"],
  ["some `a[1", "some `a`"],
  ["some `a ** b", "some `a ** b`"],
  ["see [the map", "see [the map]()"],
  ["see [the map]", "see [the map]()"],
  ["see [the map](https://x", "see [the map]()"],
  ["see [the map](https://x.org)", "see [the map](https://x.org)"],
  ["see ![the map](x", "see [the map]()"],
  ["read arr[i]", "read arr[i]"],
  ["R&am", "R"],
  ["a \\", "a "],
  ["-", ""],
  ["text\n--", "text\n"],
  ["text\n\n12.", ""],
  ["1. a\n2", "1. a\n"],
  ["## ", ""],
  ["| a | b |", ""],
  ["| a | b |\n|--", ""],
  ["| a | b |\n|---|---|\n", "| a | b |\n|---|---|\n"],
  ["| a | b |\nno table", "| a | b |\nno table"],
  ["``", ""],
  ["```\nlet a = b[1", "```\nlet a = b[1"],
  ["```\ncode\n``", "```\ncode\n"],
  ["```\ncode\n`x", "```\ncode\n`x"],
  ["```js", "```js"],
  ["- a\n  ```\n  b[", "- a\n  ```\n  b["],
])("of %j, %j is shown while more is to come", (source, expected) => {
  expect(shown(source)).toBe(expected);
});
