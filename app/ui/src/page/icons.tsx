/** The icons of the full page alone. */

import { icon } from "../view/icon";

export const SearchIcon = /* @__PURE__ */ icon("M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12z M15 15l5 5");
export const MenuIcon = /* @__PURE__ */ icon("M4 7h16 M4 12h16 M4 17h16");
export const DownloadIcon = /* @__PURE__ */ icon("M12 4v11 M7 10.5l5 5 5-5 M5 20h14");
export const PrintIcon = /* @__PURE__ */ icon("M7 8V4h10v4 M7 17H4V8h16v9h-3 M7 14h10v6H7z");
export const TrashIcon = /* @__PURE__ */ icon("M4 7h16 M9 7V4h6v3 M6.5 7l1 13h9l1-13 M10.5 11v5 M13.5 11v5");
export const BackIcon = /* @__PURE__ */ icon("M19 12H5 M11 6l-6 6 6 6", { directed: true });
export const PlusIcon = /* @__PURE__ */ icon("M12 5v14 M5 12h14");
export const DocumentIcon = /* @__PURE__ */ icon("M6 3.5h8l4 4v13H6z M14 3.5v4h4 M9 12h6 M9 15.5h6");
export const BarsIcon = /* @__PURE__ */ icon("M6 20V11 M12 20V4 M18 20v-6");
export const MoreIcon = /* @__PURE__ */ icon("M5.5 12h.01 M12 12h.01 M18.5 12h.01");
export const LinkIcon = /* @__PURE__ */ icon("M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7L12 7 M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7L12 17");
export const UploadIcon = /* @__PURE__ */ icon("M12 15V4 M7 8.5l5-5 5 5 M5 20h14");
