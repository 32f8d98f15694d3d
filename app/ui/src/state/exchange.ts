/** One question and its answer: a frozen state, and how the events of a stream change it. */

import type { Failure } from "../api/failure";
import type { AnswerEnd, AnswerStart, Chunk, Citation, FeedbackReason, Rating } from "../api/types";

/** What the service has said of an answer so far, the later over the earlier. */
export type About = Partial<AnswerStart & AnswerEnd>;

export type Phase = "searching" | "reading" | "writing" | "done" | "stopped" | "failed";

export interface Feedback {
  readonly rating: Rating;
  readonly reason: FeedbackReason | null;
  readonly comment: string;
}

export interface Exchange {
  /** Made by the client; sent as the idempotency key, so that a retry is the same answer. */
  readonly id: string;
  readonly question: string;
  /** When it was asked, in milliseconds since 1970. */
  readonly askedAt: number;
  readonly phase: Phase;
  /** The text of the answer so far, Markdown with markers such as `[1]`. */
  readonly content: string;
  readonly about: About;
  readonly failure: Failure | null;
  readonly feedback: Feedback | null;
}

/** What the answer turned out to be, once it is done. */
export type Outcome = "answer" | "refused" | "clarification" | "small_talk" | "empty_index";

export function newExchange(id: string, question: string, askedAt: number): Exchange {
  return { id, question, askedAt, phase: "searching", content: "", about: {}, failure: null, feedback: null };
}

/** The exchange after a further chunk of its stream. */
export function received(exchange: Exchange, chunk: Chunk): Exchange {
  const about = { ...exchange.about, ...chunk.groundwork };
  const content = exchange.content + chunk.choices.map((choice) => choice.delta.content ?? "").join("");
  const reading = about.passages?.length ? "reading" : "searching";
  return { ...exchange, about, content, phase: content ? "writing" : reading };
}

/** The same question, asked again: nothing of the failed attempt is left. */
export function retried(exchange: Exchange): Exchange {
  return newExchange(exchange.id, exchange.question, exchange.askedAt);
}

export function isRunning(exchange: Exchange): boolean {
  return exchange.phase === "searching" || exchange.phase === "reading" || exchange.phase === "writing";
}

export function outcomeOf({ about }: Exchange): Outcome {
  if (about.empty_index) return "empty_index";
  if (about.refused) return "refused";
  return about.kind === "clarification" || about.kind === "small_talk" ? about.kind : "answer";
}

/** The passage that a marker means; markers name numbers, not positions. */
export function passageOf({ about }: Exchange, index: number): Citation | undefined {
  return [...(about.passages ?? []), ...(about.citations ?? [])].find((passage) => passage.index === index);
}
