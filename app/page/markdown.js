/**
 * Block Markdown: a source becomes blocks, and every leaf keeps its offsets into that source.
 *
 * That is the whole point: flags and passages come as offsets, and are laid onto the leaves after parsing, so
 * that no mark-up on the way can move them. `source.slice(leaf.start, leaf.end)` is exactly what a leaf
 * shows.
 *
 * Covered: headings (`#`), paragraphs, lists, quotes, fenced code, tables, rules. Not covered: indented code,
 * underlined headings, HTML; they read as plain paragraphs.
 *
 * @typedef {import("./inline.js").Inline} Inline
 * @typedef {{start: number, end: number, next: number}} Line content is `[start, end)`, the following line
 * begins at `next`
 * @typedef {{start: number, end: number, children: Inline[]}} Cell
 * @typedef {{type: "paragraph", start: number, end: number, children: Inline[]}} Paragraph
 * @typedef {{type: "heading", start: number, end: number, level: number, children: Inline[]}} Heading
 * @typedef {{type: "fence", start: number, end: number, children: Inline[]}} Fence
 * @typedef {{type: "quote", start: number, end: number, blocks: Block[]}} Quote
 * @typedef {{type: "list", start: number, end: number, first: number|null, tight: boolean, items: Block[][]}}
 * List
 * @typedef {"start"|"center"|"end"} Align
 * @typedef {{type: "table", start: number, end: number, align: Align[], head: Cell[], rows: Cell[][]}} Table
 * @typedef {{type: "rule", start: number, end: number}} Rule
 * @typedef {Paragraph|Heading|Fence|Quote|List|Table|Rule} Block
 */

import { parseInline, Run } from "./inline.js";

const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+|$)/;
const FENCE = /^\s*(`{3,}(?=[^`]*$)|~{3,})/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const QUOTE = /^ {0,3}> ?/;
const BULLET = /^( *)([-*+]|\d{1,9}[.)])( {1,4}(?! )| (?= )|\t|$)/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
/** Quotes and lists nested deeper than this read as paragraphs, so that no text can exhaust the stack. */
const DEEPEST_NESTING = 12;

/**
 * @param {string} source
 * @returns {Block[]} in order, with offsets into `source`
 */
export function parse(source) {
  return new BlockReader(source).blocks(linesOf(source), 0);
}

/** @param {string} source @returns {Line[]} */
function linesOf(source) {
  const lines = [];
  let start = 0;
  for (const match of source.matchAll(/\r\n|\n|\r/g)) {
    lines.push({ start, end: match.index, next: match.index + match[0].length });
    start = match.index + match[0].length;
  }
  if (start < source.length) lines.push({ start, end: source.length, next: source.length });
  return lines;
}

class BlockReader {
  /** @param {string} source */
  constructor(source) {
    this.source = source;
  }

  /**
   * @param {Line[]} lines
   * @param {number} depth
   * @returns {Block[]}
   */
  blocks(lines, depth) {
    const blocks = [];
    for (let at = 0; at < lines.length;) {
      if (this.isBlank(lines[at])) {
        at += 1;
        continue;
      }
      const { block, next } = this.block(lines, at, depth);
      blocks.push(block);
      at = next;
    }
    return blocks;
  }

  /**
   * @param {Line[]} lines
   * @param {number} at
   * @param {number} depth
   * @returns {{block: Block, next: number}}
   */
  block(lines, at, depth) {
    const text = this.textOf(lines[at]);
    if (FENCE.test(text)) return this.fence(lines, at);
    if (HEADING.test(text)) return this.heading(lines, at);
    if (RULE.test(text))
      return { block: { type: "rule", start: lines[at].start, end: lines[at].end }, next: at + 1 };
    if (depth < DEEPEST_NESTING && QUOTE.test(text)) return this.quote(lines, at, depth);
    if (depth < DEEPEST_NESTING && BULLET.test(text)) return this.list(lines, at, depth);
    if (this.beginsTable(lines, at)) return this.table(lines, at);
    return this.paragraph(lines, at, depth);
  }

  /** @param {Line[]} lines @param {number} at */
  fence(lines, at) {
    const opening = /** @type {RegExpExecArray} */ (FENCE.exec(this.textOf(lines[at])))[1];
    const closing = new RegExp(`^\\s*${opening[0]}{${opening.length},}\\s*$`);
    let next = at + 1;
    while (next < lines.length && !closing.test(this.textOf(lines[next]))) next += 1;
    const content = lines.slice(at + 1, next);
    const run = new Run(
      this.source,
      content.map(({ start, end, next: after }, row) => [start, row === content.length - 1 ? end : after]),
    );
    const end = lines[Math.min(next, lines.length - 1)].end;
    const children = run.leaves(0, run.text.length);
    /** @type {Fence} */
    const block = { type: "fence", start: lines[at].start, end, children };
    return { block, next: next + 1 };
  }

  /** @param {Line[]} lines @param {number} at */
  heading(lines, at) {
    const { start, end } = lines[at];
    const text = this.textOf(lines[at]);
    const match = /** @type {RegExpExecArray} */ (HEADING.exec(text));
    const title = text.slice(match[0].length).replace(/(?:^|\s+)#*\s*$/, "");
    const from = start + match[0].length;
    const children = this.inline([[from, from + title.length]]);
    /** @type {Heading} */
    const block = { type: "heading", start, end, level: match[1].length, children };
    return { block, next: at + 1 };
  }

  /** @param {Line[]} lines @param {number} at @param {number} depth */
  quote(lines, at, depth) {
    const inner = [];
    let next = at;
    for (; next < lines.length; next += 1) {
      const match = QUOTE.exec(this.textOf(lines[next]));
      if (!match) break;
      inner.push({ ...lines[next], start: lines[next].start + match[0].length });
    }
    /** @type {Quote} */
    const block = { type: "quote", ...extent(lines, at, next), blocks: this.blocks(inner, depth + 1) };
    return { block, next };
  }

  /** @param {Line[]} lines @param {number} at @param {number} depth */
  list(lines, at, depth) {
    const opening = /** @type {Bullet} */ (this.bullet(lines[at]));
    const items = [];
    let tight = true;
    let next = at;
    for (;;) {
      const bullet = next < lines.length ? this.bullet(lines[next]) : null;
      if (!bullet || bullet.kind !== opening.kind || RULE.test(this.textOf(lines[next]))) break;
      const item = this.item(lines, next, bullet);
      items.push(this.blocks(item.lines, depth + 1));
      const after = this.skipBlank(lines, item.next);
      const continues = after < lines.length && this.bullet(lines[after])?.kind === opening.kind;
      if (item.lines.some((line) => this.isBlank(line) && line !== item.lines[0])) tight = false;
      if (continues && after > item.next) tight = false;
      next = continues ? after : item.next;
    }
    /** @type {List} */
    const block = { type: "list", ...extent(lines, at, next), first: opening.number, tight, items };
    return { block, next };
  }

  /**
   * The lines of one item, without its bullet and indentation. Two columns are enough to belong to an item,
   * even under `10. `: models write nested lists that way.
   *
   * @param {Line[]} lines
   * @param {number} at
   * @param {Bullet} bullet
   */
  item(lines, at, bullet) {
    const inner = [{ ...lines[at], start: lines[at].start + bullet.width }];
    let next = at + 1;
    while (next < lines.length) {
      const after = this.skipBlank(lines, next);
      if (after >= lines.length) break;
      const inside = this.indentOf(lines[after]) >= bullet.indent + 2;
      const lazy = after === next && !inside && !this.bullet(lines[after]) && !this.beginsBlock(lines, after);
      if (!inside && !lazy) break;
      for (; next <= after; next += 1) inner.push(this.dedent(lines[next], bullet.width));
    }
    return { lines: inner, next };
  }

  /** @param {Line[]} lines @param {number} at */
  table(lines, at) {
    const head = this.cells(lines[at]);
    const rows = [];
    let next = at + 2;
    for (; next < lines.length && this.textOf(lines[next]).includes("|"); next += 1) {
      rows.push(this.cells(lines[next]).slice(0, head.length));
    }
    /** @type {Table} */
    const block = {
      type: "table",
      ...extent(lines, at, next),
      align: this.alignment(lines[at + 1]),
      head,
      rows,
    };
    return { block, next };
  }

  /** What the colons of a table's rule say of its columns. @param {Line} rule @returns {Align[]} */
  alignment(rule) {
    const columns = this.textOf(rule).match(/:?-+:?/g) ?? [];
    return columns.map((column) =>
      !column.endsWith(":") ? "start" : column.startsWith(":") ? "center" : "end",
    );
  }

  /** @param {Line} line @returns {Cell[]} */
  cells(line) {
    const text = this.textOf(line);
    const bounds = [...text.matchAll(/(?<!\\)\|/g)].map((match) => match.index);
    if (text.slice(0, bounds[0]).trim() !== "") bounds.unshift(-1);
    if (text.slice(bounds[bounds.length - 1] + 1).trim() !== "") bounds.push(text.length);
    return bounds.slice(0, -1).map((bound, column) => {
      const span = trimmed(this.source, line.start + bound + 1, line.start + bounds[column + 1]);
      return { start: span[0], end: span[1], children: this.inline([span]) };
    });
  }

  /** @param {Line[]} lines @param {number} at @param {number} depth */
  paragraph(lines, at, depth) {
    let next = at + 1;
    while (next < lines.length && !this.isBlank(lines[next])) {
      if (depth < DEEPEST_NESTING && this.beginsBlock(lines, next)) break;
      next += 1;
    }
    /** @type {[number, number][]} */
    const stretches = lines.slice(at, next).map((line, row, all) => {
      const [start, end] = trimmed(this.source, line.start, line.end);
      return [start, row === all.length - 1 ? end : line.next];
    });
    /** @type {Paragraph} */
    const block = { type: "paragraph", ...extent(lines, at, next), children: this.inline(stretches) };
    return { block, next };
  }

  /** Whether a line ends the paragraph above it. @param {Line[]} lines @param {number} at */
  beginsBlock(lines, at) {
    const text = this.textOf(lines[at]);
    if ([FENCE, HEADING, RULE, QUOTE].some((pattern) => pattern.test(text))) return true;
    const bullet = this.bullet(lines[at]);
    // "In\n1984. A year" is a sentence: only a list that starts at 1 may interrupt a paragraph.
    if (bullet && text.trim().length > 1 && (bullet.number === null || bullet.number === 1)) return true;
    return this.beginsTable(lines, at);
  }

  /** @param {Line[]} lines @param {number} at */
  beginsTable(lines, at) {
    if (at + 1 >= lines.length || !this.textOf(lines[at]).includes("|")) return false;
    const rule = this.textOf(lines[at + 1]);
    return rule.includes("-") && TABLE_RULE.test(rule) && rule.includes("|");
  }

  /**
   * @typedef {{indent: number, width: number, kind: string, number: number|null}} Bullet
   * @param {Line} line
   * @returns {Bullet|null}
   */
  bullet(line) {
    const match = BULLET.exec(this.textOf(line));
    if (!match) return null;
    const [whole, indent, mark] = match;
    const number = /\d/.test(mark) ? Number.parseInt(mark, 10) : null;
    return {
      indent: indent.length,
      width: whole.length,
      kind: number === null ? mark : mark.slice(-1),
      number,
    };
  }

  /** @param {Line} line */
  indentOf(line) {
    const [space] = /** @type {RegExpExecArray} */ (/^[ \t]*/.exec(this.textOf(line)));
    return space.replaceAll("\t", "    ").length;
  }

  /** @param {Line} line @param {number} columns @returns {Line} */
  dedent(line, columns) {
    let start = line.start;
    for (let left = columns; left > 0 && start < line.end; left -= this.source[start - 1] === "\t" ? 4 : 1) {
      if (!/[ \t]/.test(this.source[start])) break;
      start += 1;
    }
    return { ...line, start };
  }

  /** @param {Line[]} lines @param {number} at */
  skipBlank(lines, at) {
    let next = at;
    while (next < lines.length && this.isBlank(lines[next])) next += 1;
    return next;
  }

  /** @param {[number, number][]} stretches */
  inline(stretches) {
    return parseInline(new Run(this.source, stretches));
  }

  /** @param {Line} line */
  textOf(line) {
    return this.source.slice(line.start, line.end);
  }

  /** @param {Line} line */
  isBlank(line) {
    return this.textOf(line).trim() === "";
  }
}

/** @param {Line[]} lines @param {number} from @param {number} to */
function extent(lines, from, to) {
  return { start: lines[from].start, end: lines[to - 1].end };
}

/** @param {string} source @param {number} start @param {number} end @returns {[number, number]} */
function trimmed(source, start, end) {
  const text = source.slice(start, end);
  const from = start + text.length - text.trimStart().length;
  return [from, Math.max(from, end - (text.length - text.trimEnd().length))];
}
