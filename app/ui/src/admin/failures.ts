/** What a failed request of the administration asks its reader to do. */

import type { Failure } from "../api/failure";

export type Reason = "signedOut" | "forbidden" | "missing" | "other";

/**
 * The reason of a failure. A service that does not have a route answers 404, or 405 where the path has another method.
 *
 * @param isItem whether one thing of a list was asked for, whose absence says nothing of the route
 */
export function reasonOf({ kind, status, code }: Failure, isItem = false): Reason {
  if (kind !== "status") return "other";
  if (status === 401) return "signedOut";
  if (status === 403) return "forbidden";
  const isRoute = !isItem && ["not_found", ""].includes(code);
  return (status === 404 && isRoute) || status === 405 ? "missing" : "other";
}
