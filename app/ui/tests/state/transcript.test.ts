import { expect, test } from "vitest";

import { answerText, transcriptOf } from "../../src/state/transcript";
import { de } from "../../src/words/de";
import { en } from "../../src/words";
import { citation, exchange } from "../builders";

const CITED = exchange({ about: { citations: [citation(1), citation(2, { section: null, page: 4 })] } });

test("an answer is followed by the sources that it cites, each with its place", () => {
  expect(answerText(CITED, en)).toBe("27 days [1].\n\n[1] Leave, Leave › Annual leave\n[2] Leave, page 4");
  expect(answerText(CITED, de)).toContain("[2] Leave, Seite 4");
});

test("a conversation has each question as a heading, in one line, before the answer as it is copied", () => {
  const asked = exchange({ question: "How\nmany?", content: "" });
  expect(transcriptOf([CITED, asked], en)).toBe(`## How many days?\n\n${answerText(CITED, en)}\n\n## How many?`);
});
