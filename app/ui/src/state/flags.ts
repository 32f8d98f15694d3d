/** The flagged words of an answer, at offsets that the interface can use. */

import type { Citation, Flag } from "../api/types";
import type { Mark } from "../view/Blocks";
import { utf16Offsets } from "../text/offsets";
import { type Contradiction, en } from "../words/en";
import type { Exchange } from "./exchange";

/** A flag over UTF-16 offsets. */
export interface PlacedFlag extends Mark {
  readonly kind: "flag";
  readonly isInteractive: true;
  readonly flag: Flag;
  /** The passage that has something else in its place, or is nearest; null where there is none. */
  readonly passage: Citation | null;
}

/** Whether the sources have something in the same place, and it is another thing. Elsewhere evidence is only near. */
export function isContradicted(flag: Flag): boolean {
  return typeof (en.reasons as Partial<Record<string, string | Contradiction>>)[flag.reason] === "object";
}

/** The flags of an answer. Hard ones come first, so that where two overlap the graver one decides the look. */
export function placeFlags({ id, content, about }: Exchange): readonly PlacedFlag[] {
  const offset = utf16Offsets(content);
  const flags = about.grounding?.flags ?? [];
  return flags
    .map((flag, order): PlacedFlag => {
      const passage = flag.evidence ? (about.passages?.[flag.evidence.context] ?? null) : null;
      return {
        kind: "flag",
        isInteractive: true,
        id: `${id}-flag-${order}`,
        start: offset(flag.start),
        end: offset(flag.end),
        severity: flag.severity,
        flag,
        passage,
      };
    })
    .sort((a, b) => Number(b.severity === "hard") - Number(a.severity === "hard") || a.start - b.start);
}
