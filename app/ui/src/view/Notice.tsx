/** A sentence about an answer, apart from the answer's own text. */

import type { ComponentChildren } from "preact";

type NoticeKind = "degraded" | "withheld" | "conflict" | "stopped" | "error" | "offline" | "document";

export function Notice({ kind, children }: { kind: NoticeKind; children: ComponentChildren }) {
  return (
    <div class="notice" data-kind={kind}>
      {children}
    </div>
  );
}
