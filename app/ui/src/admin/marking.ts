/**
 * Marking words of an answer: whole words are marked, and what is between two marked words is marked with them.
 *
 * Spans are half-open. Those of words are in UTF-16 units; those of a label are in code points, as the service counts.
 */

import type { Span } from "../text/offsets";

/** What is around a word and no part of it. A sign that is by itself is a word. */
const SIGNS = "[.,;:!?…\"“”„«»()\\[\\]]";
const WORD = new RegExp(`^${SIGNS}*(.*?)${SIGNS}*$`, "su");

/** The words of a text, in order. A word is what is between two white spaces, without the signs around it. */
export function wordsOf(text: string): Span[] {
  return [...text.matchAll(/\S+/g)].map(({ index, 0: token }) => {
    const word = WORD.exec(token)?.[1] || token;
    const start = index + token.indexOf(word);
    return { start, end: start + word.length };
  });
}

/** Marks the words from one to another, in any order; where all of them are marked already, it unmarks them. */
export function toggled(marked: ReadonlySet<number>, from: number, to: number): ReadonlySet<number> {
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  const range = Array.from({ length: last - first + 1 }, (_, step) => first + step);
  const next = new Set(marked);
  const isUnmarking = range.every((word) => marked.has(word));
  for (const word of range) {
    if (isUnmarking) next.delete(word);
    else next.add(word);
  }
  return next;
}

/** The spans of a label, in code points: neighbouring words are one span. */
export function spansOf(text: string, words: readonly Span[], marked: ReadonlySet<number>): Span[] {
  const spans: { start: number; end: number }[] = [];
  let before = -2;
  for (const index of [...marked].sort((a, b) => a - b)) {
    const word = words[index];
    if (!word) continue;
    const last = spans.at(-1);
    if (last && before === index - 1) last.end = word.end;
    else spans.push({ start: word.start, end: word.end });
    before = index;
  }
  return spans.map(({ start, end }) => ({ start: codePoints(text, start), end: codePoints(text, end) }));
}

/** The words that the spans of a label or of flags touch. @param spans in UTF-16 units */
export function wordsIn(words: readonly Span[], spans: readonly Span[]): ReadonlySet<number> {
  const touched = words.flatMap((word, index) =>
    spans.some((span) => span.start < word.end && word.start < span.end) ? [index] : [],
  );
  return new Set(touched);
}

/** How many code points are before a UTF-16 offset. */
function codePoints(text: string, offset: number): number {
  return Array.from(text.slice(0, offset)).length;
}
