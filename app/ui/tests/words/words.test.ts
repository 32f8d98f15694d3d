import { describe, expect, test } from "vitest";

import { de } from "../../src/words/de";
import { en } from "../../src/words/en";
import { es } from "../../src/words/es";
import { fr } from "../../src/words/fr";
import { checkTexts, checkTypography } from "./checks";

const OTHERS = [de, fr, es];

/** What a language may have in common with English: the word is the same there. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  de: ["chat"],
  fr: ["chat", "conversation", "sources", "page", "documentCount"],
  es: ["chat"],
};

checkTexts("the texts", en, OTHERS, SAME);

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
  checkTypography("the texts", OTHERS);

  test.each([de, fr, es])("a percent sign stays with its number ($code)", (words) => {
    expect(words.match(90)).toMatch(/90\u00a0%$/);
  });
});
