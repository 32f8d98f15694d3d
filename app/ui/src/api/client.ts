/** The requests to the service. */

import { bodyOf, failureOf, RequestFailed } from "./failure";
import { WidgetSession } from "./session";
import { answerChunks } from "./stream";
import type {
  Chunk,
  Citation,
  Configuration,
  DocumentList,
  DocumentText,
  FeedbackReason,
  IngestionJob,
  Message,
  Rating,
} from "./types";

/** The codes of a 401 that a new token can cure. */
const RENEWABLE = new Set(["session_expired", "invalid_token"]);

export class Client {
  /** The address of the service, with a slash at its end. */
  readonly service: string;
  /** Whether it asks for the visitors of a site. */
  readonly isForSite: boolean;
  private readonly session: WidgetSession | null;

  /** @param siteKey "" on the service's own page, which needs no token */
  constructor(service: string, siteKey: string) {
    this.service = service;
    this.isForSite = siteKey !== "";
    this.session = siteKey ? new WidgetSession(service, siteKey) : null;
  }

  async configuration(language: string, signal: AbortSignal): Promise<Configuration> {
    return (await this.json(`v1/configuration?language=${encodeURIComponent(language)}`, signal)) as Configuration;
  }

  /**
   * Asks, and yields the chunks of the answer as they come.
   *
   * @param messages oldest first
   * @param key names this question: a retry with the same key is the same answer
   * @param conversation the id that the service gave to the conversation; null for a new one
   * @throws RequestFailed; an abort comes out as the browser's AbortError
   */
  async *ask(
    messages: readonly Message[],
    key: string,
    signal: AbortSignal,
    conversation: string | null,
  ): AsyncGenerator<Chunk, void, void> {
    const response = await this.request("v1/chat/completions", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream", "Idempotency-Key": key },
      body: JSON.stringify({ messages, stream: true, ...(conversation ? { conversation_id: conversation } : {}) }),
      signal,
    });
    if (!response.body) throw new RequestFailed("closed");
    yield* answerChunks(response.body);
  }

  async feedback(answerId: string, rating: Rating | null, reason: FeedbackReason | null, comment: string): Promise<void> {
    await this.send("v1/feedback", { answer_id: answerId, rating, reason, comment: comment || null });
  }

  async search(query: string, signal: AbortSignal): Promise<readonly Citation[]> {
    const response = await this.send("v1/search", { query, top_k: 10 }, signal);
    return ((await bodyOf(response)) as { hits: Citation[] }).hits;
  }

  async document(id: string, signal: AbortSignal): Promise<DocumentText> {
    return (await this.json(`v1/documents/${pathOf(id)}`, signal)) as DocumentText;
  }

  /** The first pages of the documents as one list; `next_cursor` says whether there are more. */
  async documents(signal: AbortSignal, pages: number): Promise<DocumentList> {
    let list = (await this.json("v1/documents", signal)) as DocumentList;
    for (let page = 1; page < pages && list.next_cursor; page += 1) {
      const next = (await this.json(`v1/documents?cursor=${list.next_cursor}`, signal)) as DocumentList;
      list = { ...next, documents: [...list.documents, ...next.documents], unread: list.unread };
    }
    return list;
  }

  async removeDocument(id: string): Promise<void> {
    await this.request(`v1/documents/${pathOf(id)}`, { method: "DELETE" });
  }

  async job(id: string, signal: AbortSignal): Promise<IngestionJob> {
    return (await this.json(`v1/ingest/jobs/${encodeURIComponent(id)}`, signal)) as IngestionJob;
  }

  /** Where the file of a document is, as it was given to the service. */
  originalAddress(id: string, page: number | null): string {
    return `${this.service}v1/documents/${pathOf(id)}/original${page ? `#page=${page}` : ""}`;
  }

  async json(path: string, signal: AbortSignal): Promise<unknown> {
    return bodyOf(await this.request(path, { signal }));
  }

  send(path: string, body: object, signal?: AbortSignal): Promise<Response> {
    return this.request(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
  }

  /** Sends a request; a token that has expired is renewed once. */
  protected async request(path: string, options: RequestInit): Promise<Response> {
    const response = await this.fetch(path, options);
    if (response.ok) return response;
    const failed = await failureOf(response, Date.now());
    if (response.status !== 401 || !this.session || !RENEWABLE.has(failed.failure.code)) throw failed;
    this.session.forget();
    const again = await this.fetch(path, options);
    if (!again.ok) throw await failureOf(again, Date.now());
    return again;
  }

  protected async fetch(path: string, options: RequestInit): Promise<Response> {
    try {
      const credentials = await this.session?.headers();
      const headers = { ...(options.headers as Record<string, string> | undefined), ...credentials };
      // The page of a site never sends its visitors' cookies here, nor takes any.
      return await fetch(this.service + path, {
        ...options,
        headers,
        credentials: this.session ? "omit" : "same-origin",
      });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new RequestFailed(navigator.onLine ? "network" : "offline");
    }
  }
}

/** A document's id as a path: its slashes are kept. */
export function pathOf(id: string): string {
  return id.split("/").map(encodeURIComponent).join("/");
}
