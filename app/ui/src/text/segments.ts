/**
 * A text in segments: parts that can be parsed alone, so that a long text is never parsed as a whole, and a text that
 * is still being written is not parsed again and again.
 *
 * A segment is a block at the top level: a paragraph, list, table, code block, quotation, heading or rule, with the
 * blank lines after it. A long one is cut inside; the second part then `joins` the first, and is shown in the same
 * element. Each line is read once, and where a segment ends depends only on the text before and in the next line: the
 * segments of a text are the same however it arrives.
 *
 * Not covered: a long item, quotation or row (over `LONGEST`) is cut at a line's end, and its second part is a block of
 * its own; emphasis and links in a paragraph that is cut do not reach over the cut.
 */

import type { Span } from "./offsets";

export type SegmentKind = "blocks" | "list" | "table" | "code" | "paragraph" | "plain";

/**
 * A part of a text.
 *
 * kind   what it consists of, as far as the beginnings of its lines say
 * joins  whether it continues the list, table, code block or paragraph of the segment before
 * head   of a table: the two lines of its header, if they are in a segment before
 * fence  of a code block: the indentation and the marks that open it
 */
export interface Segment extends Span {
  readonly text: string;
  readonly kind: SegmentKind;
  readonly joins: boolean;
  readonly head: string;
  readonly fence: string;
}

/** Characters after which a list, table or code block is cut at its next item, row or line. */
const LONG = 800;
/** Characters after which a paragraph is cut between two sentences, and anything else at a line's end. */
const LONGEST = 2400;
/** Characters of a line that decide what it is. */
const DECISIVE = 1000;
/** Lines of a plain text in one segment. */
const PLAIN_LINES = 40;

const FENCE = /^[ \t]*(?:`{3,}(?=[^`]*$)|~{3,})/;
const HEADING = /^[ \t]*#{1,6}(?:[ \t]|$)/;
const RULE = /^[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const QUOTE = /^[ \t]*>/;
const ITEM = /^([ \t]*)(?:([-*+])|(\d{1,9})([.)]))(?:([ \t]+)(?=\S)|[ \t]*$)/;
const DELIMITER_ROW = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** What is known before a line. */
interface State {
  /** Where the segment begins that the line may continue. */
  readonly start: number;
  readonly kind: SegmentKind;
  readonly joins: boolean;
  readonly head: string;
  /** Of the code block that is open. */
  readonly fence: string;
  /** Of a list: the sign of its items. */
  readonly sign: string;
  /** Of a list: where the content of its last item begins. */
  readonly column: number;
  /** Lines in the segment, without blank ones at its beginning. */
  readonly lines: number;
  readonly isBlank: boolean;
  /** Whether the block is complete, whatever follows. */
  readonly isClosed: boolean;
}

const EMPTY: State = {
  start: 0,
  kind: "blocks",
  joins: false,
  head: "",
  fence: "",
  sign: "",
  column: 0,
  lines: 0,
  isBlank: false,
  isClosed: false,
};

/** Cuts one text that may grow. */
export class Segmenter {
  readonly #next: typeof afterLine;
  #source = "";
  #state = EMPTY;
  #complete: Segment[] = [];
  /** The segments of the last call that could still change. */
  #incomplete: readonly Segment[] = [];
  /** Where the next line begins, or goes on if it is known what it is. */
  #position = 0;
  #isDecided = false;

  /** With `isPlain`, the text is not Markdown: its segments are `PLAIN_LINES` lines each. */
  constructor(isPlain = false) {
    this.#next = isPlain ? afterPlainLine : afterLine;
  }

  /**
   * Return the segments of `source`, in order, without gaps.
   *
   * If it continues the text of the call before, only what is new is read, and segments that have not changed are the
   * same objects.
   */
  update(source: string): readonly Segment[] {
    if (!source.startsWith(this.#source)) {
      this.#state = EMPTY;
      this.#complete = [];
      this.#incomplete = [];
      this.#position = 0;
      this.#isDecided = false;
    }
    this.#source = source;
    while (this.#readLine());
    this.#incomplete = this.#rest();
    return [...this.#complete, ...this.#incomplete];
  }

  /** Read the next line, or what came of it; return whether there may be another. */
  #readLine(): boolean {
    const newline = this.#source.indexOf("\n", this.#position);
    const end = newline < 0 ? this.#source.length : newline + 1;
    if (!this.#isDecided) {
      if (newline < 0 && end - this.#position < DECISIVE) return false;
      const next = this.#after(this.#source.slice(this.#position, Math.min(end, this.#position + DECISIVE)));
      if (next.start > this.#state.start) this.#complete.push(this.#segment(this.#state, next.start));
      this.#state = next;
      this.#isDecided = true;
    }
    while (end - this.#state.start > LONGEST) this.#cutInside();
    if (newline < 0) return false;
    this.#position = end;
    this.#isDecided = false;
    return true;
  }

  #after(line: string): State {
    return this.#next(this.#state, line.replace(/\r?\n$/, ""), this.#position, this.#source);
  }

  /** Cut a segment that is too long: at the end of a line, else between two words. */
  #cutInside(): void {
    const { start, kind, fence } = this.#state;
    const isText = kind === "paragraph" || kind === "code" || kind === "plain";
    const window = this.#source.slice(start + LONGEST / 2, start + LONGEST);
    // A letter begins no block, so that the rest of a paragraph is read as one.
    const places = kind === "paragraph" ? [/(?<=[.!?:;)\]])\s(?=\p{L})/gu, /\s(?=\p{L})/gu] : [/\n/g, / /g];
    const place = places.map((pattern) => lastMatch(window, pattern)).find((found) => found !== undefined);
    let at = start + LONGEST / 2 + (place === undefined ? window.length : place + 1);
    if (/[\uDC00-\uDFFF]/.test(this.#source[at] ?? "")) at -= 1;
    this.#complete.push(this.#segment(this.#state, at));
    this.#state = { ...EMPTY, start: at, kind: isText ? kind : "blocks", fence: isText ? fence : "", joins: isText, lines: 1 };
  }

  /** Return the segments that may change: those of the last line that is not complete, and the one before it. */
  #rest(): Segment[] {
    const { length } = this.#source;
    const next = this.#isDecided || this.#position === length ? this.#state : this.#after(this.#source.slice(this.#position));
    const before = next.start > this.#state.start ? [this.#segment(this.#state, next.start)] : [];
    return next.start < length ? [...before, this.#segment(next, length)] : before;
  }

  #segment({ start, kind, joins, head, fence }: State, end: number): Segment {
    const isSame = (known: Segment) => known.start === start && known.end === end && known.kind === kind && known.joins === joins;
    const text = this.#source.slice(start, end);
    return this.#incomplete.find(isSame) ?? { start, end, text, kind, joins, head: joins ? head : "", fence };
  }
}

/** Return the segments of a whole text. */
export function segments(source: string, isPlain = false): readonly Segment[] {
  return new Segmenter(isPlain).update(source);
}

function lastMatch(text: string, pattern: RegExp): number | undefined {
  return [...text.matchAll(pattern)].at(-1)?.index;
}

/** Return the state after a line of plain text. */
function afterPlainLine(state: State, _line: string, at: number): State {
  const isFull = state.lines === PLAIN_LINES;
  return { ...state, kind: "plain", start: isFull ? at : state.start, joins: false, lines: isFull ? 1 : state.lines + 1 };
}

/** Return the state after a line of Markdown, which begins at `at`. */
function afterLine(state: State, line: string, at: number, source: string): State {
  const more = { ...state, lines: state.lines + 1, isBlank: false };
  const joined = at - state.start >= LONG ? { ...more, start: at, joins: true, lines: 1 } : more;
  if (state.fence && !state.isClosed) {
    const isEnd = closes(line, state.fence);
    if (state.kind === "code") return isEnd ? { ...more, isClosed: true } : joined;
    return isEnd ? { ...more, fence: "" } : more;
  }
  if (line.trim() === "") return state.lines ? { ...more, isBlank: true } : state;
  if (!state.lines) return begin(line, state.start);
  if (state.isClosed) return begin(line, at);
  if (state.kind === "list") return afterListLine(state, line, at, more, joined);
  if (state.isBlank || (interrupts(line) && !(state.sign === ">" && QUOTE.test(line)))) return begin(line, at);
  if (state.kind === "table") return joined;
  if (state.kind === "paragraph" && state.lines === 1 && line.includes("-") && DELIMITER_ROW.test(line)) {
    const head = source.slice(state.start, at);
    if (head.includes("|")) return { ...more, kind: "table", head: `${head.trim()}\n${line}\n` };
  }
  return more;
}

function afterListLine(state: State, line: string, at: number, more: State, joined: State): State {
  const { sign, column, indent } = item(line) ?? { sign: "", column: 0, indent: 0 };
  if (sign === state.sign && indent < state.column && !RULE.test(line)) {
    return { ...(indent ? more : joined), column };
  }
  const indentation = width(/^[ \t]*/.exec(line)?.[0] ?? "");
  if (!indentation && (state.isBlank || interrupts(line))) return begin(line, at);
  // An indented code block that is not indented enough for its item is outside of the list, up to its end.
  if (indentation < state.column && FENCE.test(line)) return { ...more, fence: FENCE.exec(line)?.[0] ?? "" };
  return more;
}

/** Return the state after the first line of a block. */
function begin(line: string, start: number): State {
  const first: State = { ...EMPTY, start, lines: 1 };
  const fence = FENCE.exec(line)?.[0];
  if (fence) return { ...first, kind: "code", fence };
  if (HEADING.test(line) || RULE.test(line)) return { ...first, isClosed: true };
  if (QUOTE.test(line)) return { ...first, sign: ">" };
  const found = item(line);
  return found ? { ...first, kind: "list", sign: found.sign, column: found.column } : { ...first, kind: "paragraph" };
}

/** Return whether a line begins a block though no blank line is before it. */
function interrupts(line: string): boolean {
  if ([FENCE, HEADING, RULE, QUOTE].some((pattern) => pattern.test(line))) return true;
  // "In\n1984. A year" is a sentence: only a list that starts at 1 may interrupt a paragraph.
  const found = item(line);
  return found !== null && !found.isEmpty && (found.number === "" || Number(found.number) === 1);
}

/** Return what is known of the item that a line begins; null if it begins none. */
function item(line: string): { sign: string; number: string; indent: number; column: number; isEmpty: boolean } | null {
  const match = ITEM.exec(line);
  if (!match) return null;
  const [, indentation = "", bullet, number = "", delimiter = "", space] = match;
  const indent = width(indentation);
  const gap = width(space ?? " ");
  const column = indent + (bullet ?? number + delimiter).length + (gap > 4 ? 1 : gap);
  return { sign: bullet ?? delimiter, number, indent, column, isEmpty: space === undefined };
}

/** Return the columns that white space takes. */
function width(space: string): number {
  return space.replaceAll("\t", "    ").length;
}

/** Return whether a line ends the code block that `fence` opened. */
export function closes(line: string, fence: string): boolean {
  const marks = fence.trim();
  const text = line.trim();
  return text.length >= marks.length && text === (marks[0] ?? "").repeat(text.length);
}
