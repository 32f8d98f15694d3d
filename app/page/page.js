/**
 * The page: reads what the service is, asks, and keeps the conversation.
 */

import { Announcer } from "./announce.js";
import { byId, element } from "./dom.js";
import { Exchange } from "./exchange.js";
import { evidenceBehind, FlagNote } from "./flags.js";
import { languageCode } from "./languages.js";
import { PassagePanel } from "./passage.js";
import { AskError, chat } from "./stream.js";
import {
  CHOICES,
  conflictWords,
  EMPTY_INDEX,
  modeWords,
  REFUSED,
  statusLine,
  STOPPED,
  STOPPED_EARLY,
  verdict,
  withheldWords,
} from "./words.js";

const CONFIGURATION_RETRY_MILLISECONDS = 3000;
const MOST_ROWS = 8;

class Page {
  constructor() {
    this.form = /** @type {HTMLFormElement} */ (byId("composer"));
    this.question = /** @type {HTMLTextAreaElement} */ (byId("question"));
    this.conversation = byId("conversation");
    this.announcer = new Announcer(byId("announcer"));
    this.panel = new PassagePanel();
    this.language = "";
    this.configuring = 0;
    /** The exchange of each article on the page. @type {Map<Element, Exchange>} */
    this.exchanges = new Map();
    /** The question being answered. @type {{exchange: Exchange, controller: AbortController}|null} */
    this.current = null;
    this.note = new FlagNote(
      byId("flag-note"),
      this.conversation,
      (word) => this.exchangeOf(word)?.passages ?? [],
    );
    this.listen();
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.question.addEventListener("keydown", (event) => this.enterSends(event));
    this.question.addEventListener("input", () => this.fitRows());
    byId("stop").addEventListener("click", () => this.current?.controller.abort());
    byId("new-conversation").addEventListener("click", () => this.restart());
    this.conversation.addEventListener("click", (event) => this.press(event));
    this.conversation.addEventListener("choose", (event) =>
      this.ask(/** @type {CustomEvent<string>} */ (event).detail),
    );
    this.conversation.addEventListener("keydown", (event) => this.pressByKey(event));
    byId("flag-note").addEventListener("click", (event) => this.pressNote(event));
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.escape());
  }

  /**
   * Reads the configuration; while the service does not answer, tries again. Done at the start and after each
   * answer: by then a model may have come up, or documents been added.
   */
  async configure() {
    clearTimeout(this.configuring);
    const configuration = await fetchConfiguration();
    if (configuration) {
      this.show(configuration);
      return;
    }
    byId("status").textContent = "Waiting for the service to answer…";
    clearTimeout(this.configuring);
    this.configuring = window.setTimeout(() => this.configure(), CONFIGURATION_RETRY_MILLISECONDS);
  }

  /** @param {any} configuration as `GET /v1/configuration` gives it; any key may be missing */
  show(configuration) {
    const domain = configuration.domain ?? {};
    this.language = languageCode(domain.language);
    const title = domain.title || domain.name;
    if (title) {
      document.title = title;
      byId("title").textContent = title;
    }
    byId("tagline").textContent = domain.tagline ?? "";
    for (const id of ["title", "tagline", "suggestions"]) {
      if (this.language) byId(id).lang = this.language;
    }
    this.suggest(domain.suggestions ?? []);
    byId("status").textContent = statusLine(configuration);
  }

  /** @param {string[]} questions */
  suggest(questions) {
    const list = byId("suggestions");
    // Made anew only where they differ: a reader may have the focus on one.
    if ([...list.children].map((item) => item.textContent).join("\n") === questions.join("\n")) return;
    list.replaceChildren(
      ...questions.map((text) => {
        const button = element("button", { type: "button", class: "suggestion" }, text);
        button.addEventListener("click", () => this.ask(text));
        return element("li", {}, button);
      }),
    );
  }

  /** @param {KeyboardEvent} event */
  enterSends(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  submit() {
    const question = this.question.value.trim();
    this.question.focus();
    if (!question || this.current) return;
    this.question.value = "";
    this.fitRows();
    this.ask(question);
  }

  fitRows() {
    this.question.rows = Math.min(MOST_ROWS, this.question.value.split("\n").length);
  }

  /** @param {string} question */
  async ask(question) {
    if (this.current) return;
    this.forgetEmptyFailures();
    const messages = [...this.history(), { role: /** @type {const} */ ("user"), content: question }];
    const exchange = new Exchange(question, this.language);
    const controller = new AbortController();
    this.begin(exchange, controller);
    try {
      for await (const chunk of chat(messages, controller.signal)) {
        exchange.receive(chunk);
        this.announcer.progress(exchange.content, false);
      }
      if (!exchange.content.trim()) throw new AskError("empty", "");
      exchange.finish();
      this.announcer.progress(exchange.content, true);
      this.announcer.say(lastWords(exchange));
    } catch (error) {
      this.interrupted(exchange, controller.signal, error);
    } finally {
      this.end(exchange);
    }
  }

  /** @param {Exchange} exchange @param {AbortController} controller */
  begin(exchange, controller) {
    this.current = { exchange, controller };
    this.exchanges.set(exchange.node, exchange);
    this.conversation.append(exchange.node);
    this.note.hide();
    this.announcer.begin();
    this.announcer.say("Searching the documents");
    this.setState("answering");
    if (document.activeElement === document.body || document.activeElement?.closest("#suggestions"))
      this.question.focus();
    exchange.node.scrollIntoView({ block: "start" });
  }

  /** @param {Exchange} exchange @param {AbortSignal} signal @param {unknown} error */
  interrupted(exchange, signal, error) {
    if (signal.aborted) {
      exchange.stop();
      this.announcer.say(exchange.content ? STOPPED : STOPPED_EARLY);
      return;
    }
    if (!(error instanceof AskError)) throw error;
    exchange.fail(error);
    if (!this.question.value) this.question.value = exchange.question;
    this.fitRows();
  }

  /** @param {Exchange} exchange */
  end(exchange) {
    if (this.current?.exchange !== exchange) return;
    this.current = null;
    const stopHadFocus = document.activeElement === byId("stop");
    this.setState("conversation");
    if (stopHadFocus) this.question.focus();
    this.configure();
  }

  /** @param {"welcome"|"answering"|"conversation"} state */
  setState(state) {
    document.body.dataset.state = state;
    byId("new-conversation").hidden = state === "welcome";
    byId("ask").hidden = state === "answering";
    byId("stop").hidden = state !== "answering";
  }

  /**
   * What the service needs to understand a follow-up: the exchanges that have an answer, whole or stopped.
   */
  history() {
    return [...this.exchanges.values()]
      .filter((exchange) => exchange.content && exchange.answer.dataset.state !== "failed")
      .flatMap((exchange) => [
        { role: /** @type {const} */ ("user"), content: exchange.question },
        { role: /** @type {const} */ ("assistant"), content: exchange.content },
      ]);
  }

  /** A failed question without a word of answer makes room for its next try. */
  forgetEmptyFailures() {
    for (const [node, exchange] of this.exchanges) {
      if (exchange.answer.dataset.state !== "failed" || exchange.content) continue;
      this.exchanges.delete(node);
      node.remove();
    }
  }

  restart() {
    this.current?.controller.abort();
    this.current = null;
    this.panel.close();
    this.note.hide();
    this.exchanges.clear();
    this.conversation.replaceChildren();
    this.setState("welcome");
    this.question.focus();
  }

  /** @param {Element} target */
  exchangeOf(target) {
    const article = target.closest(".exchange");
    return article ? this.exchanges.get(article) : undefined;
  }

  /** @param {MouseEvent} event */
  press(event) {
    const target =
      event.target instanceof Element ? event.target.closest(".marker, .source, .flag, .open") : null;
    if (!(target instanceof HTMLElement)) return;
    // A finger that taps a flagged word wants the reason first; the note has a button for the passage.
    const byFinger = event.detail > 0 && window.matchMedia("(hover: none)").matches;
    if (target.matches(".flag")) {
      if (!byFinger) this.openEvidence(target, target);
    } else if (target.matches(".open")) this.openEvidence(target, target);
    else this.openPassage(target, Number(target.dataset.index));
  }

  /** A flagged word is a button to the keyboard as well. @param {KeyboardEvent} event */
  pressByKey(event) {
    const { target } = event;
    if (!(target instanceof HTMLElement) || !target.matches(".flag")) return;
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    this.openEvidence(target, target);
  }

  /** @param {MouseEvent} event */
  pressNote(event) {
    const button = event.target instanceof Element ? event.target.closest(".open") : null;
    const { word } = this.note;
    if (button && word instanceof HTMLElement) this.openEvidence(button, word);
  }

  /**
   * @param {Element} pressed knows its flags
   * @param {HTMLElement} opener stands in the exchange, and gets the focus back
   */
  openEvidence(pressed, opener) {
    const flag = evidenceBehind(pressed);
    const passage = flag?.evidence && this.exchangeOf(opener)?.passages[flag.evidence.context];
    if (!flag || !passage) return;
    this.note.hide();
    this.panel.open(passage, flag.evidence, opener);
  }

  /** @param {HTMLElement} opener @param {number} index */
  openPassage(opener, index) {
    const passage = this.exchangeOf(opener)?.passage(index);
    if (passage) this.panel.open(passage, null, opener);
  }

  escape() {
    if (this.note.visible) this.note.hide();
    else if (this.panel.isOpen) this.panel.close();
  }
}

/** What a screen reader hears at the end of an answer. @param {Exchange} exchange */
function lastWords({ about }) {
  const withheld = withheldWords(about);
  if (about.empty_index) return EMPTY_INDEX;
  if (about.refused) return withheld || REFUSED;
  if (about.kind === "small_talk") return "";
  if (about.kind === "clarification") return `${CHOICES}: ${about.choices.join("; ")}`;
  const said = [`${verdict(about.grounding ?? null, about.mode)}.`, conflictWords(about), withheld, `${modeWords(about.mode)}.`];
  return said.filter(Boolean).join(" ");
}

/** The configuration, or null where the service does not give it (yet). */
async function fetchConfiguration() {
  try {
    const response = await fetch("v1/configuration");
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

new Page().configure();
