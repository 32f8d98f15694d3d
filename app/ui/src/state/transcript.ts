/** Answers and conversations as Markdown: to copy, to keep, and to hand over to a person. */

import { nameOf, placeOf } from "../text/citations";
import type { Words } from "../words";
import type { Exchange } from "./exchange";

/** An answer with the sources that it cites. */
export function answerText({ content, about }: Exchange, words: Words): string {
  const sources = (about.citations ?? []).map((citation) => {
    const where = [nameOf(citation), placeOf(citation, words)].filter(Boolean).join(", ");
    return `[${citation.index}] ${where}`;
  });
  return [content.trim(), sources.join("\n")].filter(Boolean).join("\n\n");
}

/** Questions as headings, each with its answer. */
export function transcriptOf(exchanges: readonly Exchange[], words: Words): string {
  return exchanges
    .map((exchange) => [`## ${exchange.question.replace(/\s+/g, " ")}`, answerText(exchange, words)].filter(Boolean).join("\n\n"))
    .join("\n\n");
}
