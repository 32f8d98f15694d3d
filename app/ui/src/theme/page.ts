/** The style sheets that the full page adds; imported by its own chunk alone. */

import page from "./page.css?inline";
import print from "./print.css?inline";

export const PAGE_SHEETS: readonly string[] = [page, print];
