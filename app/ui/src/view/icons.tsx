/** The icons: lines of 24 by 24 in the colour of the text. Hidden from screen readers; the button has the name. */

import { icon } from "./icon";

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
export const PersonIcon = /* @__PURE__ */ icon(
  "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8z M4.5 20.5c.6-3.8 3.4-5.5 7.5-5.5s6.9 1.7 7.5 5.5",
);
