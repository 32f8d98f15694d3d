/** The full page, a chunk of its own: the widget does not load what it adds. */

import { CHAT_SHEETS } from "../theme/chat";
import { PAGE_SHEETS } from "../theme/page";

export { Page } from "./Page";
export const sheets: readonly string[] = [...CHAT_SHEETS, ...PAGE_SHEETS];
