import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { isExact, parse, type Block, type Inline } from "../../src/text/markdown";
import { segments } from "../../src/text/segments";
import { runs } from "../random";
import { longMarkdown, markdown, texts } from "./fragments";

const blocks = (source: string): Block[] => segments(source).flatMap(parse);

/** The blocks, with texts in place of inline elements: `**b**` as "<strong>b</strong>". */
function outline(source: string): unknown {
  return blocks(source).map(outlined);
}

function outlined(block: Block): unknown {
  switch (block.type) {
    case "list":
      return { [block.first === null ? "ul" : `ol ${block.first}`]: block.items.map((item) => item.map(outlined)) };
    case "quote":
      return { quote: block.blocks.map(outlined) };
    case "table":
      return { table: [block.head, ...block.rows].map((row) => row?.map((cell) => cell.map(written).join(""))) };
    case "rule":
      return "---";
    case "heading":
      return `${"#".repeat(block.level)} ${block.children.map(written).join("")}`;
    default:
      return (block.type === "fence" ? "```" : "") + block.children.map(written).join("");
  }
}

function written(inline: Inline): string {
  if (inline.type === "text") return inline.value;
  if (inline.type === "break") return "<br>";
  if (inline.type === "marker") return `{${inline.index}}`;
  const name = inline.type === "link" ? `a ${inline.href}` : inline.type;
  return `<${name}>${inline.children.map(written).join("")}</${inline.type}>`;
}

test.each([
  ["# One\n\n### Two ###", ["# One", "### Two"]],
  ["a\nb  \nc\\\nd", ["a\nb<br>c<br>d"]],
  ["**b** *i* __b__ _i_ ~~d~~ ~x~ snake_case_name", ["<strong>b</strong> <em>i</em> <strong>b</strong> <em>i</em> <del>d</del> ~x~ snake_case_name"]],
  ["`` a`b `` and `c", ["<code>a`b</code> and `c"]],
  ["> a\n> > b\n\n***", [{ quote: ["a", { quote: ["b"] }] }, "---"]],
  ["- a\n  1. b\n  2. c\n- d", [{ ul: [["a", { "ol 1": [["b"], ["c"]] }], ["d"]] }]],
  ["10. a\n   - b\n   - c\n11. d", [{ "ol 10": [["a", { ul: [["b"], ["c"]] }], ["d"]] }]],
  ["10. a\n   ```\n   b\n   ```\n11. c", [{ "ol 10": [["a", "```b"], ["c"]] }]],
  ["- [x] a\n- [ ] b\n- [y] c", [{ ul: [["☑ a"], ["☐ b"], ["[y] c"]] }]],
  ["| a | b |\n|---|:-:|\n| `x\\|y` | c \\| d |\n| e |", [{ table: [["a", "b"], ["<code>x|y</code>", "c | d"], ["e"]] }]],
  ["```js\na\n\n  b\n```", ["```a\n\n  b"]],
  ["  ```\n  a\n b\n  ```", ["```a\nb"]],
  ["~~~\na\n```\nb", ["```a\n```\nb"]],
  ["```\n```", ["```"]],
  ["Title\n=====\n\nTitle\n---", ["Title\n=====", "Title", "---"]],
  ["    indented\n\n        - item", ["indented", { ul: [["item"]] }]],
  ["<b>x</b> <!-- y -->\n\n<div>\nz\n</div>", ["<b>x</b> <!-- y -->", "<div>\nz\n</div>"]],
  ["[a]\n\n[a]: https://x.org", ["[a]", "[a]: <a https://x.org/>https://x.org</link>"]],
  ["![a *b*](https://x.org/y.png)!", ["a <em>b</em>!"]],
  ["[a](/b) [c](javascript:d) [e](f:g)", ["a [c](javascript:d) [e](f:g)"]],
  ["[a](https://x.org) <https://y.org/z> <m@x.org> [m](mailto:m@x.org)", ["<a https://x.org/>a</link> <a https://y.org/z>https://y.org/z</link> <a mailto:m@x.org>m@x.org</link> <a mailto:m@x.org>m</link>"]],
  ["See https://x.org/a_b_(c). (https://y.org), xhttps://z.org", ["See <a https://x.org/a_b_(c)>https://x.org/a_b_(c)</link>. (<a https://y.org/>https://y.org</link>), xhttps://z.org"]],
  ["[https://x.org [1]](https://y.org)", ["<a https://y.org/>https://x.org [1]</link>"]],
  ["\uFEFF# a", ["# a"]],
  ["a\r\nb\r\n\r\nc", ["a\nb", "c"]],
])("%j is read", (source, expected) => {
  expect(outline(source)).toEqual(expected);
});

describe("named references", () => {
  test.each([
    ["&amp; &lt; &gt; &quot; &nbsp; &euro; &auml; &hellip; &rarr;", "& < > \" \u00A0 € ä … →"],
    ["&#42; &#x1F335; &#0;", "* 🌵 \uFFFD"],
    ["&unknown; &amp &; &constructor; &toString;", "&unknown; &amp &; &constructor; &toString;"],
  ])("%s", (source, expected) => {
    expect(outline(source)).toEqual([expected]);
  });
});

describe("markers", () => {
  test.each([
    ["25 days [1]. More [1, 2].", "25 days {1}. More {1}{2}."],
    ["25 days. [1][2] More.", "25 days. {1}{2} More."],
    ["25 days[3].", "25 days{3}."],
    ["25 days (see [4]). More ([5]).", "25 days (see {4}). More ({5})."],
    ["**25 days [1]** and `code` [2]", "<strong>25 days {1}</strong> and <code>code</code> {2}"],
    ["Read `values[0]` and `m[1]` first.", "Read <code>values[0]</code> and <code>m[1]</code> first."],
    ["The range is [0, 100].", "The range is [0, 100]."],
    ["The **interval** [1, 5] is open.", "The <strong>interval</strong> [1, 5] is open."],
    ["See [7](https://x.org/7). [1]", "See <a https://x.org/7>7</link>. {1}"],
    ["Set dp[1][0] to 1, then a[1] = 5 and m[0].", "Set dp[1][0] to 1, then a[1] = 5 and m[0]."],
    ["A footnote[^1] and a year [2023] and [101] and [1-3].", "A footnote[^1] and a year [2023] and [101] and [1-3]."],
    ["\\[1] and [1\\]", "[1] and [1]"],
    ["[1]: https://x.org", "[1]: <a https://x.org/>https://x.org</link>"],
  ])("%s", (source, expected) => {
    expect(outline(source)).toEqual([expected]);
  });
});

test("the second part of a table that was cut has its columns, and no header", () => {
  const source = `| a | b |\n|---|--:|\n${"| one cell | another |\n".repeat(100)}`;
  const [first, second] = blocks(source);
  expect(first).toMatchObject({ type: "table", align: ["start", "end"] });
  expect(second).toMatchObject({ type: "table", align: ["start", "end"], head: null });
  expect(texts(blocks(source)).every(({ value, start, end }) => source.slice(start, end) === value)).toBe(true);
});

test("what is nested too deep is shown as it was written", () => {
  const source = `${"> ".repeat(1000)}x`;
  expect(texts(blocks(source)).map(({ value }) => value).join("")).toMatch(/^(?:> )+x$/);
});

/** What a text may stand for if it differs from it: an escape, a reference, a line's end, the box of a task. */
const STANDS_FOR = /^(?:\\[!-/:-@[-`{-~]|&#?\w+;|\r\n|\r|\[[ xX]\]|)$/;

test("each text is the part of the source that it names, in order", () => {
  fc.assert(
    fc.property(fc.oneof(markdown(), longMarkdown), (source) => {
      let end = 0;
      for (const text of texts(blocks(source))) {
        expect(text.start).toBeGreaterThanOrEqual(end);
        end = text.end;
        const part = source.slice(text.start, text.end);
        if (isExact(text) && !STANDS_FOR.test(part)) expect(text.value.replaceAll("\0", "\uFFFD")).toBe(part.replaceAll("\0", "\uFFFD"));
        else expect(part).toMatch(STANDS_FOR);
      }
    }),
    runs(200),
  );
}, 60_000);

test("no word of the source is lost", () => {
  fc.assert(
    fc.property(fc.oneof(markdown(), longMarkdown), (source) => {
      const shown = new Set(texts(blocks(source)).map(({ start }) => start));
      for (const { start, end } of texts(blocks(source))) for (let at = start; at < end; at += 1) shown.add(at);
      for (const { index } of source.matchAll(/Word|é|🌵/g)) {
        const line = source.slice(source.lastIndexOf("\n", index) + 1, index);
        // The language of a code block is not shown, nor cells beyond the header's, nor where a link leads.
        if (/`{3}|~{3}|\||\]\(/.test(line) || /\]\(\s*$/.test(source.slice(0, index))) continue;
        expect(shown.has(index), JSON.stringify(source.slice(Math.max(0, index - 30), index + 9))).toBe(true);
      }
    }),
    runs(200),
  );
}, 60_000);
