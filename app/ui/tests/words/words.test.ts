import { describe, expect, test } from "vitest";

import { de } from "../../src/words/de";
import { en, type Words } from "../../src/words/en";
import { es } from "../../src/words/es";
import { fr } from "../../src/words/fr";

const OTHERS = [de, fr, es].map((words) => [words.code, words] as const);

/** What a language may have in common with English: the word is the same there. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  de: ["chat", "original"],
  fr: [
    "conversation", "sources", "page", "conversations", "documents", "documentCount", "chat", "searchResults", "chunks",
    "original",
  ],
  es: ["chat", "original"],
};

/** Texts of every form: with one, few and many of each value. */
const NUMBERS = [[1, 1, 1], [2, 3, 4], [0, 0, 0], [12345, 23456, 34567]] as const;

type Entry = readonly [key: string, value: unknown];

/** The keys with their texts or functions; nested tables by `table.key`. */
function entries(table: object): Entry[] {
  return Object.entries(table).flatMap(([key, value]: [string, unknown]): Entry[] =>
    typeof value === "object" && value !== null
      ? entries(value).map(([inner, text]) => [`${key}.${inner}`, text] as const)
      : [[key, value]],
  );
}

/** Texts take numbers or names; each of the functions is called with what English takes. */
const NAMED = new Set(["source", "conflictSides", "degradedInstead", "serviceSaid", "removeConversation", "notRead", "removeDocument", "status.model"]);

function said(key: string, value: unknown, numbers: readonly number[]): string {
  if (typeof value === "string") return value;
  if (typeof value !== "function") throw new Error(`${key} is neither a text nor a function`);
  const speak = value as (...values: readonly unknown[]) => string;
  if (key === "source") return speak(numbers[0], "⟪name⟫");
  return speak(...(NAMED.has(key) ? ["⟪a⟫", "⟪b⟫", "⟪c⟫"] : numbers));
}

/** The values that a text shows: names in their brackets, and numbers without their separators. */
function shown(text: string): string[] {
  const digits = text.replace(/(?<=\d)[.,\s](?=\d{3})/g, "");
  return (digits.match(/⟪.⟫|⟪name⟫|\d+/g) ?? []).sort();
}

describe.each(OTHERS)("the texts in %s", (code, words: Words) => {
  test("have the keys of the English ones", () => {
    expect(entries(words).map(([key]) => key)).toEqual(entries(en).map(([key]) => key));
  });

  test("are not English, except where the word is the same", () => {
    const english = new Map(entries(en));
    const same = entries(words)
      .filter(([key]) => key !== "code")
      .filter(([key, value]) => said(key, value, NUMBERS[1]) === said(key, english.get(key), NUMBERS[1]))
      .map(([key]) => key);
    expect(same).toEqual(SAME[code]);
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
        // Without a sentence and without a word there is nothing to check, and nobody asks for the text.
        if (key === "toCheck" && numbers[0] === 0) continue;
        const text = said(key, value, numbers);
        expect(text, key).not.toMatch(/undefined|NaN|null|\[object| {2}|^\s|\s$|\.\.\./);
        expect(text, key).not.toBe("");
      }
  });
});

describe("numbers", () => {
  test("are grouped as the language does", () => {
    expect(en.tooLong(12345)).toContain("12,345");
    expect(de.tooLong(12345)).toContain("12.345");
    expect(fr.tooLong(12345)).toMatch(/12\s345/);
    expect(es.tooLong(12345)).toContain("12.345");
  });

  test("choose the form of their noun", () => {
    expect([0, 1, 2].map(en.documentCount)).toEqual(["0 documents", "1 document", "2 documents"]);
    expect([0, 1, 2].map(de.documentCount)).toEqual(["0 Dokumente", "1 Dokument", "2 Dokumente"]);
    expect([0, 1, 2].map(fr.documentCount)).toEqual(["0 document", "1 document", "2 documents"]);
    expect([0, 1, 2].map(es.documentCount)).toEqual(["0 documentos", "1 documento", "2 documentos"]);
  });

  test("name sentences and words to check, or one of them", () => {
    expect(en.toCheck(1, 2)).toBe("1 sentence and 2 words to check");
    expect(de.toCheck(2, 1)).toBe("2 Sätze und 1 Wort zu prüfen");
    expect(fr.toCheck(0, 1)).toBe("1 mot à vérifier");
    expect(es.toCheck(3, 0)).toBe("3 frases por comprobar");
  });
});

describe("typography", () => {
  test("no line of French begins with a sign that belongs to the word before it", () => {
    for (const [key, value] of entries(fr)) expect(said(key, value, NUMBERS[1]), key).not.toMatch(/ [:;?!%»]|« /);
    for (const [key, value] of entries(fr)) expect(said(key, value, NUMBERS[1]), key).not.toMatch(/[\wé][:;?!%»]|«\w/);
  });

  test("apostrophes and quotation marks are those of the language", () => {
    for (const words of [de, fr, es])
      for (const [key, value] of entries(words)) expect(said(key, value, NUMBERS[1]), key).not.toMatch(/['"]/);
  });

  test.each([de, fr, es])("a percent sign stays with its number ($code)", (words) => {
    expect(words.match(90)).toMatch(/90\u00a0%$/);
  });
});
