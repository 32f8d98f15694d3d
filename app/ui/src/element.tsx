/**
 * `<groundwork-chat>`: the chat as a custom element.
 *
 * Attributes: `mode` ("launcher", "inline" or "page"), `site-key`, `service` (the address of the service; by default the
 * one that this file came from), `lang`, `open`, `dir`. Methods: `show()`, `hide()`, `ask(question)`.
 * Events, which bubble out of it: `groundwork:ready`, `groundwork:open`, `groundwork:close`, `groundwork:question`,
 * `groundwork:answer`, `groundwork:handover`.
 */

import { render } from "preact";

import { Client } from "./api/client";
import type { Configuration } from "./api/types";
import { Conversation } from "./state/conversation";
import { isRunning } from "./state/exchange";
import { Storage } from "./state/storage";
import { transcriptOf } from "./state/transcript";
import { DEFAULT_ACCENT } from "./theme/colours";
import { adoptTheme } from "./theme/sheets";
import { App } from "./view/App";
import type { Mode } from "./view/host";
import { directionOf, en, languageOf, loadWords, type Words } from "./words";

const TAG = "groundwork-chat";
/** The service's address, as seen from `widget/assets/element-….js`. */
const SERVICE = new URL(/* @vite-ignore */ "../../", import.meta.url).href;
const RETRY_MILLISECONDS = 3000;
/** The one conversation of a widget. */
const CURRENT = "current";

class GroundworkChat extends HTMLElement {
  static readonly observedAttributes = ["mode", "open", "lang", "site-key", "service"];

  private readonly root = this.attachShadow({ mode: "open" });
  private client: Client | null = null;
  private conversation: Conversation | null = null;
  private configuration: Configuration | null = null;
  private words: Words = en;
  private page: typeof import("./page") | null = null;
  private configuring: ReturnType<typeof setTimeout> | undefined;
  private announced = "";

  connectedCallback(): void {
    if (!this.client) this.start();
    void this.configure();
    this.draw();
  }

  disconnectedCallback(): void {
    // An element that is moved is taken out and put in again at once; one that was removed keeps its conversation.
    queueMicrotask(() => {
      if (this.isConnected) return;
      clearTimeout(this.configuring);
      this.conversation?.stop();
      render(null, this.root);
    });
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.client || before === after) return;
    if (name === "site-key" || name === "service") this.start();
    if (name !== "open" && this.isConnected) void this.configure();
    this.draw();
  }

  /** Opens the panel of a launcher. */
  show(): void {
    this.setOpen(true);
  }

  /** Closes the panel of a launcher. */
  hide(): void {
    this.setOpen(false);
  }

  /** Asks a question, in an open panel. */
  ask(question: string): Promise<void> {
    this.show();
    return this.conversation?.ask(question) ?? Promise.resolve();
  }

  private get mode(): Mode {
    const mode = this.getAttribute("mode");
    return mode === "inline" || mode === "page" ? mode : "launcher";
  }

  private start(): void {
    const service = new URL(this.getAttribute("service") ?? SERVICE, document.baseURI).href.replace(/\/*$/, "/");
    const siteKey = this.getAttribute("site-key") ?? "";
    this.client = new Client(service, siteKey);
    const storage = new Storage("tab", siteKey || service);
    this.conversation = new Conversation(this.client, storage.read()[0]?.exchanges);
    this.conversation.subscribe(() => this.changed(storage));
  }

  private changed(storage: Storage): void {
    const exchanges = this.conversation?.exchanges ?? [];
    const last = exchanges.at(-1);
    if (last && isRunning(last)) return;
    if (this.mode !== "page") storage.keep({ id: CURRENT, name: "", changedAt: Date.now(), exchanges });
    if (last?.phase !== "done" || this.announced === last.id) return;
    this.announced = last.id;
    this.tell("answer", { question: last.question, answer: last.content, details: last.about });
    // By now a model may have come up, or documents been added.
    void this.configure();
  }

  private async configure(): Promise<void> {
    clearTimeout(this.configuring);
    const language = languageOf([this.lang, document.documentElement.lang, ...navigator.languages]);
    try {
      const configured = this.client?.configuration(language);
      configured?.catch(() => undefined); // Awaited below.
      const wanted = this.mode === "page" ? import("./page") : this.page;
      // The page is drawn, and says that it waits, before the service answers.
      [this.words, this.page] = await Promise.all([loadWords(language), wanted]);
      this.draw();
      const configuration = await configured;
      const first = this.configuration === null;
      this.configuration = configuration ?? null;
      this.draw();
      if (first) this.tell("ready", {});
    } catch {
      // The status line says that the service does not answer.
      if (this.isConnected) this.configuring = setTimeout(() => void this.configure(), RETRY_MILLISECONDS);
    }
  }

  private draw(): void {
    if (!this.isConnected || !this.client || !this.conversation) return;
    const { accent = DEFAULT_ACCENT, scheme = "auto" } = this.configuration?.widget ?? {};
    adoptTheme(this.root, accent, scheme, this.page?.sheets);
    const host = { setOpen: (open: boolean) => this.setOpen(open), handover: () => this.handover(), Page: this.page?.Page ?? null };
    render(
      <App
        mode={this.mode}
        open={this.hasAttribute("open")}
        client={this.client}
        conversation={this.conversation}
        configuration={this.configuration}
        words={this.words}
        direction={this.dir === "rtl" || this.dir === "ltr" ? this.dir : directionOf(this.words.code)}
        host={host}
      />,
      this.root,
    );
  }

  private setOpen(open: boolean): void {
    if (open === this.hasAttribute("open")) return;
    this.toggleAttribute("open", open);
    this.tell(open ? "open" : "close", {});
  }

  /** Tells the page, which may take over; else the domain's own link is followed. */
  private handover(): void {
    const transcript = transcriptOf(this.conversation?.exchanges ?? []);
    const taken = !this.tell("handover", { transcript });
    const address = this.configuration?.widget.handover?.url;
    if (!taken && address) window.open(address, "_blank", "noopener");
  }

  /** Returns whether the event's default is still wanted. */
  private tell(name: string, detail: object): boolean {
    const event = new CustomEvent(`groundwork:${name}`, { detail, bubbles: true, composed: true, cancelable: true });
    return this.dispatchEvent(event);
  }
}

// A page may load the component twice, from two addresses: the first one stays.
if (!customElements.get(TAG)) customElements.define(TAG, GroundworkChat);
