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

  test("agree with their verb", () => {
    expect([1, 2].map(en.summary.absent)).toEqual(["1 statement is not in the sources.", "2 statements are not in the sources."]);
    expect([1, 2].map(de.summary.contradicted)).toEqual([
      "1 Aussage widerspricht den Quellen.",
      "2 Aussagen widersprechen den Quellen.",
    ]);
    expect([1, 2].map(fr.summary.contradicted)).toEqual([
      "1 affirmation contredit les sources.",
      "2 affirmations contredisent les sources.",
    ]);
    expect([1, 2].map(es.summary.absent)).toEqual(["1 afirmación no está en las fuentes.", "2 afirmaciones no están en las fuentes."]);
  });
});

describe("typography", () => {
  checkTypography("the texts", OTHERS);

  test.each([de, fr, es])("a percent sign stays with its number ($code)", (words) => {
    expect(words.match(90)).toMatch(/90\u00a0%$/);
  });
});
