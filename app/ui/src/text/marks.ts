/** What is laid onto a text, and how it looks. */

import type { Span } from "./offsets";

export interface Mark extends Span {
  readonly id: string;
  readonly kind: string;
  readonly severity?: "hard" | "soft";
}
