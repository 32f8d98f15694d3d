/** Values of the API for tests: complete, and changed where a test says so. */

import type { Chunk, Citation, Flag, Report } from "../src/api/types";
import { type About, type Exchange, newExchange } from "../src/state/exchange";

export function citation(index: number, changes: Partial<Citation> = {}): Citation {
  return {
    index,
    document_id: "leave.md",
    document_name: "Leave",
    chunk_id: `chunk-${index}`,
    text: "You have 27 days of annual leave.",
    score: 0.81,
    section: "Leave > Annual leave",
    page: null,
    url: null,
    start: 0,
    end: 33,
    ...changes,
  };
}

export function chunk(content: string, changes: { groundwork?: About; finish?: boolean } = {}): Chunk {
  return {
    id: "answer-1",
    object: "chat.completion.chunk",
    created: 0,
    model: "groundwork",
    choices: [
      { index: 0, delta: { role: null, content: content || null }, finish_reason: changes.finish ? "stop" : null },
    ],
    usage: null,
    groundwork: (changes.groundwork ?? null) as Chunk["groundwork"],
  };
}

export function flag(changes: Partial<Flag> = {}): Flag {
  return {
    start: 0,
    end: 2,
    text: "30",
    reason: "number_mismatch",
    severity: "hard",
    confidence: 0.9,
    evidence: null,
    ...changes,
  };
}

export function report(changes: Partial<Report> = {}): Report {
  return { supported: true, score: 1, flags: [], sentences: [], unjudged: [], ...changes };
}

export function exchange(changes: Partial<Exchange> = {}): Exchange {
  return { ...newExchange("exchange-1", "How many days?", 0), phase: "done", content: "27 days [1].", ...changes };
}

/** A stream of these texts, each in one piece. */
export function streamOf(pieces: readonly (string | Uint8Array)[], error?: Error): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : piece);
      if (error) controller.error(error);
      else controller.close();
    },
  });
}

export function event(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}
