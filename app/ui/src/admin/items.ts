/** What the list and the forms of the review queue read from a review. */

import type { Review } from "./types";

const LONGEST = 200;

/** What a review is called in the list: its question; of an example its last words of a user, or its first text. */
export function titleOf(review: Review): string {
  if (review.source === "case") return review.case.question;
  if (review.source !== "example") return review.question;
  const asked = messagesOf(review.example).findLast(({ role }) => role === "user");
  const title = asked?.content ?? firstText(review.example) ?? JSON.stringify(review.example);
  return title.length > LONGEST ? `${title.slice(0, LONGEST)}…` : title;
}

/** Whether a person has said something of it. */
export function isDone(review: Review): boolean {
  return "label" in review ? review.label !== null : review.decision !== null;
}

/** The messages of an example in the form of OpenAI's chats; none of one in another form. */
export function messagesOf(example: Readonly<Record<string, unknown>>): readonly { role: string; content: string }[] {
  const { messages } = example;
  return Array.isArray(messages) && messages.every(isMessage) ? messages : [];
}

/** The JSON object that a text is; null for any other text. */
export function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function isMessage(value: unknown): value is { role: string; content: string } {
  if (typeof value !== "object" || value === null || !("role" in value) || !("content" in value)) return false;
  return typeof value.role === "string" && typeof value.content === "string";
}

function firstText(value: unknown): string | null {
  if (typeof value === "string") return value.trim() || null;
  if (typeof value !== "object" || value === null) return null;
  for (const part of Object.values(value)) {
    const found = firstText(part);
    if (found) return found;
  }
  return null;
}
