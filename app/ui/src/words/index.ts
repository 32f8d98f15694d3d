/** The texts of the interface, by language. English is built in; the others are loaded when they are needed. */

import { en, type Words } from "./en";

export { type Contradiction, en, type Words } from "./en";

const OTHERS: Readonly<Record<string, () => Promise<Words>>> = {
  de: async () => (await import("./de")).de,
  fr: async () => (await import("./fr")).fr,
  es: async () => (await import("./es")).es,
};

/**
 * Return the texts of a language, or the English ones for a language without texts.
 *
 * Rejects where the file of the language cannot be loaded: the interface then stays in English.
 */
export async function loadWords(code: string): Promise<Words> {
  return Object.hasOwn(OTHERS, code) ? ((await OTHERS[code]?.()) ?? en) : en;
}

/**
 * Return the code of the first preferred language that has texts, or "en".
 *
 * @param preferred BCP 47 tags such as `de-CH`, the most wanted first, as `navigator.languages` has them
 */
export function languageOf(preferred: readonly string[]): string {
  return preferred.map(primary).find((code) => code === "en" || Object.hasOwn(OTHERS, code)) ?? "en";
}

/** The languages that are written from right to left in their usual script. */
const RIGHT_TO_LEFT = /^(ar|arc|ckb|dv|fa|he|iw|ji|ks|nqo|prs|ps|sd|syr|ug|ur|yi)$/;
const SCRIPT = /^[a-z]+-(?:[a-z]{3}-)*([a-z]{4})(?:-|$)/;

/**
 * Return the direction of a language's text. A script in the tag, as in `az-Arab`, decides before the language.
 *
 * @param tag BCP 47; "" and unknown languages are written from left to right
 */
export function directionOf(tag: string): "ltr" | "rtl" {
  const script = SCRIPT.exec(tag.toLowerCase())?.[1];
  const rightToLeft = script ? /^(adlm|arab|aran|hebr|nkoo|rohg|syrc|thaa)$/.test(script) : RIGHT_TO_LEFT.test(primary(tag));
  return rightToLeft ? "rtl" : "ltr";
}

function primary(tag: string): string {
  return tag.toLowerCase().split("-", 1)[0] ?? "";
}
