/** What in a passage supports an answer. */

import type { Citation } from "../api/types";
import type { Quoted } from "../text/locate";
import { utf16Offsets } from "../text/offsets";
import type { Exchange } from "./exchange";

/**
 * The parts of a passage that support the sentence before a marker; without a marker, those of all sentences.
 *
 * @param marker the marker's offset in the answer, in UTF-16 units
 */
export function supportOf({ content, about }: Exchange, passage: Citation, marker?: number): readonly Quoted[] {
  const offset = utf16Offsets(content);
  const all = (about.support ?? []).filter((support) => support.index === passage.index);
  const here = all.filter(({ start, end }) => marker !== undefined && offset(start) <= marker && marker <= offset(end));
  return (here.length ? here : all).map((support) => support.evidence);
}
