/**
 * `<groundwork-admin>`: the page of those who run the service, at `/admin`. docs/admin.md says what each panel means.
 *
 * It is built apart from the chat, so that nobody who asks loads any of it.
 */

import { render } from "preact";

import { RequestFailed } from "../api/failure";
import type { Configuration } from "../api/types";
import { DEFAULT_ACCENT } from "../theme/colours";
import { adoptTheme } from "../theme/sheets";
import { ADMIN_SHEETS } from "../theme/admin";
import { InterfaceContext } from "../view/context";
import { directionOf, languageOf, loadWords } from "../words";
import { AdminClient } from "./client";
import { AdminContext } from "./context";
import { Frame } from "./Frame";
import { Refusal } from "./parts";
import { loadAdminWords } from "./words";

const TAG = "groundwork-admin";
/** The service's address, as seen from `widget/assets/admin-….js`. */
const SERVICE = new URL(/* @vite-ignore */ "../../", import.meta.url).href;

class GroundworkAdmin extends HTMLElement {
  private readonly root = this.attachShadow({ mode: "open" });

  connectedCallback(): void {
    adoptTheme(this.root, DEFAULT_ACCENT, "auto", ADMIN_SHEETS);
    void this.start();
  }

  private async start(): Promise<void> {
    const language = languageOf([this.lang, ...navigator.languages]);
    document.documentElement.lang = language;
    const client = new AdminClient(SERVICE);
    // Without the file of its language the page is in English.
    const [words, text, { configuration, failure }] = await Promise.all([
      loadWords(language).catch(() => loadWords("en")),
      loadAdminWords(language),
      this.configure(client, language),
    ]);
    const { accent, scheme } = configuration?.widget ?? { accent: DEFAULT_ACCENT, scheme: "auto" as const };
    adoptTheme(this.root, accent, scheme, ADMIN_SHEETS);
    const shared = {
      words,
      client,
      configuration,
      unavailable: failure,
      language: configuration?.domain.language_code ?? "",
    };
    document.title = [text.administration, configuration?.domain.title].filter(Boolean).join(" – ");
    render(
      <InterfaceContext.Provider value={shared}>
        <AdminContext.Provider value={{ client, text }}>
          <div class="root" dir={directionOf(words.code)} lang={words.code}>
            {failure || !configuration.features.admin ? <Refusal failure={failure} /> : <Frame />}
          </div>
        </AdminContext.Provider>
      </InterfaceContext.Provider>,
      this.root,
    );
  }

  private async configure(client: AdminClient, language: string) {
    try {
      const configuration: Configuration = await client.configuration(language, new AbortController().signal);
      return { configuration, failure: null };
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      return { configuration: null, failure: error.failure };
    }
  }
}

if (!customElements.get(TAG)) customElements.define(TAG, GroundworkAdmin);
