/**
 * One question to the service, and its answer as it streams: Server-Sent Events over fetch.
 */

/**
 * Why a question got no whole answer.
 *
 * `kind` is "network" (nothing answered), "status" (an HTTP error; `status` says which), "stream" (the
 * service said so in the middle of an answer), "closed" (the connection ended before the answer did) or
 * "empty" (it ended, without a word).
 */
export class AskError extends Error {
  /**
   * @param {"network"|"status"|"stream"|"closed"|"empty"} kind
   * @param {string} message what the service said, "" when it said nothing
   * @param {number} [status]
   */
  constructor(kind, message, status = 0) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

/**
 * Asks, and yields the chunks of the answer as they come (OpenAI chunk objects, some with a `groundwork`
 * field).
 *
 * Ends after `data: [DONE]`, or when the stream ends behind a chunk with a `finish_reason`. An abort by
 * `signal` comes out as fetch's own AbortError.
 *
 * @param {{role: "user"|"assistant", content: string}[]} messages oldest first
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<any, void, void>}
 * @throws {AskError}
 */
export async function* chat(messages, signal) {
  const response = await post("v1/chat/completions", { messages, stream: true }, signal);
  let finished = false;
  try {
    for await (const data of serverSentEvents(response.body)) {
      if (data === "[DONE]") return;
      const chunk = readChunk(data);
      if (chunk.error) throw new AskError("stream", chunk.error.message ?? "");
      finished ||= Boolean(chunk.choices?.[0]?.finish_reason);
      yield chunk;
    }
  } catch (error) {
    // A fetch that breaks while its body is read throws a TypeError that names no cause.
    if (error instanceof TypeError && !signal.aborted) throw new AskError("closed", "");
    throw error;
  }
  if (!finished) throw new AskError("closed", "");
}

/**
 * @param {string} path
 * @param {object} body
 * @param {AbortSignal} signal
 * @returns {Promise<{body: ReadableStream<Uint8Array>}>}
 */
async function post(path, body, signal) {
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal }).catch(
    (error) => {
      if (signal.aborted) throw error;
      throw new AskError("network", "");
    },
  );
  if (!response.ok) throw new AskError("status", await errorMessage(response), response.status);
  if (!response.body) throw new AskError("closed", "");
  return { body: response.body };
}

/**
 * The message of OpenAI's error shape, or "" where the body is something else (a proxy's page, say).
 *
 * @param {Response} response
 */
async function errorMessage(response) {
  const text = await response.text();
  if (!response.headers.get("Content-Type")?.includes("json")) return "";
  try {
    return String(JSON.parse(text).error?.message ?? "");
  } catch {
    return "";
  }
}

/** @param {string} data */
function readChunk(data) {
  try {
    return JSON.parse(data);
  } catch {
    throw new AskError("stream", `A part of the answer could not be read: ${data.slice(0, 80)}`);
  }
}

/**
 * The `data` of each event in a byte stream. Chunks may end anywhere, also inside a character.
 *
 * @param {ReadableStream<Uint8Array>} stream cancelled when the caller stops reading
 * @returns {AsyncGenerator<string, void, void>}
 */
export async function* serverSentEvents(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // Cancelling a stream that broke rejects with the error that reading it has thrown already.
    reader.cancel().catch(() => undefined);
  }
}

/**
 * The event stream format of the HTML standard, as far as this page needs it: `data` lines and comments.
 * Names, ids and retry times are read over.
 */
export class EventParser {
  constructor() {
    this.pending = "";
    /** @type {string[]} */
    this.data = [];
  }

  /**
   * @param {string} text the next piece of the stream
   * @returns {string[]} the data of the events that it completes
   */
  push(text) {
    this.pending += text;
    const events = [];
    let read = 0;
    // A "\r" at the very end may be half of "\r\n": it waits for what follows.
    for (const lineEnd of this.pending.matchAll(/\r\n|\n|\r(?=[^])/g)) {
      const line = this.pending.slice(read, lineEnd.index);
      read = lineEnd.index + lineEnd[0].length;
      if (line === "") events.push(...this.dispatch());
      else if (line === "data") this.data.push("");
      else if (line.startsWith("data:")) this.data.push(line.slice(line[5] === " " ? 6 : 5));
    }
    this.pending = this.pending.slice(read);
    return events;
  }

  dispatch() {
    if (this.data.length === 0) return [];
    const event = this.data.join("\n");
    this.data = [];
    return [event];
  }
}
