/** Adding documents: files are sent, then the service reads them in a job, whose progress is asked for until its end. */

import type { Client } from "../api/client";
import { bodyOf, type Failure, failureOf, RequestFailed } from "../api/failure";
import type { IngestionJob, UploadsQueued } from "../api/types";
import { mayPass } from "../state/attempts";
import { newId } from "../state/id";

const POLL_MILLISECONDS = 700;
/** After a request that failed and may succeed later. */
const RETRY_MILLISECONDS = 3000;

/** What has come of some files that were added together. */
export interface Upload {
  readonly id: string;
  readonly names: readonly string[];
  /** Sending, then read by a job; `ended` with a job that has ended, or with a failure. */
  readonly phase: "sending" | "reading" | "ended";
  /** How much is sent, 0 to 1. */
  readonly sent: number;
  readonly queued: UploadsQueued | null;
  readonly job: IngestionJob | null;
  readonly failure: Failure | null;
}

/** The uploads of this tab, the newest first. They go on while another view is shown. */
export class Uploads {
  private readonly client: Client;
  private readonly changed: () => void;
  private readonly listeners = new Set<() => void>();
  private readonly running = new Map<string, AbortController>();
  list: readonly Upload[] = [];

  /** @param changed called when documents may have changed */
  constructor(client: Client, changed: () => void) {
    this.client = client;
    this.changed = changed;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Resolves when the upload has ended, however it did. */
  async add(files: readonly File[], isReplacing: boolean): Promise<void> {
    if (!files.length) return;
    const id = newId();
    const names = files.map((file) => file.name);
    const controller = new AbortController();
    this.running.set(id, controller);
    this.list = [{ id, names, phase: "sending", sent: 0, queued: null, job: null, failure: null }, ...this.list];
    this.tell();
    try {
      const queued = await send(this.client, files, isReplacing, (sent) => this.change(id, { sent }), controller.signal);
      this.change(id, { phase: "reading", sent: 1, queued });
      this.changed();
      await this.watch(id, queued.job_id, controller.signal);
      this.change(id, { phase: "ended" });
      this.changed();
    } catch (error) {
      if (controller.signal.aborted) this.remove(id);
      else if (error instanceof RequestFailed) this.change(id, { phase: "ended", failure: error.failure });
      else throw error;
    } finally {
      this.running.delete(id);
    }
  }

  /** Cancels an upload whose files are being sent, or forgets one that has ended. */
  dismiss(id: string): void {
    const running = this.running.get(id);
    if (running) running.abort();
    else this.remove(id);
  }

  private async watch(id: string, jobId: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const job = await this.client.job(jobId, signal).catch((error: unknown) => {
        if (error instanceof RequestFailed && mayPass(error.failure)) return null;
        throw error;
      });
      if (job) this.change(id, { job });
      if (job && job.status !== "queued" && job.status !== "running") return;
      await new Promise((resolve) => setTimeout(resolve, job ? POLL_MILLISECONDS : RETRY_MILLISECONDS));
      signal.throwIfAborted();
    }
  }

  private change(id: string, changes: Partial<Upload>): void {
    this.list = this.list.map((one) => (one.id === id ? { ...one, ...changes } : one));
    this.tell();
  }

  private remove(id: string): void {
    this.list = this.list.filter((one) => one.id !== id);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Sends files. `fetch` does not say how much of a request is sent. @throws RequestFailed, or the signal's AbortError */
function send(
  client: Client,
  files: readonly File[],
  isReplacing: boolean,
  progress: (sent: number) => void,
  signal: AbortSignal,
): Promise<UploadsQueued> {
  const form = new FormData();
  for (const file of files) form.append("files", file);
  form.append("replace", String(isReplacing));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${client.service}v1/documents`);
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onload = () => {
      const response = responseOf(request);
      if (response.ok) bodyOf(response).then((queued) => resolve(queued as UploadsQueued), reject);
      else void failureOf(response, Date.now()).then(reject);
    };
    request.onerror = () => reject(new RequestFailed(navigator.onLine ? "network" : "offline"));
    request.onabort = () => reject(new DOMException("The upload was cancelled.", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

function responseOf(request: XMLHttpRequest): Response {
  const retryAfter = request.getResponseHeader("Retry-After");
  const headers: HeadersInit = retryAfter ? { "Retry-After": retryAfter } : {};
  return new Response(request.responseText, { status: request.status, headers });
}
