/**
 * Constructs of Markdown that have no place in an answer.
 *
 * micromark imports them in place of its own (vite.config.ts), and markdown.ts disables them by these names. They take
 * 3 kB gzipped.
 */

export const htmlFlow = { name: "htmlFlow" };
export const htmlText = { name: "htmlText" };
export const definition = { name: "definition" };
export const codeIndented = { name: "codeIndented" };
export const setextUnderline = { name: "setextUnderline" };
