/**
 * The passages behind an answer: those it cites, and those that were read beside them.
 *
 * @typedef {object} Citation
 * @property {number} index
 * @property {string} document_id
 * @property {string} [document_name]
 * @property {string} text
 * @property {number} [score]
 * @property {string|string[]|null} [section]
 * @property {number|null} [page]
 * @property {string|null} [url]
 * @property {number} start in code points, into the document's text
 * @property {number} end
 */

import { element } from "./dom.js";
import { percent, place } from "./words.js";

/**
 * @param {Citation[]} citations
 * @param {string} label
 * @returns {HTMLElement} an ordered list; each entry is a button that carries `data-index`
 */
export function sourceList(citations, label) {
  return element(
    "ol",
    { "aria-label": label },
    ...citations.map((citation) => element("li", {}, source(citation))),
  );
}

/** @param {Citation} citation */
export function nameOf(citation) {
  return citation.document_name || citation.document_id;
}

/** @param {Citation} citation */
function source(citation) {
  return element(
    "button",
    { type: "button", class: "source", "data-index": citation.index },
    element("span", { class: "number" }, String(citation.index)),
    element("span", { class: "name" }, nameOf(citation)),
    element("span", { class: "place" }, place(citation)),
    typeof citation.score === "number" ? evidence(citation.score) : null,
  );
}

/** @param {number} score */
function evidence(score) {
  const title = "How likely this passage answers the question";
  return element(
    "span",
    { class: "evidence", title },
    element("meter", { min: 0, max: 1, value: Math.max(0, Math.min(1, score)), "aria-hidden": "true" }),
    element("span", {}, `${percent(score)} match`),
  );
}

/**
 * An answer with its sources, as text for the clipboard.
 *
 * @param {string} content
 * @param {Citation[]} citations
 */
export function asText(content, citations) {
  const lines = citations.map((citation) => {
    const where = [nameOf(citation), place(citation)].filter(Boolean).join(", ");
    return `[${citation.index}] ${where}`;
  });
  return [content.trim(), lines.join("\n")].filter(Boolean).join("\n\n");
}
