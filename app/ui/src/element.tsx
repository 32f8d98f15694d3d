/**
 * `<groundwork-chat>`: the chat as a custom element. docs/widget.md describes it for the owners of sites.
 *
 * Attributes: `mode` ("launcher", "inline" or "page"), `site-key`, `service` (the address of the service; by default the
 * one that this file came from), `lang`, `dir`, `open`. Properties: `mode`, `open`. Methods: `show()`, `hide()`,
 * `ask(question)`.
 *
 * Events, which bubble: `groundwork:ready`, `groundwork:open`, `groundwork:close`, `groundwork:question`,
 * `groundwork:answer`, and `groundwork:handover`, which can be canceled.
 *
 * Not covered: React 18 sets `open={false}` as the attribute `open="false"`, which is open; `mode` and `open` are
 * properties for that reason.
 */

import { render } from "preact";

import { Client } from "./api/client";
import { type Failure, RequestFailed } from "./api/failure";
import type { Configuration } from "./api/types";
import { Attempts, mayPass } from "./state/attempts";
import { Conversation } from "./state/conversation";
import { isRunning } from "./state/exchange";
import { Storage } from "./state/storage";
import { transcriptOf } from "./state/transcript";
import { DEFAULT_ACCENT } from "./theme/colours";
import { adoptTheme } from "./theme/sheets";
import { App } from "./view/App";
import type { Host, Mode } from "./view/host";
import { directionOf, en, languageOf, loadWords, type Words } from "./words";

const TAG = "groundwork-chat";
/** The service's address, as seen from `widget/assets/element-….js`. */
const SERVICE = new URL(/* @vite-ignore */ "../../", import.meta.url).href;
/** The one conversation of a widget. */
const CURRENT = "current";

class GroundworkChat extends HTMLElement {
  static readonly observedAttributes = ["mode", "open", "lang", "dir", "site-key", "service"];

  private readonly root = this.attachShadow({ mode: "open" });
  private readonly setup = new Attempts(
    (signal) => this.configure(signal),
    (error) => this.unable(error),
  );
  /** Made once: the views render all answers again when an action is another function. */
  private readonly actions = {
    setOpen: (open: boolean): void => {
      this.open = open;
    },
    prepare: (): void => this.prepare(),
    handover: (): void => this.handover(),
    refresh: (): void => this.setup.start(),
  };
  private client: Client | null = null;
  private conversation: Conversation | null = null;
  private configuration: Configuration | null = null;
  private failure: Failure | null = null;
  private words: Words = en;
  private chat: typeof import("./chat") | null = null;
  private page: typeof import("./page") | null = null;
  /** The id of the latest question that the page was told of and whose answer is not complete. */
  private asked = "";

  connectedCallback(): void {
    this.upgrade("mode");
    this.upgrade("open");
    if (!this.client) this.start();
    if (!this.configuration) this.setup.start();
    this.draw();
  }

  disconnectedCallback(): void {
    // An element that is moved is taken out and put in again at once; one that was removed keeps its conversation.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.setup.stop();
      this.conversation?.stop();
      render(null, this.root);
    });
  }

  /** With this method, `moveBefore` moves the element without taking it out. */
  connectedMoveCallback(): void {
    this.draw();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.client || before === after) return;
    if (name === "site-key" || name === "service") this.start();
    if (name !== "open" && name !== "dir" && this.isConnected) this.setup.start();
    if (this.open) this.prepare();
    this.draw();
    const toggled = name === "open" && (before === null || after === null);
    if (toggled && this.mode === "launcher") this.tell(this.open ? "open" : "close", {});
  }

  get mode(): Mode {
    const mode = this.getAttribute("mode");
    return mode === "inline" || mode === "page" ? mode : "launcher";
  }

  set mode(mode: Mode) {
    this.setAttribute("mode", mode);
  }

  /** Whether the panel of a launcher is open. */
  get open(): boolean {
    return this.hasAttribute("open");
  }

  set open(open: boolean) {
    this.toggleAttribute("open", open);
  }

  /** Opens the panel of a launcher. */
  show(): void {
    this.open = true;
  }

  /** Closes the panel of a launcher. */
  hide(): void {
    this.open = false;
  }

  /** Asks a question, in an open panel. Resolves when the answer has ended; does nothing while another is written. */
  async ask(question: string): Promise<void> {
    this.show();
    await this.conversation?.ask(question);
  }

  /** Takes over what was set as a property before the component was loaded. */
  private upgrade(name: "mode" | "open"): void {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    Reflect.deleteProperty(this, name);
    Object.assign(this, { [name]: value });
  }

  private start(): void {
    const service = new URL(this.getAttribute("service") ?? SERVICE, document.baseURI).href.replace(/\/*$/, "/");
    const siteKey = this.getAttribute("site-key") ?? "";
    this.conversation?.stop();
    this.configuration = this.failure = null;
    this.client = new Client(service, siteKey);
    const storage = new Storage("tab", siteKey || service);
    const conversation = new Conversation(this.client, storage.read()[0]?.exchanges);
    conversation.subscribe(() => {
      if (conversation === this.conversation) this.changed(storage, conversation);
    });
    this.conversation = conversation;
  }

  private changed(storage: Storage, { exchanges }: Conversation): void {
    const last = exchanges.at(-1);
    const isAnswering = last !== undefined && isRunning(last);
    // Not while an answer grows: at its start, for a visitor who leaves meanwhile, and at its end.
    if (this.mode !== "page" && !(isAnswering && this.asked === last.id)) {
      storage.keep({ id: CURRENT, name: "", changedAt: Date.now(), exchanges });
    }
    if (isAnswering) {
      if (this.asked !== last.id) this.tell("question", { question: last.question });
      this.asked = last.id;
      return;
    }
    // A session that has ended: the setup finds that out, and the page offers to sign in.
    if (this.mode === "page" && last?.failure?.status === 401) this.setup.start();
    if (last?.phase !== "done" || this.asked !== last.id) return;
    this.asked = "";
    const { question, content: answer, about } = last;
    this.tell("answer", { question, answer, groundwork: structuredClone(about) });
    // By now a model may have come up, or documents been added.
    this.setup.start();
  }

  private async configure(signal: AbortSignal): Promise<void> {
    const { client } = this;
    if (!client) return;
    const language = languageOf([this.lang, document.documentElement.lang, ...navigator.languages]);
    const configured = this.readConfiguration(client, language, signal);
    configured.catch(() => undefined); // Awaited below.
    // The chat is drawn, and says that it waits, before the service answers.
    // Without the file of its language the interface keeps the one that it has; the next attempt may get it.
    const words = loadWords(language).catch(() => this.words);
    await this.load();
    this.words = await words;
    if (signal.aborted) return;
    this.draw();
    const configuration = await configured;
    const first = this.configuration === null;
    this.configuration = configuration;
    this.failure = null;
    this.draw();
    if (first) this.tell("ready", {});
  }

  private async readConfiguration(client: Client, language: string, signal: AbortSignal): Promise<Configuration> {
    if (this.hasAttribute("site-key") || new URL(client.service).origin === location.origin)
      return client.configuration(language, signal);
    throw new RequestFailed("status", {
      status: 404,
      code: "unknown_site_key",
      message: "The attribute site-key is missing: name the site by its key in domain.toml.",
    });
  }

  /** Loads the code of what is shown. */
  private async load(): Promise<void> {
    if (this.mode === "page") this.page ??= await imported(import("./page"));
    else if (this.mode === "inline" || this.open) this.chat ??= await imported(import("./chat"));
  }

  /** Loads the chat, for a panel that is open or about to be. */
  private prepare(): void {
    if (this.chat || this.mode !== "launcher") return;
    imported(import("./chat")).then(
      (chat) => {
        this.chat = chat;
        this.draw();
      },
      // The setup tries again as long as it takes.
      () => this.setup.start(),
    );
  }

  /** Shows that the service cannot be used, and tells the owner of the site where that will not pass. */
  private unable(error: unknown): void {
    const known = error instanceof RequestFailed ? error.failure : null;
    if (!known || !mayPass(known)) reportToOwner(known?.message || error);
    this.failure = known ?? new RequestFailed("network").failure;
    // The session of the page has ended: what it showed is no longer for whoever sits here.
    if (this.mode === "page" && known?.status === 401) this.configuration = null;
    this.draw();
  }

  private draw(): void {
    if (!this.isConnected || !this.client || !this.conversation) return;
    const { accent = DEFAULT_ACCENT, scheme = "auto" } = this.configuration?.widget ?? {};
    adoptTheme(this.root, accent, scheme, (this.page ?? this.chat)?.sheets);
    const host: Host = {
      ...this.actions,
      Panel: this.chat?.Panel ?? null,
      Inline: this.chat?.Inline ?? null,
      Page: this.page?.Page ?? null,
    };
    render(
      <App
        mode={this.mode}
        open={this.open}
        client={this.client}
        conversation={this.conversation}
        configuration={this.configuration}
        unavailable={this.configuration ? null : this.failure}
        words={this.words}
        direction={this.dir === "rtl" || this.dir === "ltr" ? this.dir : directionOf(this.words.code)}
        host={host}
      />,
      this.root,
    );
  }

  /** Tells the page, which may take over by `preventDefault`; else the domain's own link is followed. */
  private handover(): void {
    const exchanges = this.conversation?.exchanges ?? [];
    const transcript = transcriptOf(exchanges, this.words);
    const turns = exchanges.map(({ question, content: answer }) => ({ question, answer }));
    if (!this.tell("handover", { transcript, turns })) return;
    const address = this.configuration?.widget.handover?.url;
    if (address) window.open(address, address.startsWith("mailto:") ? "_self" : "_blank", "noopener");
    else reportToOwner("Nobody took the hand-over: handle groundwork:handover with preventDefault(), or set a url.");
  }

  /** Returns whether the event's default is still wanted. */
  private tell(name: string, detail: object): boolean {
    const cancelable = name === "handover";
    return this.dispatchEvent(new CustomEvent(`groundwork:${name}`, { detail, bubbles: true, composed: true, cancelable }));
  }
}

/** A part of the code; where it cannot be had, that is a failure of the network. */
function imported<Part>(part: Promise<Part>): Promise<Part> {
  return part.catch(() => {
    throw new RequestFailed("network");
  });
}

/** A visitor can do nothing about it. An error that nobody caught would be one of the site's own, in its reports. */
function reportToOwner(what: unknown): void {
  // eslint-disable-next-line no-console
  console.error("groundwork-chat:", what);
}

// A page may load the component twice, from two addresses: the first one stays.
if (!customElements.get(TAG)) customElements.define(TAG, GroundworkChat);
