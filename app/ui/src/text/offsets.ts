/**
 * Offsets into a text.
 *
 * The service counts text in code points (as Python does), JavaScript strings in UTF-16 units, where an emoji takes
 * two. Everything in the interface is in UTF-16 units; what comes from the service is converted here, once.
 */

/** A part of a text, half-open, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A part of a span, and the layers that cover it, in their own order. */
export interface Piece<Layer extends Span> extends Span {
  readonly layers: readonly Layer[];
}

/**
 * Return the conversion of code point offsets into `text` to UTF-16 offsets, limited to the text.
 *
 * Only the code points beyond the Basic Multilingual Plane are remembered, so a text without any costs nothing.
 */
export function utf16Offsets(text: string): (codePoint: number) => number {
  const wide = wideCodePoints(text);
  return (codePoint) => Math.max(0, Math.min(codePoint + countBelow(wide, codePoint), text.length));
}

/** Return the code point indices, ascending, of the code points that take two UTF-16 units. */
function wideCodePoints(text: string): number[] {
  const wide: number[] = [];
  for (const match of text.matchAll(/[\u{10000}-\u{10FFFF}]/gu)) wide.push(match.index - wide.length);
  return wide;
}

/** Return how many of the ascending `numbers` are below `limit`. */
function countBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? limit) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Return the layers that cover a part of `[start, end)`, in their own order. */
export function touching<Layer extends Span>(start: number, end: number, layers: readonly Layer[]): readonly Layer[] {
  return layers.filter((layer) => layer.start < end && layer.end > start);
}

/**
 * Cut `[start, end)` wherever a layer begins or ends.
 *
 * The pieces are in order, without gaps, and none is empty.
 */
export function cut<Layer extends Span>(start: number, end: number, layers: readonly Layer[]): Piece<Layer>[] {
  const present = touching(start, end, layers);
  const bounds = new Set([start, end]);
  for (const layer of present) {
    bounds.add(Math.max(start, layer.start));
    bounds.add(Math.min(end, layer.end));
  }
  const ordered = [...bounds].sort((a, b) => a - b);
  return ordered.slice(1).map((to, position) => {
    const from = ordered[position] ?? start;
    return { start: from, end: to, layers: present.filter((layer) => layer.start <= from && layer.end >= to) };
  });
}
