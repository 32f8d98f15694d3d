/** The right of a site's visitor to ask: a short-lived token, for the site's public key. */

import { bodyOf, failureOf, RequestFailed } from "./failure";

/** A token with less time left is not used for a further request. */
const MARGIN_MILLISECONDS = 30_000;
/** A token lasts less than this. What seems to last longer, or to have ended already, was read on a clock that is wrong. */
const LONGEST_MILLISECONDS = 24 * 3_600_000;

interface Token {
  readonly token: string;
  /** In milliseconds since 1970, by the service's clock. */
  readonly expiresAt: number;
}

/**
 * The session of the widgets of a site in one tab. A token is fetched when it is needed, once for all requests that wait
 * for it, and kept for the next page of the site: it would otherwise begin a session with each page.
 *
 * A visitor's clock may be wrong. The token is then used until the service no longer accepts it.
 */
export class WidgetSession {
  private readonly service: string;
  private readonly siteKey: string;
  private current: Token | null = null;
  private pending: Promise<Token> | null = null;

  constructor(service: string, siteKey: string) {
    this.service = service;
    this.siteKey = siteKey;
  }

  /** The headers of a request. @throws RequestFailed where the service gives no token */
  async headers(): Promise<Record<string, string>> {
    this.current ??= this.kept();
    if (!this.current || isEnding(this.current)) {
      this.pending ??= this.fetch().finally(() => (this.pending = null));
      this.current = await this.pending;
    }
    return { Authorization: `Bearer ${this.current.token}` };
  }

  /** Forgets a token that the service did not accept. */
  forget(): void {
    this.current = null;
    this.keep(null);
  }

  private async fetch(): Promise<Token> {
    const response = await fetch(`${this.service}v1/widget/session`, {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ site_key: this.siteKey }),
    }).catch((error: unknown) => this.unanswered(error));
    if (!response.ok) throw await failureOf(response, Date.now());
    const { token, expires_at } = (await bodyOf(response)) as { token: string; expires_at: number };
    const fetched = { token, expiresAt: expires_at * 1000 };
    const left = fetched.expiresAt - Date.now();
    if (left < MARGIN_MILLISECONDS || left > LONGEST_MILLISECONDS) return { token, expiresAt: Infinity };
    this.keep(fetched);
    return fetched;
  }

  /**
   * Tells why nothing answered. A browser does not let a page of an origin that the service does not know read its refusal;
   * but pages of every origin may read the service's files. Where these can be had, the service is up, and refuses.
   */
  private async unanswered(error: unknown): Promise<never> {
    const file = await fetch(`${this.service}widget/loader.js`, { method: "HEAD", cache: "no-store", credentials: "omit" });
    if (!file.ok) throw error;
    throw new RequestFailed("status", {
      status: 403,
      code: "origin_not_allowed",
      message: `The service does not answer pages of ${location.origin}: add it to the origins of the site in domain.toml.`,
    });
  }

  private get storageKey(): string {
    return `groundwork:session:${this.service}:${this.siteKey}`;
  }

  /** The token of an earlier page of this tab, where the browser keeps one. */
  private kept(): Token | null {
    try {
      const { token, expiresAt } = JSON.parse(sessionStorage.getItem(this.storageKey) ?? "{}") as Partial<Token>;
      return typeof token === "string" && typeof expiresAt === "number" ? { token, expiresAt } : null;
    } catch {
      return null;
    }
  }

  /** A browser that blocks storage, or has none left, costs a further session with each page. */
  private keep(token: Token | null): void {
    try {
      if (token) sessionStorage.setItem(this.storageKey, JSON.stringify(token));
      else sessionStorage.removeItem(this.storageKey);
    } catch {
      return;
    }
  }
}

function isEnding({ expiresAt }: Token): boolean {
  return expiresAt - Date.now() < MARGIN_MILLISECONDS;
}
