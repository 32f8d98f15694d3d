/** The icons: lines of 24 by 24 in the colour of the text. Hidden from screen readers; the button has the name. */

import type { VNode } from "preact";

const PATHS = {
  chat: "M4 5.5h16v11H11l-4.5 3.5v-3.5H4z M8 9.5h8 M8 12.5h5",
  close: "M6 6l12 12 M18 6L6 18",
  send: "M12 19V5 M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  copy: "M9 9h10v11H9z M15 9V4H5v11h4",
  up: "M4 11h4v9H4z M8 11l4-7.5c1.6 0 2.5 1 2.2 2.6L13.6 9H19a1.5 1.5 0 0 1 1.5 1.8l-1.3 7.4A2.2 2.2 0 0 1 17 20H8",
  down: "M4 13h4V4H4z M8 13l4 7.5c1.6 0 2.5-1 2.2-2.6L13.6 15H19a1.5 1.5 0 0 0 1.5-1.8l-1.3-7.4A2.2 2.2 0 0 0 17 4H8",
  external: "M10 6H5v13h13v-5 M14 4h6v6 M20 4l-9 9",
  document: "M6 3.5h8l4 4v13H6z M14 3.5v4h4 M9 12h6 M9 15.5h6",
  search: "M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12z M15 15l5 5",
  menu: "M4 7h16 M4 12h16 M4 17h16",
  download: "M12 4v11 M7 10.5l5 5 5-5 M5 20h14",
  print: "M7 8V4h10v4 M7 17H4V8h16v9h-3 M7 14h10v6H7z",
  trash: "M4 7h16 M9 7V4h6v3 M6.5 7l1 13h9l1-13 M10.5 11v5 M13.5 11v5",
  back: "M19 12H5 M11 6l-6 6 6 6",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8z M4.5 20.5c.6-3.8 3.4-5.5 7.5-5.5s6.9 1.7 7.5 5.5",
  plus: "M12 5v14 M5 12h14",
  edit: "M5 19l1-4L16.5 4.5l3 3L9 18z M14 7l3 3",
} as const;

export type IconName = keyof typeof PATHS;

/** Those that point along the line of text; they are mirrored where it runs from right to left. */
const DIRECTED: readonly IconName[] = ["back", "external"];

export function Icon({ name }: { readonly name: IconName }): VNode {
  return (
    <svg
      class={DIRECTED.includes(name) ? "directed" : undefined}
      viewBox="0 0 24 24"
      fill={name === "stop" ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
