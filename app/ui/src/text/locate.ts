/** Where a passage, and what supports an answer in it, is in a text. */

import { type Span, utf16Offsets } from "./offsets";

/** A span with its text, in code points, as the service gives it. */
export interface Quoted {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The span of a passage in its document: at its own offsets if the text there still is the passage, else wherever it is
 * now; null if it is nowhere. White space does not count in the first comparison.
 */
export function locatePassage(document: string, passage: Quoted): Span | null {
  const offset = utf16Offsets(document);
  const there = { start: offset(passage.start), end: offset(passage.end) };
  if (packed(document.slice(there.start, there.end)) === packed(passage.text)) return there;
  const start = passage.text ? document.indexOf(passage.text) : -1;
  return start < 0 ? null : { start, end: start + passage.text.length };
}

/** The span of what is pointed at, within `text[passage.start:passage.end]`; null if it is not there. */
export function locateWithin(text: string, passage: Span, pointed: Quoted): Span | null {
  const inside = text.slice(passage.start, passage.end);
  const offset = utf16Offsets(inside);
  const expected = offset(pointed.start);
  const exact = inside.slice(expected, offset(pointed.end)) === pointed.text;
  const start = exact ? expected : inside.indexOf(pointed.text);
  if (start < 0 || !pointed.text) return null;
  return { start: passage.start + start, end: passage.start + start + pointed.text.length };
}

function packed(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
