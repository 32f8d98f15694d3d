import { describe, expect, test } from "vitest";

import { directionOf, languageOf, loadWords } from "../../src/words";
import { en } from "../../src/words/en";

describe("the texts of a language", () => {
  test.each(["en", "de", "fr", "es"])("are loaded: %s", async (code) => {
    expect((await loadWords(code)).code).toBe(code);
  });

  test.each(["", "nl", "DE", "constructor", "__proto__"])("are English where there are none: %j", async (code) => {
    expect(await loadWords(code)).toBe(en);
  });
});

describe("the language of a reader", () => {
  test.each([
    [["de-CH"], "de"],
    [["nl", "fr-CA", "en"], "fr"],
    [["en-GB", "de"], "en"],
    [["es-419"], "es"],
    [["ES"], "es"],
    [["zh-Hant-TW", "ja"], "en"],
    [["den", "enm"], "en"],
    [["toString"], "en"],
    [[""], "en"],
    [[], "en"],
  ])("%j is %s", (preferred, code) => {
    expect(languageOf(preferred)).toBe(code);
  });
});

describe("the direction of a text", () => {
  test.each(["ar", "ar-EG", "he", "iw", "fa-IR", "ur", "yi", "ps", "sd", "ug", "dv", "ckb", "az-Arab", "AR", "zh-min-Arab"])(
    "is from right to left: %s",
    (tag) => {
      expect(directionOf(tag)).toBe("rtl");
    },
  );

  test.each(["", "en", "de-CH", "arn", "hi-Latn", "ur-Latn", "sd-Deva", "zh-Hant-TW", "nonsense"])(
    "is from left to right: %j",
    (tag) => {
      expect(directionOf(tag)).toBe("ltr");
    },
  );
});
