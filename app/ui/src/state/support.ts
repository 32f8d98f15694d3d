/** What in a passage supports an answer. */

import type { Citation } from "../api/types";
import type { Quoted } from "../text/locate";
import { utf16Offsets } from "../text/offsets";
import type { Exchange } from "./exchange";

/**
 * The parts of a passage that support what a marker cites it for; without a marker, those of all sentences.
 *
 * @param marker the marker's offset in the answer, in UTF-16 units
 */
export function supportOf({ content, about }: Exchange, passage: Citation, marker?: number): readonly Quoted[] {
  const offset = utf16Offsets(content);
  const all = (about.support ?? []).filter((support) => support.index === passage.index);
  const here = all.filter((support) => offset(support.marker) === marker);
  return (here.length ? here : all).map((support) => support.evidence);
}
