/** The icons: lines of 24 by 24 in the colour of the text. Hidden from screen readers; the button has the name. */

import type { FunctionComponent } from "preact";

/** An icon of one path. Directed: it points along the line of text, and is mirrored where that runs from the right. */
function icon(path: string, { directed = false, filled = false } = {}): FunctionComponent {
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

export const ChatIcon = /* @__PURE__ */ icon("M4 5.5h16v11H11l-4.5 3.5v-3.5H4z M8 9.5h8 M8 12.5h5");
export const CloseIcon = /* @__PURE__ */ icon("M6 6l12 12 M18 6L6 18");
export const SendIcon = /* @__PURE__ */ icon("M12 19V5 M6 11l6-6 6 6");
export const StopIcon = /* @__PURE__ */ icon("M7 7h10v10H7z", { filled: true });
export const CopyIcon = /* @__PURE__ */ icon("M9 9h10v11H9z M15 9V4H5v11h4");
export const ThumbUpIcon = /* @__PURE__ */ icon(
  "M4 11h4v9H4z M8 11l4-7.5c1.6 0 2.5 1 2.2 2.6L13.6 9H19a1.5 1.5 0 0 1 1.5 1.8l-1.3 7.4A2.2 2.2 0 0 1 17 20H8",
);
export const ThumbDownIcon = /* @__PURE__ */ icon(
  "M4 13h4V4H4z M8 13l4 7.5c1.6 0 2.5-1 2.2-2.6L13.6 15H19a1.5 1.5 0 0 0 1.5-1.8l-1.3-7.4A2.2 2.2 0 0 0 17 4H8",
);
export const ExternalIcon = /* @__PURE__ */ icon("M10 6H5v13h13v-5 M14 4h6v6 M20 4l-9 9", { directed: true });
export const DocumentIcon = /* @__PURE__ */ icon("M6 3.5h8l4 4v13H6z M14 3.5v4h4 M9 12h6 M9 15.5h6");
export const SearchIcon = /* @__PURE__ */ icon("M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12z M15 15l5 5");
export const MenuIcon = /* @__PURE__ */ icon("M4 7h16 M4 12h16 M4 17h16");
export const DownloadIcon = /* @__PURE__ */ icon("M12 4v11 M7 10.5l5 5 5-5 M5 20h14");
export const PrintIcon = /* @__PURE__ */ icon("M7 8V4h10v4 M7 17H4V8h16v9h-3 M7 14h10v6H7z");
export const TrashIcon = /* @__PURE__ */ icon("M4 7h16 M9 7V4h6v3 M6.5 7l1 13h9l1-13 M10.5 11v5 M13.5 11v5");
export const BackIcon = /* @__PURE__ */ icon("M19 12H5 M11 6l-6 6 6 6", { directed: true });
export const PersonIcon = /* @__PURE__ */ icon(
  "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8z M4.5 20.5c.6-3.8 3.4-5.5 7.5-5.5s6.9 1.7 7.5 5.5",
);
export const PlusIcon = /* @__PURE__ */ icon("M12 5v14 M5 12h14");
export const EditIcon = /* @__PURE__ */ icon("M5 19l1-4L16.5 4.5l3 3L9 18z M14 7l3 3");
