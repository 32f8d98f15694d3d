/** How a cited passage is named. */

import type { Citation } from "../api/types";
import type { Words } from "../words";

export function nameOf(citation: Citation): string {
  return citation.document_name || citation.document_id;
}

/** Where in its document a passage is: "Leave › Parental leave · page 4". */
export function placeOf({ section, page }: Citation, words: Words): string {
  const path = section?.split(/\s+>\s+/).join(" › ");
  return [path, page === null ? "" : words.page(page)].filter(Boolean).join(" · ");
}
