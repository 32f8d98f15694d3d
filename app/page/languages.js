/**
 * The languages that a domain may name, by the code that HTML wants: with it a browser hyphenates, and a screen
 * reader speaks, in the right language.
 */

const CODES = new Map([
  ["arabic", "ar"],
  ["azerbaijani", "az"],
  ["basque", "eu"],
  ["bengali", "bn"],
  ["catalan", "ca"],
  ["chinese", "zh"],
  ["danish", "da"],
  ["dutch", "nl"],
  ["english", "en"],
  ["finnish", "fi"],
  ["french", "fr"],
  ["german", "de"],
  ["greek", "el"],
  ["hebrew", "he"],
  ["hinglish", "hi-Latn"],
  ["hungarian", "hu"],
  ["indonesian", "id"],
  ["italian", "it"],
  ["japanese", "ja"],
  ["kazakh", "kk"],
  ["nepali", "ne"],
  ["norwegian", "no"],
  ["portuguese", "pt"],
  ["romanian", "ro"],
  ["russian", "ru"],
  ["slovene", "sl"],
  ["spanish", "es"],
  ["swedish", "sv"],
  ["tajik", "tg"],
  ["turkish", "tr"],
]);

/**
 * @param {string|undefined} name in English and in lower case, as `domain.toml` has it
 * @returns {string} "" for a language without a code here: better none than a wrong one
 */
export function languageCode(name) {
  return CODES.get(name ?? "") ?? "";
}
