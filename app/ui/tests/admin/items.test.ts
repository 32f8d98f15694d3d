import { expect, test } from "vitest";

import { isDone, messagesOf, objectOf, titleOf } from "../../src/admin/items";
import type { ExampleReview, PairReview } from "../../src/admin/types";

function example(value: Record<string, unknown>): ExampleReview {
  return { id: "example-1", source: "example", created_at: "2026-11-29T10:00:00Z", example: value, decision: null };
}

test("an example is called by the last words of a user, else by its first text", () => {
  const messages = [
    { role: "user", content: "Hello" },
    { role: "assistant", content: "Hi." },
    { role: "user", content: "How many days?" },
    { role: "assistant", content: "25." },
  ];
  expect(titleOf(example({ messages }))).toBe("How many days?");
  expect(titleOf(example({ weight: 1, parts: [{ text: "Leave" }] }))).toBe("Leave");
  expect(titleOf(example({ weight: 1 }))).toBe('{"weight":1}');
  expect(titleOf(example({ text: "x".repeat(500) }))).toHaveLength(201);
});

test("messages of another form are none", () => {
  for (const messages of [undefined, "text", [1], [{ role: "user" }], [{ role: "user", content: [] }]])
    expect(messagesOf({ messages })).toEqual([]);
});

test("an edited example is a JSON object with something in it", () => {
  expect(objectOf('{"a": 1}')).toEqual({ a: 1 });
  for (const text of ["{}", "[1]", "null", "1", "{", ""]) expect(objectOf(text)).toBeNull();
});

test("a review is done with its label or its decision", () => {
  const open = example({ a: 1 });
  expect(isDone(open)).toBe(false);
  expect(isDone({ ...open, decision: { verdict: "reject", edited: null, decided_at: "" } })).toBe(true);
  const pair = { source: "pair", decision: { preferred: "tie", decided_at: "" } } as PairReview;
  expect(isDone(pair)).toBe(true);
});
