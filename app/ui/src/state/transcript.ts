/** A conversation as Markdown: to keep it, and to hand it over to a person. */

import type { Exchange } from "./exchange";

/** Questions as headings, answers with the names of the sources that they cite. */
export function transcriptOf(exchanges: readonly Exchange[]): string {
  return exchanges
    .map(({ question, content, about }) => {
      const sources = (about.citations ?? []).map(({ index, document_name, section, page }) => {
        const place = [section, page === null ? "" : `p. ${page}`].filter(Boolean).join(", ");
        return `[${index}] ${[document_name, place].filter(Boolean).join(" – ")}`;
      });
      return [`## ${question.replace(/\s+/g, " ")}`, content.trim(), sources.join("\n")].filter(Boolean).join("\n\n");
    })
    .join("\n\n");
}
