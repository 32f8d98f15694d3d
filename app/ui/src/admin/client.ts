/** The requests of the administration. */

import { Client } from "../api/client";
import { bodyOf, failureOf } from "../api/failure";
import type {
  CorpusHealth,
  ExperimentFound,
  ExperimentList,
  Gaps,
  JobList,
  ReviewLabel,
  AnswerReview,
  CaseMade,
  Decision,
  ItemReview,
  Quality,
  Readiness,
  Review,
  ReviewPage,
  ReviewSource,
  ReviewState,
} from "./types";

export class AdminClient extends Client {
  constructor(service: string) {
    super(service, "");
  }

  async jobs(signal: AbortSignal): Promise<JobList> {
    return (await this.json("v1/ingest/jobs", signal)) as JobList;
  }

  async cancelJob(id: string): Promise<void> {
    await this.request(`v1/ingest/jobs/${encodeURIComponent(id)}`, { method: "DELETE" });
  }

  async gaps(days: number, signal: AbortSignal): Promise<Gaps> {
    return (await this.json(`v1/gaps?days=${days}`, signal)) as Gaps;
  }

  async quality(days: number, signal: AbortSignal): Promise<Quality> {
    return (await this.json(`v1/quality?days=${days}`, signal)) as Quality;
  }

  async experiments(signal: AbortSignal): Promise<ExperimentList> {
    return (await this.json("v1/experiments", signal)) as ExperimentList;
  }

  async experiment(name: string, signal: AbortSignal): Promise<ExperimentFound> {
    return (await this.json(`v1/experiments/${encodeURIComponent(name)}`, signal)) as ExperimentFound;
  }

  async corpusHealth(signal: AbortSignal): Promise<CorpusHealth> {
    return (await this.json("v1/corpus-health", signal)) as CorpusHealth;
  }

  /** A service that is not ready says why, with the status 503. */
  async readiness(signal: AbortSignal): Promise<Readiness> {
    const response = await this.fetch("ready", { signal });
    if (response.ok || response.status === 503) return (await bodyOf(response)) as Readiness;
    throw await failureOf(response, Date.now());
  }

  /** @param source "" for every source; @param cursor where a page goes on, "" for the first one */
  async reviews(state: ReviewState, source: ReviewSource | "", cursor: string, signal: AbortSignal): Promise<ReviewPage> {
    const query = new URLSearchParams({ state, limit: "50" });
    if (source) query.set("source", source);
    if (cursor) query.set("cursor", cursor);
    return (await this.json(`v1/reviews?${query.toString()}`, signal)) as ReviewPage;
  }

  /** One review, whatever its state. */
  async review(id: string, signal: AbortSignal): Promise<Review> {
    return (await this.json(`v1/reviews/${encodeURIComponent(id)}`, signal)) as Review;
  }

  /** Keeps a label; a further one replaces it. */
  async label(id: string, label: ReviewLabel): Promise<AnswerReview> {
    return (await bodyOf(await this.put(`v1/reviews/${encodeURIComponent(id)}/label`, label))) as AnswerReview;
  }

  /** Keeps a decision about an item; a further one replaces it. */
  async decide(id: string, decision: Decision): Promise<ItemReview> {
    return (await bodyOf(await this.put(`v1/reviews/${encodeURIComponent(id)}/decision`, decision))) as ItemReview;
  }

  /** Makes a gold case of a review that has a label. */
  async makeCase(id: string): Promise<CaseMade> {
    const response = await this.send(`v1/reviews/${encodeURIComponent(id)}/case`, {});
    return (await bodyOf(response)) as CaseMade;
  }

  private put(path: string, body: object): Promise<Response> {
    return this.request(path, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  }
}
