/** The right of a site's visitor to ask: a short-lived token, for the site's public key. */

import { failureOf } from "./failure";

/** A token with less time left is not used for a further request. */
const MARGIN_MILLISECONDS = 30_000;

interface Token {
  readonly token: string;
  readonly expiresAt: number;
}

/** The session of one widget. A token is fetched when it is needed, once for all requests that wait for it. */
export class WidgetSession {
  private readonly address: string;
  private readonly siteKey: string;
  private current: Promise<Token> | null = null;

  constructor(service: string, siteKey: string) {
    this.address = `${service}v1/widget/session`;
    this.siteKey = siteKey;
  }

  /** The headers of a request. @throws RequestFailed where the service gives no token */
  async headers(): Promise<Record<string, string>> {
    this.current ??= this.fetch();
    let token = await this.current.catch((error: unknown) => {
      this.current = null;
      throw error;
    });
    if (token.expiresAt - Date.now() < MARGIN_MILLISECONDS) {
      this.current = this.fetch();
      token = await this.current;
    }
    return { Authorization: `Bearer ${token.token}` };
  }

  /** Forgets a token that the service did not accept. */
  forget(): void {
    this.current = null;
  }

  private async fetch(): Promise<Token> {
    const response = await fetch(this.address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ site_key: this.siteKey }),
    });
    if (!response.ok) throw await failureOf(response, Date.now());
    const { token, expires_at } = (await response.json()) as { token: string; expires_at: number | string };
    const expiresAt = typeof expires_at === "number" ? expires_at * 1000 : Date.parse(expires_at);
    return { token, expiresAt };
  }
}
