/**
 * Inline Markdown: a run of text becomes a tree whose leaves know where they stand in the source.
 *
 * Covered: backslash escapes, code spans, citation markers `[1]` and `[1, 2]`, links, images (as their description),
 * addresses, strong and emphasis. Not covered: HTML, entities, footnotes, reference links; they stay as they
 * were written.
 *
 * @typedef {{type: "text", start: number, end: number}} Text
 * @typedef {{type: "marker", start: number, end: number, index: number}} Marker
 * @typedef {{type: "code", start: number, end: number, children: Inline[]}} CodeSpan
 * @typedef {{type: "strong"|"emphasis", start: number, end: number, children: Inline[]}} Emphasis
 * @typedef {{type: "link", start: number, end: number, href: string, children: Inline[]}} Link
 * @typedef {Text|Marker|CodeSpan|Emphasis|Link} Inline
 * @typedef {{type: "delimiter", start: number, end: number, opens: boolean, closes: boolean}} Delimiter
 */

import { joinEmphasis } from "./emphasis.js";

const PUNCTUATION = /[!-/:-@[-`{-~]/;
const MARKER = /\[\d{1,4}(?:\s*,\s*\d{1,4})*\](?!\()/y;
const ANGLE_ADDRESS = /<(https?:\/\/[^\s<>]+)>/y;
const BARE_ADDRESS = /https?:\/\/[^\s<>"`[\]*]+/y;
const DESTINATION = /\(\s*<?((?:[^()\n<>]|\([^()\n]*\))*?)>?(?:\s+"[^"\n]*")?\s*\)/y;
/**
 * A label longer than this is no link; the bound keeps a text full of brackets from being read again and
 * again.
 */
const LONGEST_LABEL = 500;
/** A longer run of `*` or `_` is decoration. */
const LONGEST_DELIMITER = 8;

/**
 * A text put together from stretches of a source, with the way back to the source's offsets.
 *
 * A paragraph inside a quote, for one, is the stretches behind each line's `> `.
 */
export class Run {
  /**
   * @param {string} source
   * @param {[number, number][]} stretches half-open, ascending
   */
  constructor(source, stretches) {
    /** @type {{at: number, start: number, end: number}[]} */
    this.parts = [];
    this.text = "";
    for (const [start, end] of stretches) {
      if (start === end) continue;
      const last = this.parts.at(-1);
      if (last && last.end === start) last.end = end;
      else this.parts.push({ at: this.text.length, start, end });
      this.text += source.slice(start, end);
    }
  }

  /**
   * The leaves for `[from, to)` of the text: one for each stretch of the source that it touches.
   *
   * @param {number} from
   * @param {number} to
   * @returns {Text[]}
   */
  leaves(from, to) {
    const leaves = [];
    for (const part of this.parts) {
      const start = Math.max(from, part.at);
      const end = Math.min(to, part.at + part.end - part.start);
      if (start >= end) continue;
      leaves.push({ type: /** @type {const} */ ("text"), ...shifted(start, end, part.start - part.at) });
    }
    return leaves;
  }

  /**
   * The source's span that `[from, to)` of the text stands for; `from < to`.
   *
   * @param {number} from
   * @param {number} to
   */
  span(from, to) {
    const leaves = this.leaves(from, to);
    return { start: leaves[0].start, end: leaves[leaves.length - 1].end };
  }
}

/** @param {number} start @param {number} end @param {number} by */
function shifted(start, end, by) {
  return { start: start + by, end: end + by };
}

/**
 * Reads a run as inline Markdown.
 *
 * @param {Run} run
 * @returns {Inline[]} leaves ascending, offsets into the source
 */
export function parseInline(run) {
  return new InlineReader(run).read(0, run.text.length, false);
}

/** One reading of one run; positions are into the run's text until a node is made. */
class InlineReader {
  /** @param {Run} run */
  constructor(run) {
    this.run = run;
    this.text = run.text;
    /** Lengths of backtick fences known to have no partner further on. @type {Set<number>} */
    this.unclosedFences = new Set();
    /** Where the next `]` stands, as far as looked; -1 for none. */
    this.bracket = 0;
  }

  /**
   * @param {number} from
   * @param {number} to
   * @param {boolean} insideLink a link holds no other link
   * @returns {Inline[]}
   */
  read(from, to, insideLink) {
    /** @type {(Inline|Delimiter)[]} */
    const tokens = [];
    let plainFrom = from;
    let position = from;
    const flush = () => tokens.push(...this.run.leaves(plainFrom, position));
    while (position < to) {
      const found = this.special(position, to, insideLink);
      if (!found) {
        position += 1;
        continue;
      }
      flush();
      tokens.push(...found.tokens);
      plainFrom = position = found.end;
    }
    flush();
    return joinEmphasis(tokens, this.run);
  }

  /**
   * What begins at `position`, if it is more than a plain character.
   *
   * @param {number} position
   * @param {number} to
   * @param {boolean} insideLink
   * @returns {{tokens: (Inline|Delimiter)[], end: number}|null}
   */
  special(position, to, insideLink) {
    switch (this.text[position]) {
      case "\\":
        return this.escape(position, to);
      case "`":
        return this.codeSpan(position, to);
      case "[":
        return this.marker(position, to) ?? (insideLink ? null : this.link(position, to, position + 1));
      case "!":
        return this.text[position + 1] === "[" ? this.image(position, to) : null;
      case "<":
        return insideLink ? null : this.angleAddress(position, to);
      case "h":
        return insideLink ? null : this.bareAddress(position, to);
      case "*":
      case "_":
        return this.delimiter(position, to);
      default:
        return null;
    }
  }

  /** @param {number} position @param {number} to */
  escape(position, to) {
    const next = position + 1;
    if (next >= to || !PUNCTUATION.test(this.text[next])) return null;
    return { tokens: this.run.leaves(next, next + 1), end: next + 1 };
  }

  /** @param {number} position @param {number} to */
  codeSpan(position, to) {
    const length = repeated(this.text, position, "`");
    const from = position + length;
    const close = this.closingFence(from, to, length);
    if (close < 0) return { tokens: this.run.leaves(position, from), end: from };
    const content = this.text.slice(from, close);
    const padded = content.startsWith(" ") && content.endsWith(" ") && content.trim() !== "";
    const children = padded ? this.run.leaves(from + 1, close - 1) : this.run.leaves(from, close);
    const end = close + length;
    return {
      tokens: [{ type: /** @type {const} */ ("code"), ...this.run.span(position, end), children }],
      end,
    };
  }

  /** @param {number} from @param {number} to @param {number} length */
  closingFence(from, to, length) {
    if (this.unclosedFences.has(length)) return -1;
    for (let at = this.text.indexOf("`", from); at >= 0 && at < to;) {
      const found = repeated(this.text, at, "`");
      if (found === length) return at;
      at = this.text.indexOf("`", at + found);
    }
    this.unclosedFences.add(length);
    return -1;
  }

  /**
   * `[1]`, or `[1, 2]`, which is one marker for each number: the first owns the opening bracket, each the comma
   * before it.
   *
   * @param {number} position
   * @param {number} to
   */
  marker(position, to) {
    const match = matchAt(MARKER, this.text, position, to);
    if (!match) return null;
    let from = position;
    const tokens = [...match[0].matchAll(/(\d+)\]?/g)].map((number) => {
      const span = this.run.span(from, position + number.index + number[0].length);
      from = position + number.index + number[0].length;
      return { type: /** @type {const} */ ("marker"), ...span, index: Number(number[1]) };
    });
    return { tokens, end: position + match[0].length };
  }

  /**
   * `[label](destination)`. An http(s) destination makes a link, one without a scheme leaves the label alone,
   * any other scheme (`javascript:`) is no link at all: the reader sees what was written.
   *
   * @param {number} position where the construct begins
   * @param {number} to
   * @param {number} labelFrom
   */
  link(position, to, labelFrom) {
    const labelTo = this.closingBracket(labelFrom, to);
    if (labelTo < 0) return null;
    const match = matchAt(DESTINATION, this.text, labelTo + 1, to);
    if (!match) return null;
    const end = labelTo + 1 + match[0].length;
    const href = webAddress(match[1]);
    if (href === null) return null;
    const children = this.read(labelFrom, labelTo, true);
    if (href === "" || children.length === 0) return { tokens: children, end };
    return { tokens: [this.linkNode(position, end, href, children)], end };
  }

  /**
   * An image is shown as its description: nothing is loaded from elsewhere.
   *
   * @param {number} position
   * @param {number} to
   */
  image(position, to) {
    const labelTo = this.closingBracket(position + 2, to);
    if (labelTo < 0) return null;
    const match = matchAt(DESTINATION, this.text, labelTo + 1, to);
    if (!match) return null;
    return { tokens: this.run.leaves(position + 2, labelTo), end: labelTo + 1 + match[0].length };
  }

  /** Where the bracket opened before `from` closes, or -1. @param {number} from @param {number} to */
  closingBracket(from, to) {
    const limit = Math.min(to, from + LONGEST_LABEL);
    if (this.bracket >= 0 && this.bracket < from) this.bracket = this.text.indexOf("]", from);
    if (this.bracket < 0 || this.bracket >= limit) return -1;
    let depth = 1;
    for (let position = from; position < limit; position += 1) {
      if (this.text[position] === "\\") position += 1;
      else if (this.text[position] === "[") depth += 1;
      else if (this.text[position] === "]" && (depth -= 1) === 0) return position;
    }
    return -1;
  }

  /** @param {number} position @param {number} to */
  angleAddress(position, to) {
    const match = matchAt(ANGLE_ADDRESS, this.text, position, to);
    const href = match && webAddress(match[1]);
    if (!href) return null;
    const end = position + match[0].length;
    return { tokens: [this.linkNode(position, end, href, this.run.leaves(position + 1, end - 1))], end };
  }

  /** @param {number} position @param {number} to */
  bareAddress(position, to) {
    if (position > 0 && /\w/.test(this.text[position - 1])) return null;
    const match = matchAt(BARE_ADDRESS, this.text, position, to);
    if (!match) return null;
    const address = withoutTrailingPunctuation(match[0]);
    const href = webAddress(address);
    if (!href) return null;
    const end = position + address.length;
    return { tokens: [this.linkNode(position, end, href, this.run.leaves(position, end))], end };
  }

  /**
   * @param {number} from
   * @param {number} to
   * @param {string} href
   * @param {Inline[]} children
   * @returns {Link}
   */
  linkNode(from, to, href, children) {
    return { type: "link", ...this.run.span(from, to), href, children };
  }

  /**
   * A run of `*` or `_`, with what CommonMark's flanking rules let it do.
   *
   * @param {number} position
   * @param {number} to
   */
  delimiter(position, to) {
    const character = this.text[position];
    const end = Math.min(to, position + repeated(this.text, position, character));
    if (end - position > LONGEST_DELIMITER) return { tokens: this.run.leaves(position, end), end };
    const before = kindOf(this.text[position - 1]);
    const after = kindOf(this.text[end]);
    const left = after !== "space" && (after === "word" || before !== "word");
    const right = before !== "space" && (before === "word" || after !== "word");
    const opens = character === "*" ? left : left && (!right || before === "punctuation");
    const closes = character === "*" ? right : right && (!left || after === "punctuation");
    return {
      tokens: [{ type: /** @type {const} */ ("delimiter"), start: position, end, opens, closes }],
      end,
    };
  }
}

/** @param {RegExp} sticky @param {string} text @param {number} position @param {number} to */
function matchAt(sticky, text, position, to) {
  sticky.lastIndex = position;
  const match = sticky.exec(text);
  return match && position + match[0].length <= to ? match : null;
}

/** @param {string} text @param {number} position @param {string} character */
function repeated(text, position, character) {
  let end = position;
  while (text[end] === character) end += 1;
  return end - position;
}

/** @param {string|undefined} character */
function kindOf(character) {
  if (character === undefined || /\s/.test(character)) return "space";
  return /[\p{P}\p{S}]/u.test(character) ? "punctuation" : "word";
}

/** @param {string} address @returns {string} */
function withoutTrailingPunctuation(address) {
  const trimmed = address.replace(/[.,;:!?'*_]+$/, "");
  const unbalanced = trimmed.endsWith(")") && !trimmed.includes("(");
  return unbalanced ? withoutTrailingPunctuation(trimmed.slice(0, -1)) : trimmed;
}

/**
 * An http(s) address as the browser writes it; "" for one without a scheme; null for any other scheme.
 *
 * @param {string} address
 */
export function webAddress(address) {
  const compact = address.replace(/[\u0000-\u0020]/g, "");
  if (!/^[a-z][a-z0-9+.-]*:/i.test(compact)) return "";
  if (!/^https?:\/\//i.test(compact) || !URL.canParse(compact)) return null;
  return new URL(compact).href;
}
