/** What is true of every table of texts. */

import { describe, expect, test } from "vitest";

/** Texts of every form: with one, few and many of each value. */
export const NUMBERS = [[1, 1, 1, 1], [2, 3, 4, 5], [0, 0, 0, 0], [12345, 23456, 34567, 45678]] as const;

type Entry = readonly [key: string, value: unknown];

/** The keys with their texts or functions; nested tables by `table.key`. */
export function entries(table: object): Entry[] {
  return Object.entries(table).flatMap(([key, value]: [string, unknown]): Entry[] =>
    typeof value === "object" && value !== null
      ? entries(value).map(([inner, text]) => [`${key}.${inner}`, text] as const)
      : [[key, value]],
  );
}

/** The functions that take names; all others take numbers. */
const NAMED = new Set([
  "source", "notChecked", "summary.notChecked", "conflictSides", "degradedInstead", "serviceSaid", "status.model",
  "actionsFor", "conversationRemoved", "passagesFor", "sameAs", "removeDocument", "documentRemoved", "renamed", "isHere",
  "notRead", "copyOf", "removeQuestion", "removed", "cancelJob", "spotChecksHint", "between", "lastAsked", "stoppedBecause",
  "caseMade",
]);

export function said(key: string, value: unknown, numbers: readonly number[]): string {
  if (typeof value === "string") return value;
  if (typeof value !== "function") throw new Error(`${key} is neither a text nor a function`);
  const speak = value as (...values: readonly unknown[]) => string;
  if (key === "source") return speak(numbers[0], "⟪name⟫");
  return speak(...(NAMED.has(key) || key.endsWith(".quoting") ? ["⟪a⟫", "⟪b⟫", "⟪c⟫", "⟪d⟫", "⟪e⟫", "⟪f⟫"] : numbers));
}

/** The values that a text shows: names in their brackets, and numbers without their separators. */
function shown(text: string): string[] {
  const digits = text.replace(/(?<=\d)[.,\s](?=\d{3})/g, "");
  return (digits.match(/⟪.⟫|⟪name⟫|\d+/g) ?? []).sort();
}

/**
 * Checks the tables against the English one.
 *
 * @param same what each language has in common with English: the word is the same there
 */
export function checkTexts(
  what: string,
  en: object,
  others: readonly { readonly code: string }[],
  same: Readonly<Record<string, readonly string[]>>,
): void {
  describe.each(others.map((words) => [words.code, words] as const))(`${what} in %s`, (code, words) => {
    test("have the keys of the English ones", () => {
      expect(entries(words).map(([key]) => key)).toEqual(entries(en).map(([key]) => key));
    });

    test("are not English, except where the word is the same", () => {
      const english = new Map(entries(en));
      const found = entries(words)
        .filter(([key]) => key !== "code")
        .filter(([key, value]) => said(key, value, NUMBERS[1]) === said(key, english.get(key), NUMBERS[1]))
        .map(([key]) => key);
      expect(found).toEqual(same[code]);
    });

    test("show the values that the English ones show", () => {
      const english = new Map(entries(en));
      for (const numbers of NUMBERS)
        for (const [key, value] of entries(words))
          expect(shown(said(key, value, numbers)), key).toEqual(shown(said(key, english.get(key), numbers)));
    });

    test("end like the English ones: a sentence with its stop, a label without", () => {
      const english = new Map(entries(en));
      const end = (text: string): string => /[.…:?!]$/.exec(text)?.[0] ?? "";
      for (const [key, value] of entries(words))
        expect(end(said(key, value, NUMBERS[1])), key).toBe(end(said(key, english.get(key), NUMBERS[1])));
    });

    test("have no leftovers of their making", () => {
      for (const numbers of NUMBERS)
        for (const [key, value] of entries(words)) {
          const text = said(key, value, numbers);
          expect(text, key).not.toMatch(/undefined|NaN|null|\[object| {2}|^\s|\s$|\.\.\./);
          expect(text, key).not.toBe("");
        }
    });
  });
}

/** French signs stay with their words, and no language has the signs of another. */
export function checkTypography(what: string, others: readonly { readonly code: string }[]): void {
  const french = others.filter(({ code }) => code === "fr");

  test(`${what}: no line of French begins with a sign that belongs to the word before it`, () => {
    for (const fr of french) {
      for (const [key, value] of entries(fr)) expect(said(key, value, NUMBERS[1]), key).not.toMatch(/ [:;?!%»]|« /);
      for (const [key, value] of entries(fr)) expect(said(key, value, NUMBERS[1]), key).not.toMatch(/[\wé][:;?!%»]|«\w/);
    }
  });

  test(`${what}: apostrophes and quotation marks are those of the language`, () => {
    for (const words of others)
      for (const [key, value] of entries(words)) expect(said(key, value, NUMBERS[1]), key).not.toMatch(/['"]/);
  });
}
