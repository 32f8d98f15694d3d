import { describe, expect, test } from "vitest";

import { RequestFailed } from "../../src/api/failure";
import { answerChunks } from "../../src/api/stream";
import type { Chunk } from "../../src/api/types";
import { chunk, event, streamOf } from "../builders";

const ANSWER = [chunk("Fünf "), chunk("Tage 🏖️"), chunk("", { finish: true })];
const WHOLE = `: ping\n\n${ANSWER.map(event).join("")}data: [DONE]\n\n`;

async function read(body: ReadableStream<Uint8Array>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const one of answerChunks(body)) chunks.push(one);
  return chunks;
}

async function failureOfReading(body: ReadableStream<Uint8Array>): Promise<RequestFailed> {
  return read(body).then(
    () => expect.unreachable(),
    (error: unknown) => error as RequestFailed,
  );
}

describe("the stream of an answer", () => {
  test("is read the same at every split of its bytes", async () => {
    const bytes = new TextEncoder().encode(WHOLE);
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(await read(streamOf([bytes.slice(0, at), bytes.slice(at)]))).toEqual(ANSWER);
    }
  });

  test("is read the same a byte at a time", async () => {
    const bytes = new TextEncoder().encode(WHOLE);
    expect(await read(streamOf(Array.from(bytes, (byte) => Uint8Array.of(byte))))).toEqual(ANSWER);
  });

  test.each(["\r\n", "\r"])("may end its lines with %j", async (lineEnd) => {
    expect(await read(streamOf([WHOLE.replaceAll("\n", lineEnd)]))).toEqual(ANSWER);
  });

  test("may end without [DONE] after its finish chunk", async () => {
    expect(await read(streamOf(ANSWER.map(event)))).toEqual(ANSWER);
  });

  test("ends at [DONE], whatever follows", async () => {
    expect(await read(streamOf([WHOLE, event(chunk("more"))]))).toEqual(ANSWER);
  });

  test("was cut where it ends before the answer does", async () => {
    const failed = await failureOfReading(streamOf([event(chunk("Five"))]));
    expect(failed.failure.kind).toBe("closed");
  });

  test("was cut where the connection breaks", async () => {
    const failed = await failureOfReading(streamOf([event(chunk("Five"))], new TypeError("network error")));
    expect(failed.failure.kind).toBe("closed");
  });

  test("fails with the message of an error event", async () => {
    const failed = await failureOfReading(streamOf([event({ error: { message: "The index is gone.", code: "x" } })]));
    expect(failed.failure).toMatchObject({ kind: "stream", message: "The index is gone.", code: "x" });
  });

  test("fails at an event that is no JSON, and shows nothing of it", async () => {
    const failed = await failureOfReading(streamOf(["data: <html>\n\n"]));
    expect(failed.failure).toMatchObject({ kind: "stream", message: "" });
  });
});
