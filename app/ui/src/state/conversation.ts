/** The conversation: asks, stops, tries again, and tells its listeners. */

import type { Client } from "../api/client";
import { RequestFailed } from "../api/failure";
import type { Message } from "../api/types";
import { newId } from "./id";
import { type Exchange, type Feedback, isRunning, newExchange, received, retried } from "./exchange";

/** How long a hidden tab, which draws no frames, waits before it tells its listeners. */
const HIDDEN_MILLISECONDS = 100;

/** The exchanges, oldest first. Listeners are called at most once a frame. */
export class Conversation {
  private readonly client: Client;
  private readonly listeners = new Set<() => void>();
  private running: AbortController | null = null;
  private cancelPending: (() => void) | null = null;
  exchanges: readonly Exchange[];

  constructor(client: Client, exchanges: readonly Exchange[] = []) {
    this.client = client;
    // An answer that was being written when the page was left did not come to its end.
    this.exchanges = exchanges.map((one) => (isRunning(one) ? { ...one, phase: "stopped" } : one));
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get isAnswering(): boolean {
    return this.running !== null;
  }

  /** Asks; does nothing while another answer is being written. Resolves when the answer has ended, however it did. */
  async ask(question: string): Promise<void> {
    const text = question.trim();
    if (!text || this.running) return;
    // A failed question without a word of answer gives its place to the next one.
    const kept = this.exchanges.filter((one) => one.phase !== "failed" || one.content);
    const exchange = newExchange(newId(), text, Date.now());
    this.exchanges = [...kept, exchange];
    await this.run(exchange);
  }

  /** Asks a question again whose answer did not come to its end. */
  async retry(id: string): Promise<void> {
    const exchange = this.exchanges.find((one) => one.id === id);
    if (!exchange || this.running) return;
    const again = retried(exchange);
    this.replace(again);
    await this.run(again);
  }

  stop(): void {
    this.running?.abort();
  }

  /** Shows other exchanges, or none; an answer that is being written here is given up. */
  restart(exchanges: readonly Exchange[] = []): void {
    this.stop();
    this.running = null;
    this.exchanges = exchanges;
    this.tell();
  }

  /** Sends what a person thinks of an answer; null takes it back. @throws RequestFailed, and the feedback is as before */
  async rate(id: string, feedback: Feedback | null): Promise<void> {
    const before = this.exchanges.find((one) => one.id === id);
    if (!before?.about.answer_id) return;
    this.replace({ ...before, feedback });
    this.tell();
    try {
      const { rating = null, reason = null, comment = "" } = feedback ?? {};
      await this.client.feedback(before.about.answer_id, rating, reason, comment);
    } catch (error) {
      const now = this.exchanges.find((one) => one.id === id);
      // What was given since then is not taken back.
      if (now?.feedback === feedback) this.replace({ ...now, feedback: before.feedback });
      this.tell();
      throw error;
    }
  }

  private async run(started: Exchange): Promise<void> {
    const controller = new AbortController();
    this.running = controller;
    let exchange = started;
    this.tell();
    try {
      const chunks = this.client.ask(this.messages(started), started.id, controller.signal, this.id);
      for await (const chunk of chunks) {
        exchange = received(exchange, chunk);
        if (this.running !== controller) return;
        this.replace(exchange);
        this.tellSoon();
      }
      if (!exchange.content.trim()) throw new RequestFailed("empty");
      exchange = { ...exchange, phase: "done" };
    } catch (error) {
      exchange = interrupted(exchange, controller.signal, error);
      if (exchange.failure && !(error instanceof RequestFailed)) throw error;
    } finally {
      if (this.running === controller) {
        this.running = null;
        this.replace(exchange);
        this.tell();
      }
    }
  }

  /** The id that the service gave to the conversation; null before it has answered. */
  private get id(): string | null {
    return this.exchanges.findLast((one) => one.about.conversation_id)?.about.conversation_id ?? null;
  }

  /** What the service needs to understand a question: the exchanges before it that have an answer, and itself. */
  private messages(asked: Exchange): Message[] {
    const before = this.exchanges.slice(0, this.exchanges.findIndex((one) => one.id === asked.id));
    const turns = before
      .filter((one) => one.content && one.phase !== "failed")
      .flatMap((one): Message[] => [
        { role: "user", content: one.question },
        { role: "assistant", content: one.content },
      ]);
    return [...turns, { role: "user", content: asked.question }];
  }

  private replace(exchange: Exchange): void {
    this.exchanges = this.exchanges.map((one) => (one.id === exchange.id ? exchange : one));
  }

  private tellSoon(): void {
    if (this.cancelPending) return;
    if (document.hidden) {
      const timer = setTimeout(() => this.tell(), HIDDEN_MILLISECONDS);
      this.cancelPending = () => clearTimeout(timer);
    } else {
      const frame = requestAnimationFrame(() => this.tell());
      this.cancelPending = () => cancelAnimationFrame(frame);
    }
  }

  private tell(): void {
    this.cancelPending?.();
    this.cancelPending = null;
    for (const listener of this.listeners) listener();
  }
}

/** The exchange as it ends without the end of its answer. An error that is not the service's breaks the answer off, too. */
function interrupted(exchange: Exchange, signal: AbortSignal, error: unknown): Exchange {
  if (signal.aborted) return { ...exchange, phase: "stopped" };
  const { failure } = error instanceof RequestFailed ? error : new RequestFailed("stream");
  return { ...exchange, phase: "failed", failure };
}
