/** The style sheets of the administration; imported by its own build alone. */

import plot from "uplot/dist/uPlot.min.css?inline";

import admin from "./admin.css?inline";
import { CHAT_SHEETS } from "./chat";
import { PAGE_SHEETS } from "./page";

export const ADMIN_SHEETS: readonly string[] = [...CHAT_SHEETS, ...PAGE_SHEETS, plot, admin];
