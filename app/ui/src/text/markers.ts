/**
 * Citation markers and bare addresses in text: `[1]`, `[1, 2]`, `https://…`.
 *
 * What is a marker is decided as the service does (app/answer/parts.py), because the service counts what an answer
 * cites: brackets of ranges (`the range is [0, 100]`), indexes (`m[0]`, `a[1] = 5`), links and footnotes are text.
 *
 * Not covered, as there: an index outside of code that reads like a citation (`so a[1] is it`).
 */

import type { Span } from "./offsets";

/** One number of a marker. The first number has the opening bracket, each further one the comma before it. */
export interface FoundMarker extends Span {
  readonly type: "marker";
  readonly index: number;
}

/** An address that is written out in the text. */
export interface FoundAddress extends Span {
  readonly type: "address";
  readonly href: string;
}

const SPECIAL = /\[\d{1,3}(?:\s{0,2},\s{0,2}\d{1,3}){0,19}\]|https?:\/\/[^\s<>"`[\]*\\]+/gi;
/** What follows a bracket that is an index or a link: a call, another index, an assignment, an attribute, an address. */
const GOES_ON = /^(?:\(|\[0|[\p{L}\p{N}_]|\.[a-z_]|[ \t]?=|:[ \t]*(?:https?:|\/))/u;
const RANGE =
  /(?:\b(?:range|interval|array|list|vector|tuple|indices|between|shape)s?\b[^.\n]{0,12}|[=∈])\s*$/i;
/** The most passages that a model is given, as in app/answer/parts.py. */
const LARGEST_NUMBER = 100;

/**
 * Return the markers and addresses in a part of a text, in order; it is judged by what is around it, too.
 *
 * `text` is the text around and in the part; offsets of the result are into `text`.
 */
export function findSpecial(text: string, { start, end }: Span): (FoundMarker | FoundAddress)[] {
  const found: (FoundMarker | FoundAddress)[] = [];
  for (const match of text.slice(start, end).matchAll(SPECIAL)) {
    const at = start + match.index;
    if (match[0].startsWith("[")) found.push(...markers(text, at, match[0]));
    else if (!/\w/.test(text[at - 1] ?? "")) found.push(...address(at, match[0]));
  }
  return found;
}

function markers(text: string, start: number, bracket: string): FoundMarker[] {
  const numbers = [...bracket.matchAll(/(\d+)\]?/g)];
  const end = start + bracket.length;
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const inRange = numbers.length > 1 && RANGE.test(text.slice(Math.max(lineStart, start - 40), start));
  if (inRange || GOES_ON.test(text.slice(end, end + 12))) return [];
  let from = start;
  const found = numbers.map((number): FoundMarker => {
    const part = { start: from, end: start + number.index + number[0].length };
    from = part.end;
    return { type: "marker", ...part, index: Number(number[1]) };
  });
  return found.every(({ index }) => index > 0 && index <= LARGEST_NUMBER) ? found : [];
}

function address(start: number, written: string): FoundAddress[] {
  let length = written.replace(/[.,;:!?'*_]+$/, "").length;
  while (written[length - 1] === ")" && !written.slice(0, length).includes("(")) {
    length = written.slice(0, length - 1).replace(/[.,;:!?'*_]+$/, "").length;
  }
  const href = webAddress(written.slice(0, length));
  return href ? [{ type: "address", start, end: start + length, href }] : [];
}

/** The addresses that some texts have, as `webAddress` returns them, and the texts themselves. */
export class KnownAddresses {
  readonly #texts: readonly string[];
  readonly #addresses = new Set<string>();

  constructor(texts: readonly string[]) {
    this.#texts = texts;
    for (const text of texts) {
      for (const match of text.matchAll(SPECIAL)) {
        for (const { href } of match[0].startsWith("[") ? [] : address(0, match[0])) this.#addresses.add(href);
      }
    }
  }

  /** Whether one of the texts has the address; a mail's subject and text are no part of its address. */
  has(href: string): boolean {
    if (!href.startsWith("mailto:")) return this.#addresses.has(href);
    const mailbox = href.slice("mailto:".length);
    return !mailbox.includes("?") && this.#texts.some((text) => text.includes(mailbox));
  }
}

/**
 * Return an address of http, https or mailto as the browser writes it; "" for one without a scheme; null for any other.
 *
 * Control characters and spaces are removed first, as browsers remove them: `java\tscript:` has a scheme.
 */
export function webAddress(written: string): string | null {
  const address = written.replace(/[\u0000-\u0020\u007F-\u00A0\u00AD\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/g, "");
  if (!/^[a-z][a-z0-9+.-]*:/i.test(address)) return "";
  if (!/^(?:https?:\/\/|mailto:[^@]+@)/i.test(address) || !URL.canParse(address)) return null;
  const { href, username, password } = new URL(address);
  // `https://bank.example@evil.example` shows one host and opens another.
  return username || password ? null : href;
}
