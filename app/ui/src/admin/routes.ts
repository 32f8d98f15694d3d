/**
 * The addresses of the administration, behind the `#` of `/admin`.
 *
 * `#documents`, `#gaps`, `#answers`, `#health`          a panel
 * `#experiments`, `#experiments/<name>`                 the experiments, the report of one
 * `#reviews`, `#reviews/<id>`                           the review queue, one answer of it
 */

export const PANELS = ["documents", "answers", "gaps", "reviews", "experiments", "health"] as const;
export type Panel = (typeof PANELS)[number];

export interface Route {
  readonly panel: Panel;
  /** What is shown of the panel: an experiment's name, a review's id; "" for its list. */
  readonly item: string;
}

/** The route of an address; whatever it does not know is the first panel. */
export function routeOf(hash: string): Route {
  const [first = "", ...rest] = hash.replace(/^#\/?/, "").split("/");
  const panel = PANELS.find((known) => known === first);
  return panel ? { panel, item: decoded(rest.join("/")) } : { panel: PANELS[0], item: "" };
}

/** The address of a route, from its `#`. */
export function addressOf(panel: Panel, item = ""): string {
  return item ? `#${panel}/${encodeURIComponent(item)}` : `#${panel}`;
}

/** A part of an address; as it is where it cannot be decoded. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
