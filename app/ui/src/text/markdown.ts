/**
 * Markdown of one segment as blocks, whose texts know their offsets in the source.
 *
 * Read: CommonMark with tables and strikethrough, addresses that are written out, citation markers, task lists. Not
 * read, because it has no place in an answer: HTML (shown as the text that it is), images (shown as their description,
 * never loaded), definitions (a document must not redirect the marker `[1]`), indented code (models indent lists in many
 * ways), underlined headings (a line below a paragraph must not change it).
 */

import { fromMarkdown, type CompileContext, type Extension, type Token } from "mdast-util-from-markdown";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";

import * as omitted from "./omitted";
import { findSpecial, webAddress, type FoundMarker } from "./markers";
import type { Span } from "./offsets";
import type { Segment } from "./segments";

/**
 * A text and its place in the source. Where their lengths differ (`&amp;`, `\*`), the text is that of the whole place.
 */
export interface Text extends Span {
  readonly type: "text";
  readonly value: string;
}
export interface Code extends Span {
  readonly type: "code";
  readonly children: readonly Text[];
}
export interface Styled extends Span {
  readonly type: "strong" | "em" | "del";
  readonly children: readonly Inline[];
}
export interface Link extends Span {
  readonly type: "link";
  readonly href: string;
  readonly children: readonly Inline[];
}
export interface Break extends Span {
  readonly type: "break";
}
export type Inline = Text | Code | Styled | Link | Break | FoundMarker;

export interface Leaf {
  readonly type: "paragraph";
  readonly children: readonly Inline[];
}
export interface Heading {
  readonly type: "heading";
  readonly level: number;
  readonly children: readonly Inline[];
}
export interface Fence {
  readonly type: "fence";
  readonly children: readonly Text[];
}
export interface Quote {
  readonly type: "quote";
  readonly blocks: readonly Block[];
}
export interface List {
  readonly type: "list";
  /** The number of the first item; null for a list without numbers. */
  readonly first: number | null;
  readonly isTight: boolean;
  readonly items: readonly (readonly Block[])[];
}
export type Cells = readonly (readonly Inline[])[];
export interface Table {
  readonly type: "table";
  readonly align: readonly ("start" | "center" | "end")[];
  /** Null in the second part of a table that was cut. */
  readonly head: Cells | null;
  readonly rows: readonly Cells[];
}
export interface Rule {
  readonly type: "rule";
}
export type Block = Leaf | Heading | Fence | Quote | List | Table | Rule;

/** Blocks and inline elements nested deeper than this are shown as they were written, so that none exhausts the stack. */
const DEEPEST = 12;

/** A node of the tree that `fromMarkdown` builds with `EXACT`. */
interface Node {
  readonly type: string;
  readonly value?: string;
  readonly children?: readonly Node[];
  readonly position: { start: { offset: number; column: number }; end: { offset: number } };
  readonly depth?: number;
  readonly url?: string;
  readonly ordered?: boolean;
  readonly start?: number | null;
  readonly spread?: boolean | null;
  readonly align?: readonly (string | null)[];
}

const CONTAINS_LINES = new Set(["paragraph", "emphasis", "strong", "delete", "heading", "fragment", "inlineCode", "code"]);

/** Begin a text node for each token, so that each has one place: the texts of `fromMarkdown` are joined. */
function beginText(this: CompileContext, token: Token): undefined {
  const node = { type: "text" as const, value: "", position: { start: { ...token.start }, end: { ...token.end } } };
  (this.stack.at(-1) as { children: unknown[] }).children.push(node);
  this.stack.push(node);
}

function lineEnding(this: CompileContext, token: Token): undefined {
  const parent = this.stack.at(-1) as unknown as { type: string; children: Node[] };
  // The token's own end is after the indentation of the next line.
  const end = { ...token.start, offset: token.start.offset + this.sliceSerialize(token).length };
  const position = { start: { ...token.start }, end };
  if (this.data.atHardBreak) {
    (parent.children.at(-1) as { position: Node["position"] }).position.end = end;
    this.data.atHardBreak = undefined;
  } else if (CONTAINS_LINES.has(parent.type)) {
    parent.children.push({ type: "text", value: "\n", position });
  }
}

/** Return what begins a node with children: one that `fromMarkdown` does not know, or gives a value instead. */
function parent(type: string) {
  return function (this: CompileContext, token: Token): undefined {
    this.enter({ type, align: token._align, children: [] } as never, token);
  };
}

function exit(this: CompileContext, token: Token): undefined {
  this.exit(token);
}

const EXACT: Extension = {
  enter: {
    data: beginText,
    characterEscape: beginText,
    characterReference: beginText,
    codeFlowValue: beginText,
    codeTextData: beginText,
    codeFenced: parent("code"),
    codeText: parent("inlineCode"),
    strikethrough: parent("delete"),
    table: parent("table"),
    tableRow: parent("tableRow"),
    tableHeader: parent("tableCell"),
    tableData: parent("tableCell"),
  },
  exit: {
    lineEnding,
    codeFenced: exit,
    codeFencedFence: () => undefined,
    codeText: exit,
    strikethrough: exit,
    table: exit,
    tableRow: exit,
    tableHeader: exit,
    tableData: exit,
    label() {
      const fragment = this.stack.pop() as unknown as Node;
      this.data.inReference = true;
      Object.assign(this.stack.at(-1) as object, { children: fragment.children });
    },
  },
};

const OPTIONS = {
  extensions: [
    gfmTable(),
    gfmStrikethrough({ singleTilde: false }),
    { disable: { null: Object.keys(omitted) } },
  ],
  mdastExtensions: [EXACT],
};

/** Return the blocks of a segment, with offsets into the source. */
export function parse({ text, start, kind, joins, head, fence }: Segment): readonly Block[] {
  if (kind === "plain") return [{ type: "paragraph", children: [{ type: "text", value: text, start, end: start + text.length }] }];
  if (kind === "code") return [{ type: "fence", children: codeLines(text, start, joins, fence) }];
  if (joins && head) {
    const [table, ...others] = new Reader(head + text, start - head.length).blocks();
    if (table?.type === "table" && !others.length) return [{ ...table, head: null }];
  }
  return new Reader(text, start).blocks();
}

/** Return the text of a code block, without the lines of its fence, and without its indentation. */
function codeLines(text: string, start: number, joins: boolean, fence: string): Text[] {
  const indent = fence.length - fence.trimStart().length;
  const from = joins ? 0 : text.indexOf("\n") + 1 || text.length;
  const closing = new RegExp(`(?:^|\\n)[ \\t]*\\${fence.trim()[0] ?? ""}{${fence.trim().length},}\\s*$`);
  const code = text.slice(from).replace(closing, "");
  const pattern = indent ? new RegExp(`^[ \\t]{0,${indent}}([^\\n]*\\n?)`, "gm") : /([^]+)/g;
  return [...code.matchAll(pattern)].flatMap((match) => {
    const value = match[1] ?? "";
    const end = start + from + match.index + match[0].length;
    return value ? [{ type: "text" as const, value, start: end - value.length, end }] : [];
  });
}

/** Reads one piece of Markdown. */
class Reader {
  readonly #text: string;
  /** What is added to an offset into the text. */
  readonly #base: number;
  #inTable = false;

  constructor(text: string, base: number) {
    // micromark drops a byte order mark, and does not count it.
    const mark = text.startsWith("\uFEFF") ? 1 : 0;
    this.#text = text.slice(mark);
    this.#base = base + mark;
  }

  blocks(): readonly Block[] {
    return this.#blocks(fromMarkdown(this.#text, OPTIONS) as unknown as Node, 0);
  }

  #blocks({ children = [] }: Node, depth: number): Block[] {
    return joinLists(children).flatMap((node) => this.#block(node, depth));
  }

  #block(node: Node, depth: number): Block[] {
    if (depth > DEEPEST) return [{ type: "paragraph", children: [this.#written(node)] }];
    const { children = [] } = node;
    switch (node.type) {
      case "heading":
        return [{ type: "heading", level: node.depth ?? 1, children: this.#inlines(node, 0) }];
      case "code":
        return [{ type: "fence", children: this.#code(trimmedLines(children)) }];
      case "blockquote":
        return [{ type: "quote", blocks: this.#blocks(node, depth + 1) }];
      case "list":
        return [
          {
            type: "list",
            first: node.ordered ? (node.start ?? 1) : null,
            isTight: !children.some((item) => item.spread) && !node.spread,
            items: children.map((item) => withTask(this.#blocks(item, depth + 1))),
          },
        ];
      case "table":
        return [this.#table(node)];
      case "thematicBreak":
        return [{ type: "rule" }];
      default:
        return [{ type: "paragraph", children: this.#inlines(node, 0) }];
    }
  }

  #table({ children = [], align = [] }: Node): Table {
    this.#inTable = true;
    const [head = [], ...rows] = children.map((row) => (row.children ?? []).map((cell) => this.#inlines(cell, 0)));
    this.#inTable = false;
    return {
      type: "table",
      align: align.map((side) => (side === "center" ? "center" : side === "right" ? "end" : "start")),
      head,
      rows: rows.map((row) => row.slice(0, head.length)),
    };
  }

  #inlines({ children = [] }: Node, depth: number, isInLink = false): Inline[] {
    const inlines = children.flatMap((node) => this.#inline(node, depth + 1, isInLink));
    return isInLink ? inlines : joinTexts(inlines).flatMap((inline) => (inline.type === "text" ? this.#special(inline) : [inline]));
  }

  #inline(node: Node, depth: number, isInLink: boolean): Inline[] {
    if (depth > DEEPEST) return [this.#written(node)];
    switch (node.type) {
      case "text":
        return [this.#exact(node)];
      case "inlineCode":
        return [{ type: "code", ...this.#span(node), children: this.#code(node.children ?? []) }];
      case "strong":
        return [{ type: "strong", ...this.#span(node), children: this.#inlines(node, depth, isInLink) }];
      case "emphasis":
        return [{ type: "em", ...this.#span(node), children: this.#inlines(node, depth, isInLink) }];
      case "delete":
        return [{ type: "del", ...this.#span(node), children: this.#inlines(node, depth, isInLink) }];
      case "break":
        return [{ type: "break", ...this.#span(node) }];
      case "link": {
        const href = webAddress(node.url ?? "");
        // The label of an address inside of the site; of any other address, what was written.
        if (href === null) return [this.#written(node)];
        const children = this.#inlines(node, depth, true);
        return href && children.length ? [{ type: "link", ...this.#span(node), href, children }] : children;
      }
      default:
        return this.#inlines(node, depth, isInLink);
    }
  }

  /** Return a text with its markers and addresses. */
  #special(text: Text): Inline[] {
    if (!isExact(text)) return [text];
    const inlines: Inline[] = [];
    let from = text.start;
    const add = (to: number) => {
      if (from < to) inlines.push(this.#part(text, from, to));
      from = to;
    };
    const local = { start: text.start - this.#base, end: text.end - this.#base };
    for (const found of findSpecial(this.#text, local)) {
      const span = { start: found.start + this.#base, end: found.end + this.#base };
      add(span.start);
      if (found.type === "marker") inlines.push({ ...found, ...span });
      else inlines.push({ type: "link", ...span, href: found.href, children: [this.#part(text, span.start, span.end)] });
      from = span.end;
    }
    add(text.end);
    return inlines;
  }

  #part(text: Text, start: number, end: number): Text {
    return { type: "text", value: text.value.slice(start - text.start, end - text.start), start, end };
  }

  /** Return the texts of code. In a table, `\|` is a bar. */
  #code(nodes: readonly Node[]): Text[] {
    const texts = joinTexts(nodes.map((node) => this.#exact(node))) as Text[];
    if (!this.#inTable) return texts;
    return texts.flatMap((text) =>
      [...text.value.matchAll(/\\\||[^\\]+|\\/g)].map(({ 0: value, index }) => {
        const start = text.start + index;
        return { type: "text" as const, value: value === "\\|" ? "|" : value, start, end: start + value.length };
      }),
    );
  }

  #exact(node: Node): Text {
    const span = this.#span(node);
    // The rest of a tab of which a part was indentation: these spaces are not in the source.
    return { type: "text", value: (node.value ?? "").slice(-(span.end - span.start)), ...span };
  }

  /** Return what was written for a node. */
  #written(node: Node): Text {
    const { start, end } = node.position;
    return { type: "text", value: this.#text.slice(start.offset, end.offset), ...this.#span(node) };
  }

  #span({ position: { start, end } }: Node): Span {
    return { start: start.offset + this.#base, end: end.offset + this.#base };
  }
}

export function isExact({ value, start, end }: Text): boolean {
  return value.length === end - start;
}

/** Join texts that follow each other in the source. */
function joinTexts(inlines: readonly Inline[]): Inline[] {
  const joined: Inline[] = [];
  for (const inline of inlines) {
    const last = joined.at(-1);
    if (last?.type === "text" && inline.type === "text" && last.end === inline.start && isExact(last) && isExact(inline)) {
      joined[joined.length - 1] = { ...last, value: last.value + inline.value, end: inline.end };
    } else joined.push(inline);
  }
  return joined;
}

/** Leave out the line endings after the opening fence and before the closing one. */
function trimmedLines(nodes: readonly Node[]): readonly Node[] {
  const from = nodes[0]?.value === "\n" ? 1 : 0;
  return nodes.slice(from, nodes.length > from && nodes.at(-1)?.value === "\n" ? -1 : undefined);
}

/**
 * Put a list that is indented a little into the item above it.
 *
 * Models indent by two or three columns under `10. `, which takes four: there the inner list, and code too, would end
 * the outer list.
 */
function joinLists(nodes: readonly Node[]): Node[] {
  const joined: Node[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    const inner = node.position.start.column - (last?.position.start.column ?? 0);
    if (last?.type === "list" && last.children?.length) {
      const item = last.children.at(-1);
      if (item && inner >= 2) {
        const longer = { ...item, children: joinLists([...(item.children ?? []), node]) };
        joined[joined.length - 1] = { ...last, children: [...last.children.slice(0, -1), longer] };
        continue;
      }
      if (node.type === "list" && inner === 0 && node.ordered && last.ordered) {
        joined[joined.length - 1] = { ...last, children: [...last.children, ...(node.children ?? [])] };
        continue;
      }
    }
    joined.push(node);
  }
  return joined;
}

/** Show the box of a task, `[x] ` or `[ ] `, as a sign. */
function withTask(blocks: readonly Block[]): readonly Block[] {
  const [first, ...others] = blocks;
  const text = first?.type === "paragraph" ? first.children[0] : undefined;
  const box = text?.type === "text" ? /^\[([ xX])\](?=\s)/.exec(text.value) : null;
  if (first?.type !== "paragraph" || text?.type !== "text" || !box) return blocks;
  const end = text.start + 3;
  const sign: Text = { type: "text", value: box[1] === " " ? "☐" : "☑", start: text.start, end };
  const rest: Text = { ...text, value: text.value.slice(3), start: end };
  return [{ ...first, children: [sign, rest, ...first.children.slice(1)] }, ...others];
}
