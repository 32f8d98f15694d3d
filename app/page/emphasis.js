/**
 * Strong and emphasis: the pairing of `*` and `_` by CommonMark's rules.
 *
 * @typedef {import("./inline.js").Inline} Inline
 * @typedef {import("./inline.js").Delimiter} Delimiter
 * @typedef {import("./inline.js").Run} Run
 */

/**
 * How many delimiters may be open at once. CommonMark has no bound, but a bound on it is one on the tree's
 * depth.
 */
const MOST_OPEN = 30;

/**
 * Pairs delimiters into strong and emphasis; what finds no partner is text again.
 *
 * @param {(Inline|Delimiter)[]} tokens
 * @param {Run} run
 * @returns {Inline[]}
 */
export function joinEmphasis(tokens, run) {
  /** @type {(Inline|Delimiter)[]} */
  const output = [];
  /** Where in `output` the delimiters that may still open stand, innermost last. @type {number[]} */
  const openers = [];
  for (const token of tokens) {
    if (token.type !== "delimiter") {
      output.push(token);
      continue;
    }
    let rest = token;
    while (rest.closes && rest.start < rest.end) {
      const at = findOpener(output, openers, rest, run.text);
      if (at < 0) break;
      rest = close(output, at, rest, run);
      while (openers.length && openers[openers.length - 1] >= output.length - 1) openers.pop();
    }
    if (rest.start === rest.end) continue;
    if (rest.opens) openers.push(output.length);
    if (openers.length > MOST_OPEN) openers.shift();
    output.push(rest);
  }
  return output.flatMap((token) =>
    token.type === "delimiter" ? run.leaves(token.start, token.end) : [token],
  );
}

/**
 * @param {(Inline|Delimiter)[]} output
 * @param {number[]} openers
 * @param {Delimiter} closer
 * @param {string} text
 */
function findOpener(output, openers, closer, text) {
  for (let back = openers.length - 1; back >= 0; back -= 1) {
    const opener = /** @type {Delimiter} */ (output[openers[back]]);
    if (text[opener.start] !== text[closer.start]) continue;
    const total = opener.end - opener.start + closer.end - closer.start;
    if ((opener.closes || closer.opens) && total % 3 === 0 && (closer.end - closer.start) % 3 !== 0) continue;
    return openers[back];
  }
  return -1;
}

/**
 * Wraps what stands behind the opener at `at`, and returns what is left of the closer. The opener gives its
 * innermost characters; when none are left it goes.
 *
 * @param {(Inline|Delimiter)[]} output
 * @param {number} at
 * @param {Delimiter} closer
 * @param {Run} run
 * @returns {Delimiter}
 */
function close(output, at, closer, run) {
  const opener = /** @type {Delimiter} */ (output[at]);
  const width = opener.end - opener.start >= 2 && closer.end - closer.start >= 2 ? 2 : 1;
  const children = output
    .splice(at)
    .slice(1)
    .flatMap((token) => (token.type === "delimiter" ? run.leaves(token.start, token.end) : [token]));
  const shorter = { ...opener, end: opener.end - width };
  if (shorter.start < shorter.end) output.push(shorter);
  const span = run.span(opener.end - width, closer.start + width);
  output.push({ type: width === 2 ? "strong" : "emphasis", ...span, children });
  return { ...closer, start: closer.start + width };
}
