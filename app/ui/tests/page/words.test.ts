import { describe, expect, test } from "vitest";

import { de } from "../../src/page/words/de";
import { en } from "../../src/page/words/en";
import { es } from "../../src/page/words/es";
import { fr } from "../../src/page/words/fr";
import { checkTexts, checkTypography } from "../words/checks";

const OTHERS = [de, fr, es];

checkTexts("the page's texts", en, OTHERS, { de: [], fr: ["administration", "conversations", "documents", "chunks", "pages", "pageHeading"], es: [] });

describe("typography", () => {
  checkTypography("the page's texts", OTHERS);

  test.each([de, fr, es])("a percent sign stays with its number ($code)", (words) => {
    expect(words.uploading(90)).toMatch(/90\u00a0%$/);
  });
});
