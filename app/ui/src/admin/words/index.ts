/** The texts of the administration, by language. English is built in; the others are loaded when they are needed. */

import { type AdminWords, en } from "./en";

export { type AdminWords, en } from "./en";

const OTHERS: Readonly<Record<string, () => Promise<AdminWords>>> = {
  de: async () => (await import("./de")).de,
  fr: async () => (await import("./fr")).fr,
  es: async () => (await import("./es")).es,
};

/** The texts of a language, by its code; the English ones for a language without texts, and where they cannot be loaded. */
export async function loadAdminWords(code: string): Promise<AdminWords> {
  const load = Object.hasOwn(OTHERS, code) ? OTHERS[code] : undefined;
  return (await load?.().catch(() => en)) ?? en;
}
