/**
 * Code points to UTF-16.
 *
 * The service counts text in code points (as Python does), JavaScript strings in UTF-16 units, where an emoji
 * takes two. Everything on this page works in UTF-16 offsets; what comes from the service passes through here
 * once.
 */

/**
 * The way from code point offsets into `text` to UTF-16 offsets, clamped to the text.
 *
 * Only the code points beyond the Basic Multilingual Plane are remembered, so a text without any costs
 * nothing.
 *
 * @param {string} text
 * @returns {(codePoint: number) => number}
 */
export function utf16Offsets(text) {
  const wide = wideCodePoints(text);
  return (codePoint) => {
    const offset = codePoint + countBelow(wide, codePoint);
    return Math.max(0, Math.min(offset, text.length));
  };
}

/**
 * The code point indices, ascending, of the code points that take two UTF-16 units.
 *
 * @param {string} text
 * @returns {number[]}
 */
function wideCodePoints(text) {
  const wide = [];
  for (const match of text.matchAll(/[\u{10000}-\u{10FFFF}]/gu)) {
    wide.push(match.index - wide.length);
  }
  return wide;
}

/**
 * How many of the ascending `numbers` are below `limit`.
 *
 * @param {number[]} numbers
 * @param {number} limit
 */
function countBelow(numbers, limit) {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A stretch of text that something is laid onto: a flagged word, a cited passage.
 *
 * @typedef {{start: number, end: number}} Span half-open, in UTF-16 units
 */

/**
 * Cuts `[start, end)` wherever a layer begins or ends. Each piece names the layers that cover it, in their
 * own order.
 *
 * @template {Span} Layer
 * @param {number} start
 * @param {number} end
 * @param {Layer[]} layers
 * @returns {{start: number, end: number, layers: Layer[]}[]} in order, without gaps, none of them empty
 */
export function cut(start, end, layers) {
  const touching = layers.filter((layer) => layer.start < end && layer.end > start);
  const bounds = new Set([start, end]);
  for (const layer of touching) {
    bounds.add(Math.max(start, layer.start));
    bounds.add(Math.min(end, layer.end));
  }
  const ordered = [...bounds].sort((a, b) => a - b);
  return ordered.slice(0, -1).map((from, position) => {
    const to = ordered[position + 1];
    return {
      start: from,
      end: to,
      layers: touching.filter((layer) => layer.start <= from && layer.end >= to),
    };
  });
}
