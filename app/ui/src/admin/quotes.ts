/** Where the quotes of a gold case are in their documents. */

import type { Span } from "../text/offsets";

/** How much of the document is shown on either side of a quote, in UTF-16 units. */
const AROUND = 320;
/** Layout that a quote may leave out between two words: white space, and the signs of Markdown and of tables. */
const BETWEEN = "[\\s|*_`>#\\\\:-]+?";

/** A part of a document around a quote. */
export interface Excerpt {
  readonly before: string;
  readonly quote: string;
  readonly after: string;
}

/** The span of a quote in a text: as it is, else word by word whatever the layout; null if it is nowhere. */
export function locateQuote(text: string, quote: string): Span | null {
  const words = quote.split(/\s+/).filter(Boolean);
  if (!words.length) return null;
  const start = text.indexOf(quote.trim());
  if (start >= 0) return { start, end: start + quote.trim().length };
  const found = new RegExp(words.map(escaped).join(BETWEEN), "u").exec(text);
  return found ? { start: found.index, end: found.index + found[0].length } : null;
}

/** The quote with what is around it, cut between words. */
export function excerptOf(text: string, { start, end }: Span): Excerpt {
  const from = start <= AROUND ? 0 : Math.max(text.indexOf(" ", start - AROUND) + 1, start - AROUND);
  const cut = end + AROUND >= text.length ? text.length : text.lastIndexOf(" ", end + AROUND);
  return {
    before: `${from > 0 ? "… " : ""}${text.slice(from, start)}`,
    quote: text.slice(start, end),
    after: `${text.slice(end, Math.max(cut, end))}${cut < text.length ? " …" : ""}`,
  };
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
