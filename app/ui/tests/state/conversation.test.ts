import { describe, expect, test, vi } from "vitest";

import type { Client } from "../../src/api/client";
import { RequestFailed } from "../../src/api/failure";
import type { Chunk, Message } from "../../src/api/types";
import { Conversation } from "../../src/state/conversation";
import { chunk, citation, exchange } from "../builders";

interface Asked {
  readonly messages: readonly Message[];
  readonly key: string;
  readonly conversation: string | null;
}

/** A client that gives each question the next of these answers. */
function scripted(...answers: (() => AsyncGenerator<Chunk, void, void>)[]) {
  const asked: Asked[] = [];
  const feedback = vi.fn(() => Promise.resolve());
  const ask = (messages: readonly Message[], key: string, _: AbortSignal, conversation: string | null) => {
    asked.push({ messages, key, conversation });
    const answer = answers.shift();
    if (!answer) throw new Error("not scripted");
    return answer();
  };
  return { client: { ask, feedback } as unknown as Client, asked, feedback };
}

async function* whole(): AsyncGenerator<Chunk, void, void> {
  yield chunk("", { groundwork: { answer_id: "a1", conversation_id: "c1", passages: [citation(1)] } });
  yield chunk("27 days ");
  yield chunk("[1].");
  await Promise.resolve();
  yield chunk("", { finish: true, groundwork: { kind: "answer", citations: [citation(1)] } });
}

async function* cut(): AsyncGenerator<Chunk, void, void> {
  yield chunk("27 da");
  await Promise.resolve();
  throw new RequestFailed("closed");
}

async function* silent(): AsyncGenerator<Chunk, void, void> {
  await Promise.resolve();
  yield chunk("", { finish: true });
}

describe("a conversation", () => {
  test("keeps the whole answer with what the service said of it", async () => {
    const { client } = scripted(whole);
    const conversation = new Conversation(client);
    await conversation.ask("  How many days?  ");
    const [one] = conversation.exchanges;
    expect(one).toMatchObject({ question: "How many days?", phase: "done", content: "27 days [1].", failure: null });
    expect(one?.about).toMatchObject({ answer_id: "a1", kind: "answer", passages: [citation(1)] });
  });

  test("sends the answered turns before a question, and not those that failed", async () => {
    const { client, asked } = scripted(whole, cut, whole);
    const conversation = new Conversation(client);
    for (const question of ["one", "two", "three"]) await conversation.ask(question);
    expect(asked[2]?.messages.map((message) => message.content)).toEqual(["one", "27 days [1].", "three"]);
    // The service has given the conversation its id with the first answer.
    expect(asked.map((one) => one.conversation)).toEqual([null, "c1", "c1"]);
  });

  test("keeps the part of an answer whose stream was cut, and tries again under the same key", async () => {
    const { client, asked } = scripted(cut, whole);
    const conversation = new Conversation(client);
    await conversation.ask("How many days?");
    const [failed] = conversation.exchanges;
    expect(failed).toMatchObject({ phase: "failed", content: "27 da", failure: { kind: "closed" } });
    await conversation.retry(failed?.id ?? "");
    expect(conversation.exchanges).toHaveLength(1);
    expect(conversation.exchanges[0]).toMatchObject({ phase: "done", content: "27 days [1].", failure: null });
    expect(asked[1]?.key).toBe(asked[0]?.key);
  });

  test("takes an answer without a word for a failure, and the next question in its place", async () => {
    const { client } = scripted(silent, whole);
    const conversation = new Conversation(client);
    await conversation.ask("one");
    expect(conversation.exchanges[0]?.failure?.kind).toBe("empty");
    await conversation.ask("two");
    expect(conversation.exchanges.map((one) => one.question)).toEqual(["two"]);
  });

  test("asks one question at a time, and no empty one", async () => {
    const { client, asked } = scripted(whole);
    const conversation = new Conversation(client);
    await Promise.all([conversation.ask("one"), conversation.ask("two"), conversation.ask("   ")]);
    expect(asked).toHaveLength(1);
  });

  test("stops, and keeps what was written", async () => {
    let stopped = (): void => undefined;
    async function* endless(): AsyncGenerator<Chunk, void, void> {
      yield chunk("27 ");
      await new Promise<void>((resolve) => (stopped = resolve));
      throw new DOMException("aborted", "AbortError");
    }
    const { client } = scripted(endless);
    const conversation = new Conversation(client);
    const asking = conversation.ask("one");
    await vi.waitFor(() => expect(conversation.exchanges[0]?.content).toBe("27 "));
    conversation.stop();
    stopped();
    await asking;
    expect(conversation.exchanges[0]).toMatchObject({ phase: "stopped", content: "27 ", failure: null });
    expect(conversation.isAnswering).toBe(false);
  });

  test("forgets the answer that is being written when it is restarted", async () => {
    const { client } = scripted(whole);
    const conversation = new Conversation(client);
    const asking = conversation.ask("one");
    conversation.restart();
    await asking;
    expect(conversation.exchanges).toEqual([]);
  });

  test("shows an answer as stopped that the page was left in the middle of", () => {
    const { client } = scripted();
    const [one] = new Conversation(client, [exchange({ phase: "writing", content: "27" })]).exchanges;
    expect(one?.phase).toBe("stopped");
  });

  test("tells its listeners once a frame, and at once when an answer has ended", async () => {
    const { client } = scripted(whole);
    const conversation = new Conversation(client);
    const listener = vi.fn();
    conversation.subscribe(listener);
    await conversation.ask("one");
    expect(listener.mock.calls.length).toBeLessThanOrEqual(3);
    expect(conversation.exchanges[0]?.phase).toBe("done");
  });

  test("sends feedback, and takes it back where the service does not accept it", async () => {
    const { client, feedback } = scripted();
    const conversation = new Conversation(client, [exchange({ about: { answer_id: "a1" } })]);
    await conversation.rate("exchange-1", { rating: "down", reason: "wrong", comment: "no" });
    expect(feedback).toHaveBeenLastCalledWith("a1", "down", "wrong", "no");
    expect(conversation.exchanges[0]?.feedback?.rating).toBe("down");
    feedback.mockRejectedValueOnce(new RequestFailed("network"));
    await expect(conversation.rate("exchange-1", null)).rejects.toThrow();
    expect(conversation.exchanges[0]?.feedback?.rating).toBe("down");
  });

  test("keeps feedback that was given while an earlier one was refused", async () => {
    const { client, feedback } = scripted();
    const conversation = new Conversation(client, [exchange({ about: { answer_id: "a1" } })]);
    feedback.mockRejectedValueOnce(new RequestFailed("network"));
    const first = conversation.rate("exchange-1", { rating: "up", reason: null, comment: "" });
    const second = conversation.rate("exchange-1", { rating: "down", reason: null, comment: "" });
    await expect(first).rejects.toThrow();
    await second;
    expect(conversation.exchanges[0]?.feedback?.rating).toBe("down");
  });

  test("ends an answer that breaks off for a reason that is not the service's", async () => {
    async function* broken(): AsyncGenerator<Chunk, void, void> {
      yield chunk("27 ");
      await Promise.resolve();
      throw new Error("a mistake");
    }
    const { client } = scripted(broken);
    const conversation = new Conversation(client);
    await expect(conversation.ask("one")).rejects.toThrow("a mistake");
    expect(conversation.exchanges[0]).toMatchObject({ phase: "failed", content: "27 ", failure: { kind: "stream" } });
    expect(conversation.isAnswering).toBe(false);
  });
});
