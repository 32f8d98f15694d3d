/** The style sheets of the shadow root, constructed: a site's content policy need not allow inline styles. */

import base from "./base.css?inline";
import { themeCss, type Scheme } from "./colours";
import launcher from "./launcher.css?inline";

/** Made once; every element on a page adopts the same sheets. */
const shared = new Map<string, CSSStyleSheet>();

/**
 * Give the root the colours of the accent and the look of the launcher.
 *
 * The colours are first: the style sheets may change them where a reader asks for more contrast, or prints.
 *
 * @param accent as `themeOf` takes it
 * @param further style sheets to add, those of the chat and of the full page
 */
export function adoptTheme(
  root: ShadowRoot,
  accent: string,
  scheme: Scheme | "auto",
  further: readonly string[] = [],
): void {
  root.adoptedStyleSheets = [themeCss(accent, scheme), base, launcher, ...further].map(sheetOf);
}

function sheetOf(css: string): CSSStyleSheet {
  let sheet = shared.get(css);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shared.set(css, sheet);
  }
  return sheet;
}
