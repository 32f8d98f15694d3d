import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { Client } from "../../src/api/client";
import type { Chunk } from "../../src/api/types";
import { Conversation } from "../../src/state/conversation";
import { Current } from "../../src/state/current";
import { History } from "../../src/state/history";
import { Storage } from "../../src/state/storage";
import { chunk, exchange } from "../builders";

/** A service that answers when it is released. */
class Answers {
  private release: (() => void)[] = [];

  readonly client = {
    ask: (_: unknown, __: unknown, signal: AbortSignal) => this.answer(signal),
  } as unknown as Client;

  finish(): void {
    for (const release of this.release.splice(0)) release();
  }

  private async *answer(signal: AbortSignal): AsyncGenerator<Chunk> {
    yield chunk("27 ");
    await new Promise<void>((resolve, reject) => {
      this.release.push(resolve);
      signal.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
    });
    yield chunk("days.", { finish: true });
  }
}

let answers: Answers;
let conversation: Conversation;
let history: History;
let current: Current;
let stop: () => void;
const gone = vi.fn();

const storage = (): Storage => new Storage("browser", "site");
const kept = (id: string) => storage().find(id)?.exchanges;

async function asked(question: string): Promise<void> {
  const ended = conversation.ask(question);
  await new Promise((resolve) => setTimeout(resolve));
  answers.finish();
  await ended;
}

beforeEach(() => {
  localStorage.clear();
  gone.mockClear();
  answers = new Answers();
  conversation = new Conversation(answers.client);
  history = new History(storage());
  current = new Current(conversation, history, gone);
  stop = current.follow();
});
afterEach(() => stop());

describe("the conversation that is shown", () => {
  test("is kept with its answer", async () => {
    await asked("How many days?");
    expect(kept(current.id)?.map(({ phase, content }) => [phase, content])).toEqual([["done", "27 days."]]);
  });

  test("is kept as soon as a question is asked, and not for every word", async () => {
    const keep = vi.spyOn(history, "keep");
    const ended = conversation.ask("How many days?");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(kept(current.id)?.[0]?.question).toBe("How many days?");
    answers.finish();
    await ended;
    expect(keep).toHaveBeenCalledTimes(2);
  });

  test("is not kept while it is empty", () => {
    current.startNew();
    expect(history.conversations).toEqual([]);
  });

  test("is one of the history that is opened, and goes on there", async () => {
    await asked("One?");
    const first = current.id;
    current.startNew();
    expect(conversation.exchanges).toEqual([]);
    await asked("Two?");
    expect(current.open(first)).toBe(true);
    await asked("Three?");
    expect(kept(first)?.map(({ question }) => question)).toEqual(["One?", "Three?"]);
    expect(history.conversations).toHaveLength(2);
  });

  test("stays when there is none with the id", async () => {
    await asked("One?");
    expect(current.open("unknown")).toBe(false);
    expect(conversation.exchanges).toHaveLength(1);
  });

  test("is kept with the part of an answer that was there when it is left", async () => {
    const { id } = current;
    void conversation.ask("How many days?");
    await new Promise((resolve) => setTimeout(resolve, 50));
    current.startNew();
    await new Promise((resolve) => setTimeout(resolve));
    expect(kept(id)?.map(({ phase, content }) => [phase, content])).toEqual([["stopped", "27 "]]);
    expect(conversation.isAnswering).toBe(false);
  });

  test("takes over what another tab adds to it, and tells when another tab removes it", async () => {
    await asked("One?");
    const { id } = current;
    const other = { id, name: "", changedAt: 9, exchanges: [...(kept(id) ?? []), exchange({ id: "2", question: "Two?" })] };
    storage().keep(other);
    window.dispatchEvent(new StorageEvent("storage", { key: `groundwork:2:site:${id}` }));
    expect(conversation.exchanges.map(({ question }) => question)).toEqual(["One?", "Two?"]);
    storage().remove(id);
    window.dispatchEvent(new StorageEvent("storage", { key: `groundwork:2:site:${id}` }));
    expect(gone).toHaveBeenCalledOnce();
  });

  test("joins what another tab adds while an answer is being written here", async () => {
    await asked("One?");
    const { id } = current;
    const before = kept(id) ?? [];
    const ended = conversation.ask("Three?");
    await new Promise((resolve) => setTimeout(resolve));
    storage().keep({ id, name: "", changedAt: 9, exchanges: [...before, exchange({ id: "2", question: "Two?", askedAt: 1 })] });
    window.dispatchEvent(new StorageEvent("storage", { key: `groundwork:2:site:${id}` }));
    expect(conversation.isAnswering).toBe(true);
    answers.finish();
    await ended;
    expect(kept(id)?.map(({ question }) => question).sort()).toEqual(["One?", "Three?", "Two?"]);
    expect(conversation.exchanges).toHaveLength(3);
  });
});
