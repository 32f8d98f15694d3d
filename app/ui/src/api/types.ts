/** The values of the HTTP API, by the names that the interface uses. They come from the service's own OpenAPI document. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type AccessState = Schemas["AccessState"];
export type Citation = Schemas["Citation"];
export type Configuration = Schemas["Configuration"];
export type Conflict = Schemas["Conflict"];
export type DocumentText = Schemas["DocumentText"];
export type DocumentList = Schemas["DocumentList"];
export type Flag = Schemas["Flag"];
export type FlagReason = Flag["reason"];
export type UnjudgedReason = Schemas["Unjudged"]["reason"];
export type Report = Schemas["Report"];
export type AnswerStart = Schemas["AnswerStart"];
export type AnswerEnd = Schemas["AnswerEnd"];
export type Chunk = Schemas["ChatCompletionChunk"];
export type DegradedReason = NonNullable<AnswerEnd["degraded_reason"]>;

/** One message of a conversation, oldest first in a request. */
export interface Message {
  readonly role: "user" | "assistant";
  readonly content: string;
}

export type IngestionJob = Schemas["IngestionJob"];
export type DocumentRow = Schemas["DocumentRow"];
export type UnreadUpload = Schemas["UnreadUpload"];
export type UploadsQueued = Schemas["UploadsQueued"];
export type Rating = NonNullable<Schemas["Feedback"]["rating"]>;
export type FeedbackReason = NonNullable<Schemas["Feedback"]["reason"]>;
