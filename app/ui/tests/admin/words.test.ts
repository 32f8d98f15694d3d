import { describe } from "vitest";

import { de } from "../../src/admin/words/de";
import { en } from "../../src/admin/words/en";
import { es } from "../../src/admin/words/es";
import { fr } from "../../src/admin/words/fr";
import { checkTexts, checkTypography } from "../words/checks";

const OTHERS = [de, fr, es];

checkTexts("the administration's texts", en, OTHERS, {
  de: ["status", "experiment", "arm"],
  fr: [
    "administration", "panels.documents", "documentCount", "document", "source", "passages", "questions", "dates", "verdict",
    "reviewPassages",
  ],
  es: [],
});

describe("typography", () => {
  checkTypography("the administration's texts", OTHERS);
});
