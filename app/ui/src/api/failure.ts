/** Why a request did not succeed, and how a person can go on. */

export type FailureKind =
  /** The browser knows that it has no connection. */
  | "offline"
  /** Nothing answered. */
  | "network"
  /** The service answered with an HTTP error. */
  | "status"
  /** The service reported an error in the middle of a stream. */
  | "stream"
  /** The connection ended before the answer did. */
  | "closed"
  /** The answer ended without a word. */
  | "empty";

/** The facts of a failure, as they are kept with a conversation. */
export interface Failure {
  readonly kind: FailureKind;
  /** The HTTP status, 0 where there is none. */
  readonly status: number;
  /** The service's code, for example `rate_limited`; "" where it gave none. */
  readonly code: string;
  /** What the service said, in its own words; "" where it said nothing. */
  readonly message: string;
  /** When it may be tried again, in milliseconds since 1970; 0 where the service does not say. */
  readonly retryAt: number;
}

/** A failed request. */
export class RequestFailed extends Error {
  override readonly name = "RequestFailed";
  readonly failure: Failure;

  constructor(kind: FailureKind, details: Partial<Omit<Failure, "kind">> = {}) {
    const failure = { kind, status: 0, code: "", message: "", retryAt: 0, ...details };
    super(failure.message || `${kind} ${failure.status}`);
    this.failure = failure;
  }
}

/** The failure of a response with an HTTP error. Its body is OpenAI's error object, or a proxy's page, which is not shown. */
export async function failureOf(response: Response, now: number): Promise<RequestFailed> {
  const { message, code } = errorObject(await response.text().catch(() => ""));
  return new RequestFailed("status", { status: response.status, code, message, retryAt: retryAt(response, now) });
}

/**
 * The JSON of a response.
 *
 * @throws RequestFailed "network" for a body that is cut off, or that is no JSON: a network that asks its users to sign in
 *   answers every request with a page of its own. An abort comes out as the browser's AbortError.
 */
export async function bodyOf(response: Pick<Response, "json">): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) throw new RequestFailed("network");
    throw error;
  }
}

function errorObject(body: string): { message: string; code: string } {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown; code?: unknown } };
    const text = (value: unknown): string => (typeof value === "string" ? value : "");
    return { message: text(error?.message), code: text(error?.code) };
  } catch {
    return { message: "", code: "" };
  }
}

/** `Retry-After` as a time: it is a number of seconds or a date (RFC 9110, section 10.2.3). */
function retryAt(response: Response, now: number): number {
  const value = response.headers.get("Retry-After")?.trim() ?? "";
  if (/^\d{1,6}$/.test(value)) return now + Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : date;
}
