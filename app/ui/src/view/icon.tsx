/** Makes the icons: lines of 24 by 24 in the colour of the text. */

import type { FunctionComponent } from "preact";

/** An icon of one path. Directed: it points along the line of text, and is mirrored where that runs from the right. */
export function icon(path: string, { directed = false, filled = false } = {}): FunctionComponent {
  return () => (
    <svg
      class={directed ? "directed" : undefined}
      viewBox="0 0 24 24"
      fill={filled ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={path} />
    </svg>
  );
}
