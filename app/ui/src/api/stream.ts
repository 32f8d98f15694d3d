/** The events of an answer, from the bytes of a stream. */

import { createParser } from "eventsource-parser";

import { RequestFailed } from "./failure";
import type { Chunk } from "./types";

/**
 * Yields the chunks of an answer. Bytes may be cut anywhere, also inside a character.
 *
 * Ends at `data: [DONE]`, or where the stream ends after a chunk with a `finish_reason`.
 *
 * @throws RequestFailed "stream" for an error event, or an event that is no JSON; "closed" where the stream ends early
 */
export async function* answerChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Chunk, void, void> {
  let finished = false;
  for await (const data of eventData(body)) {
    if (data === "[DONE]") return;
    const chunk = readChunk(data);
    finished ||= chunk.choices.some((choice) => choice.finish_reason !== null);
    yield chunk;
  }
  if (!finished) throw new RequestFailed("closed");
}

async function* eventData(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const events: string[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event.data) });
  try {
    for (;;) {
      const { value, done } = await reader.read().catch((error: unknown) => {
        // A connection that breaks throws a TypeError that names no cause; an abort is the reader's own.
        throw error instanceof TypeError ? new RequestFailed("closed") : error;
      });
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* events.splice(0);
    }
  } finally {
    // Cancelling a stream that broke rejects with the error that reading it has thrown already.
    await reader.cancel().catch(() => undefined);
  }
}

function readChunk(data: string): Chunk {
  let event: Partial<Chunk> & { error?: { message?: string; code?: string } };
  try {
    event = JSON.parse(data) as typeof event;
  } catch {
    throw new RequestFailed("stream");
  }
  if (event.error) {
    throw new RequestFailed("stream", { message: event.error.message ?? "", code: event.error.code ?? "" });
  }
  return { choices: [], ...event } as Chunk;
}
