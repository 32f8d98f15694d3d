import { describe, expect, test } from "vitest";

import type { Flag } from "../../src/api/types";
import { placeFlags } from "../../src/state/flags";
import { explained, named } from "../../src/view/Flags";
import { en, loadWords, type Words } from "../../src/words";
import { citation, exchange, flag, report } from "../builders";

function said(changes: Partial<Flag>, words: Words = en): string {
  const about = { passages: [citation(1)], grounding: report({ flags: [flag(changes)] }) };
  const [placed] = placeFlags(exchange({ about }));
  if (!placed) throw new Error("the flag is lost");
  return explained(placed, words);
}

const evidence = { context: 0, start: 9, end: 11, text: "27" };

describe("the text of a flag", () => {
  test("quotes what the source says where it contradicts", () => {
    expect(said({ evidence })).toBe("The sources say 27. (Leave)");
    expect(said({ reason: "negation", evidence: { ...evidence, text: "You have\n27 days" } })).toBe(
      "The sources say the opposite: “You have 27 days”. (Leave)",
    );
  });

  test("is the plain one where a contradiction has no evidence", () => {
    expect(said({ reason: "date_mismatch" })).toBe("The sources give another date.");
  });

  test("names what is nearest where something is absent", () => {
    expect(said({ reason: "number_absent", evidence })).toBe("Not in the sources. Nearest in the sources: 27. (Leave)");
    expect(said({ reason: "number_absent" })).toBe("Not in the sources.");
  });

  test("of a reason that this build does not know is a general one", () => {
    expect(said({ reason: "colour_mismatch" as never })).toBe("Not supported by the sources.");
  });

  test("is in the language of the reader, with its quotation marks", async () => {
    const negation = { reason: "negation", evidence } as const;
    expect(said(negation, await loadWords("de"))).toBe("In den Quellen steht das Gegenteil: „27“. (Leave)");
    expect(said(negation, await loadWords("fr"))).toBe(
      "Les sources disent le contraire\u00a0: «\u00a027\u00a0». (Leave)",
    );
    expect(said(negation, await loadWords("es"))).toBe("Las fuentes dicen lo contrario: «27». (Leave)");
  });

  test("quotes the beginning of a long source", () => {
    expect(said({ evidence: { ...evidence, text: "long ".repeat(100) } })).toMatch(/^The sources say (long )+long…\. \(Leave\)$/);
  });
});

test("a flagged text is named without signs and markers, and a long one by its beginning", () => {
  expect(named("**45 metres** [1]")).toBe("45 metres");
  expect(named("word ".repeat(40))).toMatch(/^(word )+word…$/);
});
