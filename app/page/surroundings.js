/**
 * A passage in its document: where it stands, and how much around it is shown. Pure functions.
 *
 * @typedef {import("./markdown.js").Block} Block
 * @typedef {import("./offsets.js").Span & {kind: "passage"|"evidence"}} Layer
 * @typedef {{layers: Layer[]}} Found the passage first, then the evidence within it, if any
 */

import { parse } from "./markdown.js";
import { utf16Offsets } from "./offsets.js";

/**
 * Kinds of files that the service keeps as they stand (`_TEXT` in ingest/parse/formats.py): their line breaks and signs
 * mean themselves. Everything else is Markdown, or was made into it.
 */
const PLAIN_KINDS =
  "txt text log rst adoc asciidoc org tex yaml yml toml ini cfg conf properties " +
  "py pyi js mjs ts tsx jsx java kt go rs c h cc cpp hpp cs rb php swift scala sh bash zsh " +
  "ps1 sql r jl lua pl css scss vue tf proto graphql";
const PLAIN = new RegExp(`\\.(?:${PLAIN_KINDS.replaceAll(" ", "|")})$`, "i");
const PLAIN_LINES_PER_BLOCK = 40;

/**
 * Finds a citation in `text`: at its own offsets if the text there still is the passage, else wherever the
 * passage stands now; null if it stands nowhere. White space does not count in the first comparison.
 *
 * @param {string} text
 * @param {{text: string, start: number, end: number}} citation
 * @param {{start: number, end: number, text: string}|null} evidence
 * @returns {Found|null}
 */
export function locate(text, citation, evidence) {
  const passage = spanOf(text, citation);
  if (!passage) return null;
  const pointed = evidence && evidenceSpan(text, passage, evidence);
  /** @type {Layer[]} */
  const layers = [{ ...passage, kind: "passage" }];
  if (pointed) layers.push({ ...pointed, kind: "evidence" });
  return { layers };
}

/** @param {string} text @param {{text: string, start: number, end: number}} citation */
function spanOf(text, citation) {
  const offset = utf16Offsets(text);
  const there = { start: offset(citation.start), end: offset(citation.end) };
  if (packed(text.slice(there.start, there.end)) === packed(citation.text)) return there;
  const start = text.indexOf(citation.text);
  return start < 0 || !citation.text ? null : { start, end: start + citation.text.length };
}

/**
 * @param {string} text
 * @param {import("./offsets.js").Span} passage
 * @param {{start: number, end: number, text: string}} evidence
 */
function evidenceSpan(text, passage, evidence) {
  const inside = text.slice(passage.start, passage.end);
  const offset = utf16Offsets(inside);
  const expected = offset(evidence.start);
  const exact = inside.slice(expected, offset(evidence.end)) === evidence.text;
  const start = exact ? expected : inside.indexOf(evidence.text);
  if (start < 0 || !evidence.text) return null;
  return { start: passage.start + start, end: passage.start + start + evidence.text.length };
}

/** @param {string} text */
function packed(text) {
  return text.replace(/\s+/g, " ").trim();
}

/**
 * A document's blocks, and whether it is plain text.
 *
 * @param {string} documentId its ending tells the kind
 * @param {string} text
 * @returns {{plain: boolean, blocks: Block[]}}
 */
export function blocksOf(documentId, text) {
  if (!PLAIN.test(documentId)) return { plain: false, blocks: parse(text) };
  const lines = new RegExp(`(?:[^\\n]*\\n){1,${PLAIN_LINES_PER_BLOCK}}|[^\\n]+$`, "g");
  const blocks = [...text.matchAll(lines)].map((match) => {
    const span = { start: match.index, end: match.index + match[0].length };
    const leaf = { type: /** @type {const} */ ("text"), ...span };
    return { type: /** @type {const} */ ("paragraph"), ...span, children: [leaf] };
  });
  return { plain: true, blocks };
}

/**
 * The blocks that touch `[from, to)`, and whether there are more on either side.
 *
 * @param {Block[]} blocks
 * @param {number} from
 * @param {number} to
 */
export function visiblePart(blocks, from, to) {
  const visible = blocks.filter((block) => block.end > from && block.start < to);
  return {
    blocks: visible,
    hasEarlier: visible[0] !== blocks[0],
    hasLater: visible.at(-1) !== blocks.at(-1),
  };
}
