import { describe, expect, test } from "vitest";

import { type Excerpt, excerptOf, locateQuote } from "../../src/admin/quotes";

const TABLE = "# Fees\n\n| What | Fee |\n|---|---|\n| Lost **card** | 12 € |\n\nA card is free once (see C++ and [1]).";

function found(text: string, quote: string): string | null {
  const span = locateQuote(text, quote);
  return span && text.slice(span.start, span.end);
}

function around(text: string, quote: string): Excerpt {
  const span = locateQuote(text, quote);
  if (!span) throw new Error("The quote is not there.");
  return excerptOf(text, span);
}

describe("a quote is found in its document", () => {
  test("as it is", () => expect(found(TABLE, " A card is free ")).toBe("A card is free"));
  test("across line ends", () => expect(found("Every colleague\n  has 25 days.", "colleague has 25")).toBe("colleague\n  has 25"));
  test("across cells and emphasis", () => expect(found(TABLE, "Lost card 12 €")).toBe("Lost **card** | 12 €"));
  test("with the signs of a pattern in it", () => expect(found(TABLE, "(see  C++ and [1]).")).toBe("(see C++ and [1])."));
  test("or not at all", () => {
    expect(found(TABLE, "A card is cheap")).toBeNull();
    expect(found(TABLE, " ")).toBeNull();
    expect(found("Alost card", "lost  cards")).toBeNull();
  });
});

describe("what is around a quote", () => {
  test("is all of a short document", () => {
    const { before, quote, after } = around(TABLE, "A card");
    expect(before + quote + after).toBe(TABLE);
  });

  test("is cut between words of a long one", () => {
    const text = `${"before ".repeat(200)}the quote${" after".repeat(200)}`;
    const { before, quote, after } = around(text, "the quote");
    expect(quote).toBe("the quote");
    expect(before).toMatch(/^… (before )+$/);
    expect(after).toMatch(/^( after)+ …$/);
    expect(before.length).toBeLessThan(330);
  });

  test("is there in a text without spaces", () => {
    const text = `${"x".repeat(2000)}quote${"y".repeat(2000)}`;
    const { before, after } = around(text, "quote");
    expect([before.length, after.length]).toEqual([322, 2]);
  });
});
