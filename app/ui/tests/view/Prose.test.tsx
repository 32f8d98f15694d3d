import fc from "fast-check";
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { isExact, parse } from "../../src/text/markdown";
import { KnownAddresses } from "../../src/text/markers";
import { segments } from "../../src/text/segments";
import { Prose, type Mark, type ProseProps, type RenderMark } from "../../src/view/Prose";
import hostile from "../hostile.json";
import { runs } from "../random";
import { longMarkdown, markdown, texts } from "../text/fragments";

vi.mock("../../src/text/markdown", { spy: true });

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

/** Show a text, and wait until all of it is shown. */
async function shown(source: string, props: Partial<ProseProps> = {}): Promise<string> {
  await new Promise<void>((resolve) => show(source, { ...props, onRendered: resolve }));
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

interface Hostile {
  readonly name: string;
  readonly markdown?: string;
  readonly parts?: [string, number][];
  readonly shows?: string;
  readonly links?: number;
}

const ALLOWED: Record<string, string[]> = {
  p: ["class", "dir"], h3: ["dir"], h4: ["dir"], h5: ["dir"], h6: ["dir"], ul: ["dir"], ol: ["dir", "start"], li: [], blockquote: ["dir"], hr: [], br: [],
  pre: ["tabindex", "dir"], code: [], strong: [], em: [], del: [], bdi: [], span: ["class"], div: ["class", "tabindex", "role", "aria-label"],
  table: ["dir"], thead: [], tbody: [], tr: [], th: ["class", "scope"], td: ["class"], a: ["href", "title", "target", "rel"],
};

function expectHarmless(): void {
  for (const element of container.querySelectorAll("*")) {
    const allowed = ALLOWED[element.localName];
    expect(allowed, element.localName).toBeDefined();
    for (const { name, value } of element.attributes) {
      expect(allowed, `${element.localName} ${name}=${value}`).toContain(name);
      if (name === "href") expect(value).toMatch(/^(?:https?:\/\/[^/@]+(?:\/|$)|mailto:)/);
    }
  }
  expect((window as { hacked?: unknown }).hacked).toBeUndefined();
}

test.each(hostile as unknown as Hostile[])("hostile: $name", async ({ markdown, parts, shows, links }) => {
  const source = markdown ?? parts?.map(([text, times]) => text.repeat(times)).join("") ?? "";
  for (const isStreaming of [true, false]) {
    await shown(source, { isStreaming });
    expectHarmless();
  }
  if (shows !== undefined) expect(container.textContent).toContain(shows);
  if (links !== undefined) expect(container.querySelectorAll("a")).toHaveLength(links);
  await shown(source, { isPlain: true });
  expectHarmless();
  expect(container.textContent).toBe(source.replaceAll("\0", "\uFFFD"));
}, 30_000);

describe("marks", () => {
  const mark = (source: string, words: string, id = words): Mark => {
    const start = source.indexOf(words);
    return { start, end: start + words.length, id, kind: "flag", isInteractive: true };
  };
  const renderMark: RenderMark = (text, marks, first) => (
    <mark data-ids={marks.map(({ id }) => id).join(" ")} tabIndex={first.size ? 0 : undefined}>
      {text}
    </mark>
  );
  const marked = (id: string) =>
    [...container.querySelectorAll("mark")]
      .filter((element) => element.dataset.ids?.split(" ").includes(id))
      .map(({ textContent }) => textContent);

  test("cover their words, whatever is between them", () => {
    const source = "The **annual leave** is\n> 25 &amp; more `days` a year.\n\n- one\n- two\n";
    const words = "annual leave** is\n> 25 &amp; more `days` a";
    show(source, { marks: [mark(source, words, "m"), mark(source, "two")], renderMark });
    expect(marked("m").join("")).toBe("annual leave is25 & more days a");
    expect(marked("two")).toEqual(["two"]);
  });

  test("overlap", () => {
    const source = "one two three";
    show(source, { marks: [mark(source, "two three"), mark(source, "one two")], renderMark });
    expect([...container.querySelectorAll("mark")].map(({ dataset, textContent }) => [dataset.ids, textContent])).toEqual([
      ["one two", "one "],
      ["two three one two", "two"],
      ["two three", " three"],
    ]);
  });

  test("have one first part, which is not blank, in whichever block it is", () => {
    const source = "one \n\ntwo **three**\n\nfour";
    show(source, { marks: [{ start: 3, end: source.length, id: "m", kind: "flag" }], renderMark });
    expect([...container.querySelectorAll("mark[tabindex]")].map(({ textContent }) => textContent)).toEqual(["two "]);
  });

  test("of half a reference cover its character", () => {
    const source = "a &amp; b";
    show(source, { marks: [mark(source, "mp")], renderMark });
    expect(marked("mp")).toEqual(["&"]);
  });

  test("that can be pressed are not inside of a link", () => {
    const source = "See [the map](https://x.example/y) and [more](https://x.example/z).";
    show(source, { marks: [mark(source, "map")], renderMark });
    expect(container.textContent).toBe("See the map (x.example) and more.");
    expect(container.querySelector("a mark, mark a")).toBeNull();
    show(source, { marks: [{ ...mark(source, "map"), isInteractive: false }], renderMark });
    expect(container.querySelector("a mark")?.textContent).toBe("map");
  });

  test("cover the same characters as the source, for any text and any marks", async () => {
    const spans = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(markdown(), longMarkdown), spans, async (source, places) => {
        const marks = places.map(([a, b], id): Mark => {
          const [start, end] = [a % (source.length + 1), b % (source.length + 1)];
          return { start: Math.min(start, end), end: Math.max(start, end), id: String(id), kind: "flag" };
        });
        await shown(source, { marks, renderMark });
        for (const { id, start, end } of marks) {
          const expected = texts(segments(source).flatMap(parse), source).flatMap((text) => {
            if (text.end <= start || text.start >= end) return [];
            if (!isExact(text)) return [text.value];
            return [text.value.slice(Math.max(start, text.start) - text.start, Math.min(end, text.end) - text.start)];
          });
          expect(marked(id).join("")).toBe(expected.join("").replaceAll("\0", "\uFFFD"));
        }
      }),
      runs(100),
    );
  }, 60_000);
});

describe("markers", () => {
  test("that lead nowhere stay text", () => {
    show("Five days [1, 9] [7].", { renderMarker: marker });
    expect(container.textContent).toBe("Five days [1], 9] [7].");
    expect(container.querySelectorAll("button")).toHaveLength(1);
  });

  test("are text where nothing renders them", () => {
    show("Five days [1].");
    expect(container.textContent).toBe("Five days [1].");
  });

  test.each([
    ["Five days [1]", "Five days<span> [1]</span>"],
    ["Five days.[1]", "Five days<span>.[1]</span>"],
    ["Five days [1][2] [3]", "Five days<span> [1][2]</span><span> [3]</span>"],
    ["**Five** [1]", "<strong>Five</strong><span> [1]</span>"],
    ["`five`[1]", "<code>five</code><span>[1]</span>"],
    ["Five 🌵[1]", "Five <span>🌵[1]</span>"],
    ["[1] five", "<span>[1]</span> five"],
  ])("of %j do not begin a line", (source, expected) => {
    const html = show(source, { renderMarker: marker });
    expect(html.replace(/<\/?(?:button|p)[^>]*>| class="glued"/g, "")).toBe(expected);
  });
});

describe("headings", () => {
  const names = () => [...container.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(({ localName }) => localName);

  test("begin at the level that is asked for, without gaps", () => {
    show("### a\n\n# b\n\n###### c", { firstHeadingLevel: 2 });
    expect(names()).toEqual(["h3", "h2", "h4"]);
    show("# a\n\n## b\n\n### c\n\n#### d\n\n##### e\n\n###### f", { firstHeadingLevel: 3 });
    expect(names()).toEqual(["h3", "h4", "h5", "h6", "h6", "h6"]);
  });
});

describe("a text that is being written", () => {
  const write = (source: string, props: Partial<ProseProps> = {}) => show(source, { isStreaming: true, renderMarker: marker, ...props });

  test("shows no half-written signs", () => {
    write("Some **bo");
    expect(container.getHTML()).toBe('<p dir="auto">Some <strong>bo</strong></p>');
    write("Some **bold** days [1");
    expect(container.textContent).toBe("Some bold days");
    write("Some **bold** days [1", { isStreaming: false });
    expect(container.textContent).toBe("Some bold days [1");
  });

  test("keeps focus and selection in what is complete", () => {
    const text = "One [1].\n\n- two [2]\n\n";
    write(text);
    const button = container.querySelector("button");
    button?.focus();
    const elements = [...container.querySelectorAll("*")];
    for (const more of ["thr", "three\n\n", "three\n\n- fo", "three\n\n- four [3]"]) write(text + more);
    write(`${text}three\n\n- four [3]`, { isStreaming: false });
    expect(document.activeElement).toBe(button);
    expect([...container.querySelectorAll("*")].slice(0, elements.length)).toEqual(elements);
  });

  test("renders what is complete no more", () => {
    const rendered: number[] = [];
    const counting = (index: number) => {
      rendered.push(index);
      return <b>{index}</b>;
    };
    const text = "One [1].\n\nTwo [2].\n\nThree [3]";
    for (let end = 0; end <= text.length; end += 1) write(text.slice(0, end), { renderMarker: counting });
    expect(rendered.filter((index) => index === 1).length).toBeLessThan(6);
    expect(rendered.indexOf(3)).toBeGreaterThan(rendered.lastIndexOf(1));
  });

  test("is one list, table, code block or paragraph, however long", async () => {
    const longest = [
      "- one item [1] of a list\n".repeat(300),
      `| a | b |\n|---|---|\n${"| cell | another [1] |\n".repeat(300)}`,
      `\`\`\`\n${"code();\n".repeat(800)}\`\`\`\n`,
      "Words without an end. ".repeat(400),
    ];
    for (const source of longest) {
      for (let end = 1000; end < source.length; end += 1000) write(source.slice(0, end));
      write(source);
      expect(container.children).toHaveLength(1);
    }
    await shown(longest[1] ?? "");
    expect(container.querySelectorAll("thead")).toHaveLength(1);
    expect(container.querySelectorAll("tbody tr")).toHaveLength(300);
  });

  test("shows every row of a table whose header has too many cells", async () => {
    await shown(`a | b | c\n|---|---|\n${"| word | word |\n|---|---|\n".repeat(100)}`);
    expect(container.textContent.match(/word/g)).toHaveLength(200);
  });

  test.each([
    ["paragraphs", "Every colleague has **25 days** [1] of `leave` a year. ".repeat(8) + "\n\n"],
    ["one paragraph", "Every colleague has **25 days** [1] of `leave` a year. "],
    ["a list", "- Every colleague has **25 days** [1] of `leave`.\n"],
    ["a loose list", "1. Every colleague has **25 days** [1] of `leave`.\n\n   - Or more.\n\n"],
    ["a table", "| c | d |\n", "| a | b |\n|---|---|\n"],
    ["a code block", "let a = b;\n\n", "```\n"],
    ["quotations", "> Every colleague has **25 days** [1] of `leave`.\n"],
    ["one word", "word"],
  ])("is parsed in its last part only: %s", (_name, unit, before = "") => {
    const length = 50_000;
    const step = 50;
    const source = before + unit.repeat(length / unit.length);
    vi.mocked(parse).mockClear().mockReturnValue([{ type: "rule" }]);
    for (let end = step; end <= source.length; end += step) write(source.slice(0, end));
    const characters = vi.mocked(parse).mock.calls.map(([{ text }]) => text.length);
    expect(Math.max(...characters)).toBeLessThanOrEqual(2400);
    // Each step parses what is not complete: at most 2,400 characters, mostly less than half of it.
    expect(characters.reduce((sum, next) => sum + next, 0) / (source.length / step)).toBeLessThan(1700);
    vi.mocked(parse).mockRestore();
  });
});

describe("a long text", () => {
  const source = "A paragraph of some words.\n\n".repeat(2000);

  test("is shown in steps", async () => {
    show(source);
    const first = container.children.length;
    expect(first).toBeLessThan(200);
    await shown(source);
    expect(container.children).toHaveLength(2000);
  });

  test("is shown in part", async () => {
    const start = source.length / 2;
    await shown(source, { range: { start, end: start + 60 } });
    expect(container.children).toHaveLength(3);
  });

  test("is not shown any further once it is removed", async () => {
    const onRendered = vi.fn();
    show(source, { onRendered });
    render(null, container);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(onRendered).not.toHaveBeenCalled();
  });
});

test("a plain text keeps its signs and its lines", () => {
  expect(show("# no *title*\n  [1] <b>\n\nend", { isPlain: true, renderMarker: marker })).toBe(
    '<p class="plain" dir="auto"># no *title*\n  [1] &lt;b&gt;\n\nend</p>',
  );
});

test("another text in its place is shown from its beginning", () => {
  show("- one\n\ntwo");
  expect(show("- one and a half")).toBe('<ul dir="auto"><li>one and a half</li></ul>');
  expect(show("- one and a half", { isPlain: true })).toBe('<p class="plain" dir="auto">- one and a half</p>');
});

test("a table can be scrolled with the keyboard, and is named", () => {
  show("| a | b |\n|---|--:|\n| c | d |");
  expect(container.getHTML()).toBe(
    '<div class="table" tabindex="0" role="group" aria-label="Table"><table dir="auto">' +
      '<thead><tr><th class="start" scope="col">a</th><th class="end" scope="col">b</th></tr></thead>' +
      '<tbody><tr><td class="start">c</td><td class="end">d</td></tr></tbody></table></div>',
  );
});

test("a link opens in a new tab without a referrer, and shows where it leads", () => {
  show("[the map](https://x.example/map?x=1) https://x.example/ [www.x.example](https://x.example/)");
  expect([...container.querySelectorAll("a")].map(({ title }) => title)).toEqual(["https://x.example/map?x=1", "", "https://x.example/"]);
  for (const link of container.querySelectorAll("a")) {
    expect([link.target, link.rel]).toEqual(["_blank", "noopener noreferrer nofollow"]);
  }
  expect(container.textContent).toBe("the map https://x.example/ www.x.example");
});

test("a new function renders the text again", () => {
  show("Five [1].", { renderMarker: () => null });
  show("Five [1].", { renderMarker: marker });
  expect(container.querySelectorAll("button")).toHaveLength(1);
});

describe("of the addresses that may be links", () => {
  const addresses = new KnownAddresses([
    "The map is at (https://garden.example/map). [Rules](https://garden.example/rules?y=1), or ask@garden.example [1].",
  ]);
  const links = (source: string) => {
    show(source, { addresses });
    return [...container.querySelectorAll("a")].map(({ href }) => href);
  };

  test("those of the sources are", () => {
    expect(links("[a](https://garden.example/map) https://GARDEN.example/rules?y=1, [b](mailto:ask@garden.example)")).toEqual([
      "https://garden.example/map",
      "https://garden.example/rules?y=1",
      "mailto:ask@garden.example",
    ]);
  });

  test.each([
    "https://garden.example/map?said=the+question",
    "https://garden.example.evil.example/map",
    "http://garden.example/map",
    "https://evil.example/",
    "mailto:ask@garden.example?body=the+question",
    "mailto:eve@evil.example",
  ])("%s is text, with its label and without", (foreign) => {
    expect(links(`Open [the map](${foreign}) or <${foreign}> or ${foreign}`)).toEqual([]);
    expect(container.textContent).toContain(`the map (${foreign})`);
  });

  test("an image is none, and is not loaded", () => {
    expect(links("![a](https://garden.example/map) [![b](https://evil.example/i.png)](https://evil.example/)")).toEqual([]);
    expect(container.querySelector("img")).toBeNull();
  });
});
