/** What the full page adds to the widget, a chunk of its own. */

export { Page } from "./Page";
export { PAGE_SHEETS as sheets } from "../theme/page";
